// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/compare.h"

#include <cmath>

#include "lib/base/ip.h"
#include "lib/eql/number.h"

namespace audisp_eql::eql {

namespace {

using event::Value;

template <typename T>
Ordering order(const T& a, const T& b) {
  if (a < b) return Ordering::kLess;
  return b < a ? Ordering::kGreater : Ordering::kEqual;
}

// Exact: no integer is rounded on the way.
Ordering compare_mixed(std::int64_t a, double b) {
  if (std::isnan(b)) return Ordering::kUnordered;
  if (b >= 0x1p63) return Ordering::kLess;
  if (b < -0x1p63) return Ordering::kGreater;
  const double whole = std::trunc(b);
  const Ordering first = order(a, static_cast<std::int64_t>(whole));
  return first == Ordering::kEqual ? order(0.0, b - whole) : first;
}

Ordering reversed(Ordering ordering) {
  if (ordering == Ordering::kLess) return Ordering::kGreater;
  return ordering == Ordering::kGreater ? Ordering::kLess : ordering;
}

Ordering compare_numbers(const Value& a, const Value& b) {
  const bool a_int = a.kind() == Value::Kind::kInt;
  const bool b_int = b.kind() == Value::Kind::kInt;
  if (a_int && b_int) return order(a.as_int(), b.as_int());
  if (a_int) return compare_mixed(a.as_int(), b.as_double());
  if (b_int) return reversed(compare_mixed(b.as_int(), a.as_double()));
  if (std::isnan(a.as_double()) || std::isnan(b.as_double())) return Ordering::kUnordered;
  return order(a.as_double(), b.as_double());
}

Ordering compare_texts(std::string_view a, std::string_view b, CaseMode fold) {
  if (fold == CaseMode::kAsciiInsensitive && text_equal(a, b, fold)) return Ordering::kEqual;
  const int sign = a.compare(b);
  return sign < 0 ? Ordering::kLess : sign > 0 ? Ordering::kGreater : Ordering::kEqual;
}

// Number or boolean with text: the text is read as the other's kind.
Ordering compare_with_text(const Value& a, std::string_view text) {
  if (a.kind() == Value::Kind::kBool) {
    return text == (a.as_bool() ? "true" : "false") ? Ordering::kEqual : Ordering::kUnordered;
  }
  const Value number = parse_decimal(text);
  return number.is_null() ? Ordering::kUnordered : compare_numbers(a, number);
}

Ordering compare_values(const Value& a, const Value& b, CaseMode fold) {
  if (a.is_string() && b.is_string()) return compare_texts(a.as_string(), b.as_string(), fold);
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.is_null() || b.is_null()) return Ordering::kUnordered;
  if (b.is_string()) return compare_with_text(a, b.as_string());
  if (a.is_string()) return reversed(compare_with_text(b, a.as_string()));
  return a == b ? Ordering::kEqual : Ordering::kUnordered;
}

void make_ip(Operand& operand) {
  const auto address = operand.value.is_string() ? parse_ip(operand.value.as_string()) : std::nullopt;
  operand.comparable = address.has_value();
  if (!address) return;
  if (address->family == IpAddress::Family::kV6) {
    operand.ip = address->bytes;
    return;
  }
  operand.ip[10] = operand.ip[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i) operand.ip[12 + i] = address->bytes[i];
}

void make_date(Operand& operand) {
  const Value& value = operand.value;
  std::optional<EventTime> time;
  if (value.is_string()) time = parse_date(value.as_string());
  if (value.kind() == Value::Kind::kInt) time = milliseconds(value.as_int());
  if (value.kind() == Value::Kind::kDouble && std::abs(value.as_double()) < 0x1p62) {
    time = milliseconds(static_cast<std::int64_t>(value.as_double()));
  }
  operand.comparable = time.has_value();
  if (time) operand.time = *time;
}

}  // namespace

Operand make_operand(const Value& value, CompareMode mode) {
  Operand out;
  out.value = value;
  switch (mode) {
    case CompareMode::kByValue: break;
    case CompareMode::kNumber:
      if (value.is_string()) out.value = parse_decimal(value.as_string());
      out.comparable = out.value.is_number();
      break;
    case CompareMode::kIp: make_ip(out); break;
    case CompareMode::kDate: make_date(out); break;
    case CompareMode::kVersion: out.comparable = value.is_string(); break;
  }
  return out;
}

Ordering compare(const Operand& a, const Operand& b, CompareMode mode, CaseMode fold) {
  if (!a.comparable || !b.comparable) return Ordering::kUnordered;
  switch (mode) {
    case CompareMode::kByValue: return compare_values(a.value, b.value, fold);
    case CompareMode::kNumber: return compare_numbers(a.value, b.value);
    case CompareMode::kIp: return order(a.ip, b.ip);
    case CompareMode::kDate: return order(a.time, b.time);
    case CompareMode::kVersion: return compare_versions(a.value.as_string(), b.value.as_string());
  }
  return Ordering::kUnordered;
}

bool satisfies(CompareOp op, Ordering ordering) {
  if (ordering == Ordering::kUnordered) return false;
  switch (op) {
    case CompareOp::kEqual: return ordering == Ordering::kEqual;
    case CompareOp::kNotEqual: return ordering != Ordering::kEqual;
    case CompareOp::kLess: return ordering == Ordering::kLess;
    case CompareOp::kLessEqual: return ordering != Ordering::kGreater;
    case CompareOp::kGreater: return ordering == Ordering::kGreater;
    case CompareOp::kGreaterEqual: return ordering != Ordering::kLess;
  }
  return false;
}

CompareOp mirrored(CompareOp op) {
  switch (op) {
    case CompareOp::kLess: return CompareOp::kGreater;
    case CompareOp::kLessEqual: return CompareOp::kGreaterEqual;
    case CompareOp::kGreater: return CompareOp::kLess;
    case CompareOp::kGreaterEqual: return CompareOp::kLessEqual;
    case CompareOp::kEqual:
    case CompareOp::kNotEqual: break;
  }
  return op;
}

}  // namespace audisp_eql::eql
