// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/escape.h"
#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

using test::FieldBag;
using test::matches;

Constant i(std::int64_t value) { return value; }
Constant s(std::string value) { return value; }

struct TruthRow {
  std::string condition;
  bool absent, one, two;  // x absent; x = ["a"]; x = ["a", "b"]
};

TEST_CASE("conditions on text: absent, one value, two values") {
  const std::vector<TruthRow> rows = {
      {"x == \"a\"", false, true, true},
      {"x != \"a\"", true, false, false},
      {"not x == \"a\"", true, false, false},
      {"not x != \"a\"", false, true, true},
      {"x == \"b\"", false, false, true},
      {"x != \"b\"", true, true, false},
      {"x == \"a\" and x == \"b\"", false, false, true},
      {"x != \"a\" or x != \"b\"", true, true, false},
      {"x in (\"b\", \"c\")", false, false, true},
      {"x not in (\"b\", \"c\")", true, true, false},
      {"x in~ (\"B\")", false, false, true},
      {"x : \"B*\"", false, false, true},
      {"not x : \"B*\"", true, true, false},
      {"x like \"B*\"", false, false, false},
      {"not x like \"?\"", true, false, false},
      {"x regex \"[b-z]\"", false, false, true},
      {"not x regex~ \"[B-Z]\"", true, true, false},
      {"x == null", true, false, false},
      {"x != null", false, true, true},
      {"null == x", true, false, false},
      {"not x == null", false, true, true},
      {"x", false, false, false},
      {"not x", true, true, true},
      {"x < \"b\"", false, true, true},
      {"x > \"a\"", false, false, true},
      {"not x > \"a\"", true, true, false},
      {"x >= \"b\" and x <= \"a\"", false, false, true},
      {"startsWith(x, \"b\")", false, false, true},
      {"not startsWith(x, \"b\")", true, true, false},
      {"startsWith(x, \"b\") == false", true, true, false},
      {"startsWith(x, \"b\") != true", true, true, false},
      {"null == (x > \"a\")", true, false, false},
      {"null != (x > \"a\")", false, true, true},
      {"(x == \"a\") == (x == \"b\")", false, false, false},
      {"(x == \"a\") == (x != \"b\")", false, true, true},
      {"concat(x, \"1\") == \"b1\"", false, false, true},
      {"concat(x, x) == \"ab\"", false, false, false},
      {"x == x", true, true, true},
      {"x == ?y", true, false, false},
      {"length(x) == 1", false, true, true},
      {"length(x) != 1", true, false, false},
      {"null == length(x)", true, false, false},
      {"x == null or x == \"a\"", true, true, true},
      {"(x == \"a\" and ?y == 1) == true", false, false, false},
      {"(x == \"a\" or ?y == 1) == true", false, true, true},
      {"null == (x == \"a\" or ?y == 1)", true, false, true},
      {"null == (x == \"b\" and ?y == 1)", true, false, true},
      {"null == (not (x == \"b\"))", true, false, false},
      {"x in (null)", false, false, false},
      {"x not in (null)", true, true, true},
      {"null == (x in (null))", true, false, false},
      {"null in (x)", false, false, false},
      {"x in (?y, \"b\")", false, false, true},
      {"null == (x : \"a\")", true, false, false},
      {"null == (x regex \"a\")", true, false, false},
  };
  for (const TruthRow& row : rows) {
    CAPTURE(row.condition);
    CHECK(matches("any where " + row.condition, {}) == row.absent);
    CHECK(matches("any where " + row.condition, {{"x", {s("a")}}}) == row.one);
    CHECK(matches("any where " + row.condition, {{"x", {s("a"), s("b")}}}) == row.two);
    CHECK(matches("any where " + row.condition, {{"x", {s("b"), s("a")}}}) == row.two);
  }
}

struct Row {
  std::string condition;
  std::vector<FieldBag> event;
  bool matches;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.condition);
    CHECK(matches("any where " + row.condition, row.event) == row.matches);
  }
}

TEST_CASE("numbers, booleans and text compare leniently") {
  check_rows({
      {"x == 5", {{"x", {i(5)}}}, true},
      {"x == 5", {{"x", {5.0}}}, true},
      {"x == 5", {{"x", {s("5")}}}, true},
      {"x == \"5\"", {{"x", {i(5)}}}, true},
      {"x == \"5\"", {{"x", {s("5.0")}}}, false},
      {"x in (\"5\", \"a\", \"b\", \"c\", \"d\", \"e\")", {{"x", {i(5)}}}, true},
      {"x in (5, 6)", {{"x", {s("6.0")}}}, true},
      {"process.pid == \"5\"", {{"process.pid", {s("5.0")}}}, true},
      {"process.pid == \"abc\"", {{"process.pid", {s("abc")}}}, false},
      {"process.pid > \"9\"", {{"process.pid", {i(10)}}}, true},
      {"user.id == 0", {{"user.id", {s("0")}}}, true},
      {"x > \"a\"", {{"x", {i(5)}}}, false},
      {"x", {{"x", {true}}}, true},
      {"x", {{"x", {s("true")}}}, true},
      {"x", {{"x", {i(1)}}}, false},
      {"x == false", {{"x", {false}}}, true},
      {"x == \"false\"", {{"x", {false}}}, true},
      {"x != false", {{"x", {true}}}, true},
      {"x : 5", {{"x", {s("5")}}}, true},
      {"x : (5, \"a*\")", {{"x", {s("Abc")}}}, true},
      {"x : true", {{"x", {true}}}, true},
      {"x : \"5*\"", {{"x", {i(55)}}}, true},
      {"x like \"tr?e\"", {{"x", {true}}}, true},
      {"x regex \"4\\\\.5\"", {{"x", {4.5}}}, true},
      {"x : \"5\"", {{"x", {5.0}}}, false},
  });
}

TEST_CASE("addresses, dates and versions compare by meaning") {
  check_rows({
      {"destination.ip == \"0:0:0:0:0:0:0:1\"", {{"destination.ip", {s("::1")}}}, true},
      {"destination.ip in (\"::2\", \"0::1\")", {{"destination.ip", {s("::1")}}}, true},
      {"destination.ip != \"10.0.0.1\"", {{"destination.ip", {s("10.0.0.1")}}}, false},
      {"destination.ip > \"10.0.0.9\"", {{"destination.ip", {s("10.0.0.10")}}}, true},
      {"cidrMatch(destination.ip, \"10.0.0.0/8\")", {{"destination.ip", {s("1.2.3.4"), s("10.9.9.9")}}}, true},
      {"not cidrMatch(destination.ip, \"10.0.0.0/8\")", {{"destination.ip", {s("1.2.3.4"), s("10.9.9.9")}}}, false},
      {"not cidrMatch(destination.ip, \"10.0.0.0/8\")", {}, true},
      {"cidrMatch(x, y)", {{"x", {s("10.1.1.1")}}, {"y", {s("11.0.0.0/8"), s("10.0.0.0/8")}}}, true},
      {"@timestamp == \"1970-01-02\"", {{"@timestamp", {i(86'400'000)}}}, true},
      {"@timestamp < 86400001", {{"@timestamp", {s("1970-01-02T00:00:00Z")}}}, true},
  });
}

TEST_CASE("a leaf with several fields tries all pairs, and one field is one choice") {
  check_rows({
      {"concat(x, y) == \"b2\"", {{"x", {s("a"), s("b")}}, {"y", {i(1), i(2)}}}, true},
      {"concat(x, y) == \"b3\"", {{"x", {s("a"), s("b")}}, {"y", {i(1), i(2)}}}, false},
      {"stringContains(x, y)", {{"x", {s("abc"), s("def")}}, {"y", {s("x"), s("e")}}}, true},
      {"x == y", {{"x", {s("a"), s("b")}}, {"y", {s("c"), s("b")}}}, true},
      {"x != y", {{"x", {s("a"), s("b")}}, {"y", {s("c"), s("b")}}}, false},
      {"concat(x, x) == \"ab\"", {{"x", {s("a"), s("b")}}}, false},
      {"x - x != 0", {{"x", {i(1), i(5)}}}, false},
      {"x in (y, z)", {{"x", {i(1), i(7)}}, {"z", {i(7)}}}, true},
      {"x > 100 and x < 50", {{"x", {i(10), i(200)}}}, true},
      {"(x > 100 and x < 50) == true", {{"x", {i(10), i(200)}}}, true},
      {"null == null and (x > 100) == (x < 50)", {{"x", {i(10), i(200)}}}, false},
  });
}

TEST_CASE("a category is matched exactly, any of several") {
  CHECK(matches("process where true", {{"event.category", {s("file"), s("process")}}}));
  CHECK_FALSE(matches("process where true", {{"event.category", {s("Process")}}}));
  CHECK_FALSE(matches("process where true", {}));
  CHECK_FALSE(matches("\"pro*\" where true", {{"event.category", {s("process")}}}));
  CHECK(matches("any where true", {}));
  CHECK(matches("\"any\" where true", {{"event.category", {s("any")}}}));
  CHECK_FALSE(matches("\"any\" where true", {{"event.category", {s("process")}}}));
}

// What a byte 0xFF of the log has become when conditions see it.
TEST_CASE("every text operator sees an invalid byte as U+FFFD") {
  for (const std::string bytes : {"\xff"
                                  "ab",
                                  "a\xff"
                                  "b",
                                  "ab\xff"}) {
    const std::string text = to_valid_utf8(bytes);
    std::string pattern = bytes;
    pattern.replace(pattern.find('\xff'), 1, "?");
    std::string regex = bytes;
    regex.replace(regex.find('\xff'), 1, ".");
    const std::vector<FieldBag> event = {{"x", {text}}};
    CAPTURE(text);
    CHECK(matches("any where x == \"" + text + "\"", event));
    CHECK(matches("any where x in (\"" + text + "\", \"b\")", event));
    CHECK(matches("any where x in~ (\"" + text + "\")", event));
    CHECK(matches("any where x : \"" + pattern + "\"", event));
    CHECK(matches("any where x like \"" + pattern + "\"", event));
    CHECK(matches("any where x like~ \"*\xef\xbf\xbd*\"", event));
    CHECK(matches("any where x regex \"" + regex + "\"", event));

    CHECK(matches("any where x regex~ \".*[z\xef\xbf\xbd].*\"", event));
    CHECK(matches("any where length(x) == 3", event));
    CHECK(matches("any where substring(x, " + std::to_string(bytes.find('\xff')) + ", " +
                      std::to_string(bytes.find('\xff') + 1) + ") == \"\xef\xbf\xbd\"",
                  event));
    CHECK(matches("any where indexOf(x, \"\xef\xbf\xbd\") == " + std::to_string(bytes.find('\xff')), event));
    CHECK(matches("any where stringContains~(x, \"\xef\xbf\xbd\")", event));
  }
}

TEST_CASE("one evaluator serves programs with large and small needs in turn") {
  event::FieldTable fields;
  std::string wide = "any where concat(x";
  for (int n = 0; n < 300; ++n) wide += ", x";
  const auto first = compile_query(test::source_of("any where length(x) == 1"), fields);
  const auto second = compile_query(test::source_of(wide + ") == y"), fields);
  test::EventBuilder event(fields);
  event.with("x", {s("a")}).with("y", {std::string(301, 'a')});
  Evaluator evaluator;
  for (int round = 0; round < 3; ++round) {
    CHECK(evaluator.matches(first->stages.front().predicate, event.event()));
    CHECK(evaluator.matches(second->stages.front().predicate, event.event()));
  }
}

}  // namespace
}  // namespace audisp_eql::eql
