// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/number.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace audisp_eql::eql {

namespace {

using event::Value;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Value finite(double d) { return std::isfinite(d) ? Value::real(d) : Value(); }

Value on_integers(ArithmeticOp op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  switch (op) {
    case ArithmeticOp::kAdd: return __builtin_add_overflow(a, b, &out) ? Value() : Value::integer(out);
    case ArithmeticOp::kSubtract: return __builtin_sub_overflow(a, b, &out) ? Value() : Value::integer(out);
    case ArithmeticOp::kMultiply: return __builtin_mul_overflow(a, b, &out) ? Value() : Value::integer(out);
    case ArithmeticOp::kDivide:
      if (b == 0 || (a == std::numeric_limits<std::int64_t>::min() && b == -1)) return {};
      return Value::integer(a / b);
    case ArithmeticOp::kModulo:
      if (b == 0) return {};
      return Value::integer(b == -1 ? 0 : a % b);
  }
  return {};
}

Value on_doubles(ArithmeticOp op, double a, double b) {
  switch (op) {
    case ArithmeticOp::kAdd: return finite(a + b);
    case ArithmeticOp::kSubtract: return finite(a - b);
    case ArithmeticOp::kMultiply: return finite(a * b);
    case ArithmeticOp::kDivide: return b == 0 ? Value() : finite(a / b);
    case ArithmeticOp::kModulo: return b == 0 ? Value() : finite(std::fmod(a, b));
  }
  return {};
}

// digits [. digits] [e [sign] digits] with at least one digit before the exponent;
// from_chars alone would also take "inf" and "nan".
bool is_decimal(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - start;
  };
  std::size_t count = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    count += digits();
  }
  if (count == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace

char symbol(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return '+';
    case ArithmeticOp::kSubtract: return '-';
    case ArithmeticOp::kMultiply: return '*';
    case ArithmeticOp::kDivide: return '/';
    case ArithmeticOp::kModulo: return '%';
  }
  return '?';
}

Value arithmetic(ArithmeticOp op, const Value& a, const Value& b) {
  if (!a.is_number() || !b.is_number()) return {};
  if (a.kind() == Value::Kind::kInt && b.kind() == Value::Kind::kInt) return on_integers(op, a.as_int(), b.as_int());
  return on_doubles(op, a.number(), b.number());
}

Value negate(const Value& value) {
  if (value.kind() == Value::Kind::kDouble) return Value::real(-value.as_double());
  return arithmetic(ArithmeticOp::kSubtract, Value::integer(0), value);
}

Value parse_integer(std::string_view text, int base) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::uint64_t magnitude = 0;
  const char* end = text.data() + text.size();
  const auto [last, code] = std::from_chars(text.data(), end, magnitude, base);
  if (text.empty() || code != std::errc() || last != end) return {};
  const std::uint64_t limit = std::uint64_t{1} << 63;
  if (magnitude > limit || (magnitude == limit && !negative)) return {};
  return Value::integer(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude));
}

Value parse_decimal(std::string_view text) {
  const Value integer = parse_integer(text, 10);
  if (!integer.is_null()) return integer;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (!is_decimal(text)) return {};
  double magnitude = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), magnitude);
  if (result.ec != std::errc()) return {};
  return Value::real(negative ? -magnitude : magnitude);
}

std::string_view text_of(const Value& value, NumberBuffer& buffer) {
  char* const begin = buffer.data();
  char* const end = begin + buffer.size() - 2;  // room for ".0"
  switch (value.kind()) {
    case Value::Kind::kNull: return {};
    case Value::Kind::kBool: return value.as_bool() ? "true" : "false";
    case Value::Kind::kString: return value.as_string();
    case Value::Kind::kInt:
      return {begin, static_cast<std::size_t>(std::to_chars(begin, end, value.as_int()).ptr - begin)};
    case Value::Kind::kDouble: break;
  }
  char* last = std::to_chars(begin, end, value.as_double()).ptr;
  const std::string_view plain(begin, static_cast<std::size_t>(last - begin));
  if (plain.find_first_not_of("-0123456789") == std::string_view::npos) {
    *last++ = '.';
    *last++ = '0';
  }
  return {begin, static_cast<std::size_t>(last - begin)};
}

}  // namespace audisp_eql::eql
