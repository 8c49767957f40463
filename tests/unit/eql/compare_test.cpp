// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "lib/eql/constant.h"
#include "lib/eql/number.h"

namespace audisp_eql::eql {
namespace {

using event::Value;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

struct Row {
  Constant a, b;
  CompareMode mode;
  Ordering ordering;
};

Ordering swapped(Ordering ordering) {
  if (ordering == Ordering::kLess) return Ordering::kGreater;
  return ordering == Ordering::kGreater ? Ordering::kLess : ordering;
}

TEST_CASE("values compare as their kinds and the mode say") {
  constexpr auto kByValue = CompareMode::kByValue;
  const std::vector<Row> rows = {
      {std::int64_t{1}, std::int64_t{2}, kByValue, Ordering::kLess},
      {std::int64_t{1}, 1.0, kByValue, Ordering::kEqual},
      {std::int64_t{1}, 1.5, kByValue, Ordering::kLess},
      {std::int64_t{-1}, -1.5, kByValue, Ordering::kGreater},
      {kMax, 0x1p63, kByValue, Ordering::kLess},
      {kMax, 9.2e18, kByValue, Ordering::kGreater},
      {kMin, -0x1p63, kByValue, Ordering::kEqual},
      {kMin, -1e19, kByValue, Ordering::kGreater},
      {std::int64_t{9007199254740993}, 9007199254740992.0, kByValue, Ordering::kGreater},
      {std::int64_t{1}, std::nan(""), kByValue, Ordering::kUnordered},
      {0.5, std::nan(""), kByValue, Ordering::kUnordered},
      {0.5, 0.25, kByValue, Ordering::kGreater},
      {std::string("a"), std::string("b"), kByValue, Ordering::kLess},
      {std::string("a"), std::string("A"), kByValue, Ordering::kGreater},
      {std::string("10"), std::string("9"), kByValue, Ordering::kLess},
      {std::string("a"), std::string("ab"), kByValue, Ordering::kLess},
      {std::string("z"), std::string("\xc3\xa9"), kByValue, Ordering::kLess},
      {std::string("10"), std::int64_t{9}, kByValue, Ordering::kGreater},
      {std::string("5.0"), std::int64_t{5}, kByValue, Ordering::kEqual},
      {std::string("x"), std::int64_t{5}, kByValue, Ordering::kUnordered},
      {true, true, kByValue, Ordering::kEqual},
      {true, false, kByValue, Ordering::kUnordered},
      {true, std::string("true"), kByValue, Ordering::kEqual},
      {false, std::string("true"), kByValue, Ordering::kUnordered},
      {true, std::int64_t{1}, kByValue, Ordering::kUnordered},
      {Constant(), Constant(), kByValue, Ordering::kUnordered},
      {std::string("10"), std::string("9"), CompareMode::kNumber, Ordering::kGreater},
      {std::string("5"), std::string("5.0"), CompareMode::kNumber, Ordering::kEqual},
      {std::string("x"), std::string("x"), CompareMode::kNumber, Ordering::kUnordered},
      {true, std::int64_t{1}, CompareMode::kNumber, Ordering::kUnordered},
      {std::string("::1"), std::string("0:0:0:0:0:0:0:1"), CompareMode::kIp, Ordering::kEqual},
      {std::string("10.0.0.9"), std::string("10.0.0.10"), CompareMode::kIp, Ordering::kLess},
      {std::string("10.0.0.1"), std::string("::ffff:10.0.0.1"), CompareMode::kIp, Ordering::kEqual},
      {std::string("::1"), std::string("10.0.0.1"), CompareMode::kIp, Ordering::kLess},
      {std::string("2001:db8::1"), std::string("10.0.0.1"), CompareMode::kIp, Ordering::kGreater},
      {std::string("x"), std::string("x"), CompareMode::kIp, Ordering::kUnordered},
      {std::string("1970-01-02"), std::int64_t{86'400'000}, CompareMode::kDate, Ordering::kEqual},
      {std::string("2024-02-29"), std::string("2024-03-01T00:00Z"), CompareMode::kDate, Ordering::kLess},
      {std::string("86400000"), 86'400'000.5, CompareMode::kDate, Ordering::kEqual},
      {std::string("yesterday"), std::int64_t{1}, CompareMode::kDate, Ordering::kUnordered},
      {std::string("1.2.10"), std::string("1.2.9"), CompareMode::kVersion, Ordering::kGreater},
      {std::int64_t{1}, std::string("1"), CompareMode::kVersion, Ordering::kUnordered},
  };
  for (const Row& row : rows) {
    CAPTURE(dump_constant(row.a));
    CAPTURE(dump_constant(row.b));
    const Operand a = make_operand(as_value(row.a), row.mode);
    const Operand b = make_operand(as_value(row.b), row.mode);
    CHECK(compare(a, b, row.mode, CaseMode::kSensitive) == row.ordering);
    CHECK(compare(b, a, row.mode, CaseMode::kSensitive) == swapped(row.ordering));
  }
}

TEST_CASE("an unordered pair satisfies nothing") {
  for (const CompareOp op : {CompareOp::kEqual, CompareOp::kNotEqual, CompareOp::kLess, CompareOp::kLessEqual,
                             CompareOp::kGreater, CompareOp::kGreaterEqual}) {
    CHECK_FALSE(satisfies(op, Ordering::kUnordered));
    for (const Ordering ordering : {Ordering::kLess, Ordering::kEqual, Ordering::kGreater}) {
      CHECK(satisfies(op, ordering) == satisfies(mirrored(op), swapped(ordering)));
    }
  }
  CHECK(satisfies(CompareOp::kLessEqual, Ordering::kEqual));
  CHECK_FALSE(satisfies(CompareOp::kLess, Ordering::kEqual));
}

struct DateRow {
  std::string text;
  EventTime time;
};

TEST_CASE("dates are read from any prefix of ISO-8601 and from epoch milliseconds") {
  const std::vector<DateRow> rows = {
      {"1970", {0, 0}},
      {"1970-01-01", {0, 0}},
      {"1970-02", {31LL * 86'400'000, 0}},
      {"2000-03-01", {951'868'800'000, 0}},
      {"1969-12-31T23:59:59.999Z", {-1, 0}},
      {"2024-02-29T12:34:56.789Z", {1'709'210'096'789, 0}},
      {"2024-02-29T12:34:56.789123456Z", {1'709'210'096'789, 123'456}},
      {"2024-02-29 12:34:56,5", {1'709'210'096'500, 0}},
      {"2024-02-29T12", {1'709'208'000'000, 0}},
      {"2024-02-29T12:34", {1'709'210'040'000, 0}},
      {"2024-02-29T12:34:56+01:00", {1'709'206'496'000, 0}},
      {"2024-02-29T12:34:56-0130", {1'709'215'496'000, 0}},
      {"2024-02-29T12:34:56+01", {1'709'206'496'000, 0}},
      {"2024-02-29T", {1'709'164'800'000, 0}},
      {"1709210096789", {1'709'210'096'789, 0}},
      {"-86400000", {-86'400'000, 0}},
  };
  for (const DateRow& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_date(row.text) == row.time);
  }
  for (const std::string text :
       {"", "197", "x", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "2024-01-01T24", "2024-01-01T12:60",
        "2024-01-01T12:00:60", "2024-01-01T12:00:00.", "2024-01-01X", "2024-01-01T12:00Zx", "2024-01-01T12:00+1",
        "2024/01/01", "99999999999999999999", "2024-1-1", "-"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("versions have an order") {
  const std::vector<std::string> ascending = {
      "",    "0.9",       "1",     "1.2-1", "1.2-alpha", "1.2-alpha.1", "1.2-alpha.2", "1.2-alpha.10", "1.2-beta",
      "1.2", "1.2+build", "1.2.0", "1.2.9", "1.2.10",    "1.10",        "2",           "10",           "a"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[k]);
      const Ordering wanted = i < k ? Ordering::kLess : i > k ? Ordering::kGreater : Ordering::kEqual;
      CHECK(compare_versions(ascending[i], ascending[k]) == wanted);
    }
  }
}

struct ArithmeticRow {
  Constant a;
  ArithmeticOp op;
  Constant b, result;
};

TEST_CASE("arithmetic keeps integers, and is null where there is no result") {
  using Op = ArithmeticOp;
  const std::vector<ArithmeticRow> rows = {
      {std::int64_t{83}, Op::kDivide, std::int64_t{2}, std::int64_t{41}},
      {std::int64_t{-83}, Op::kDivide, std::int64_t{2}, std::int64_t{-41}},
      {83.0, Op::kDivide, std::int64_t{2}, 41.5},
      {std::int64_t{-10}, Op::kModulo, std::int64_t{-6}, std::int64_t{-4}},
      {std::int64_t{10}, Op::kModulo, std::int64_t{-6}, std::int64_t{4}},
      {10.5, Op::kModulo, std::int64_t{3}, 1.5},
      {kMin, Op::kModulo, std::int64_t{-1}, std::int64_t{0}},
      {kMin, Op::kDivide, std::int64_t{-1}, Constant()},
      {kMax, Op::kAdd, std::int64_t{1}, Constant()},
      {kMin, Op::kSubtract, std::int64_t{1}, Constant()},
      {kMax, Op::kMultiply, std::int64_t{2}, Constant()},
      {kMax, Op::kAdd, 1.0, 0x1p63},
      {std::int64_t{1}, Op::kDivide, std::int64_t{0}, Constant()},
      {1.0, Op::kDivide, 0.0, Constant()},
      {std::int64_t{1}, Op::kModulo, std::int64_t{0}, Constant()},
      {1.0, Op::kModulo, std::int64_t{0}, Constant()},
      {1e308, Op::kMultiply, 10.0, Constant()},
      {Constant(), Op::kAdd, std::int64_t{1}, Constant()},
      {std::string("1"), Op::kAdd, std::int64_t{1}, Constant()},
      {true, Op::kAdd, std::int64_t{1}, Constant()},
  };
  for (const ArithmeticRow& row : rows) {
    CAPTURE(dump_constant(row.a));
    CAPTURE(dump_constant(row.b));
    CHECK(to_constant(arithmetic(row.op, as_value(row.a), as_value(row.b))) == row.result);
  }
  CHECK(negate(Value::integer(kMin)).is_null());
  CHECK(negate(Value::integer(kMax)) == Value::integer(-kMax));
  CHECK(negate(Value::string("1")).is_null());
}

TEST_CASE("numbers are read from the whole text or not at all") {
  CHECK(parse_decimal("-9223372036854775808") == Value::integer(kMin));
  CHECK(parse_decimal("9223372036854775808") == Value::real(0x1p63));
  CHECK(parse_decimal("+1.5e1") == Value::real(15));
  CHECK(parse_decimal(".5") == Value::real(0.5));
  CHECK(parse_decimal("5.") == Value::real(5));
  for (const std::string text :
       {"", "+", "-", ".", "e5", "1e", "1 ", " 1", "0x1", "inf", "nan", "1e999", "--1", "1_0"}) {
    CAPTURE(text);
    CHECK(parse_decimal(text).is_null());
  }
  CHECK(parse_integer("ff", 16) == Value::integer(255));
  CHECK(parse_integer("-zz", 36) == Value::integer(-1295));
  CHECK(parse_integer("8", 8).is_null());
  CHECK(parse_integer("ffffffffffffffff", 16).is_null());
}

TEST_CASE("numbers have one text") {
  const auto text = [](const Value& value) {
    NumberBuffer buffer;
    return std::string(text_of(value, buffer));
  };
  CHECK(text(Value::integer(kMin)) == "-9223372036854775808");
  CHECK(text(Value::real(42.5)) == "42.5");
  CHECK(text(Value::real(8)) == "8.0");
  CHECK(text(Value::real(-0.0)) == "-0.0");
  CHECK(text(Value::real(1e300)) == "1e+300");
  CHECK(text(Value::real(-1.7976931348623157e308)) == "-1.7976931348623157e+308");
  CHECK(text(Value::boolean(true)) == "true");
  CHECK(text(Value::boolean(false)) == "false");
  CHECK(text(Value()).empty());
}

}  // namespace
}  // namespace audisp_eql::eql
