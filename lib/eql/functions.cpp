// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include "lib/base/escape.h"
#include "lib/base/ip.h"
#include "lib/eql/ascii_fold.h"
#include "lib/eql/number.h"
#include "lib/eql/utf8.h"

namespace audisp_eql::eql {

namespace {

using event::Value;
using Arguments = std::span<const Value>;

constexpr std::size_t kNone = std::string_view::npos;

bool is_text(const Value& value) { return value.is_string(); }

// The bound of a slice or a search; doubles lose their fraction.
std::optional<std::int64_t> index_of_value(const Value& value) {
  if (value.kind() == Value::Kind::kInt) return value.as_int();
  if (value.kind() != Value::Kind::kDouble || !(std::abs(value.as_double()) < 0x1p62)) return std::nullopt;
  return static_cast<std::int64_t>(value.as_double());
}

// The text as it is, or lower-cased into the arena, so that memmem (linear in
// both lengths; needle and text may both be an attacker's) serves either way.
std::string_view folded(std::string_view text, CaseMode mode, TextArena& arena) {
  if (mode == CaseMode::kSensitive || text.empty()) return text;
  char* const out = arena.allocate(text.size());
  lower_ascii(text, out);
  return {out, text.size()};
}

std::size_t find_text(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size()) return kNone;
  if (needle.empty()) return from;
  const void* hit = ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return hit == nullptr ? kNone : static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
}

template <ArithmeticOp op>
Value evaluate_arithmetic(Arguments a, CaseMode, TextArena&) {
  return arithmetic(op, a[0], a[1]);
}

Value evaluate_between(Arguments a, CaseMode mode, TextArena& arena) {
  if (!is_text(a[0]) || !is_text(a[1]) || !is_text(a[2])) return {};
  if (a.size() > 3 && a[3].kind() != Value::Kind::kBool) return {};
  const std::string_view text = a[0].as_string();
  if (text.empty() || a[1].as_string().empty() || a[2].as_string().empty()) return a[0];
  const std::string_view haystack = folded(text, mode, arena);
  const std::string_view left = folded(a[1].as_string(), mode, arena);
  const std::string_view right = folded(a[2].as_string(), mode, arena);
  const std::size_t start = find_text(haystack, left, 0);
  if (start == kNone) return Value::string("");
  const std::size_t begin = start + left.size();
  const bool greedy = a.size() > 3 && a[3].as_bool();
  const std::size_t end = greedy ? haystack.rfind(right) : find_text(haystack, right, begin);
  if (end == kNone || end < begin) return Value::string("");
  return Value::string(text.substr(begin, end - begin));
}

Value evaluate_cidr_match(Arguments a, CaseMode, TextArena&) {
  if (!is_text(a[0])) return {};
  const auto address = parse_ip(a[0].as_string());
  if (!address) return Value::boolean(false);
  const IpAddress plain = unmap(*address);
  for (const Value& block : a.subspan(1)) {
    const auto prefix = is_text(block) ? parse_prefix(block.as_string()) : std::nullopt;
    if (prefix && prefix->contains(plain)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value evaluate_concat(Arguments a, CaseMode, TextArena& arena) {
  NumberBuffer buffer;
  std::size_t size = 0;
  for (const Value& value : a) size += text_of(value, buffer).size();
  char* const out = arena.allocate(size);
  char* at = out;
  for (const Value& value : a) {
    const std::string_view text = text_of(value, buffer);
    at = std::copy(text.begin(), text.end(), at);
  }
  return Value::string({out, size});
}

Value evaluate_starts_with(Arguments a, CaseMode mode, TextArena&) {
  if (!is_text(a[0]) || !is_text(a[1])) return {};
  const std::string_view text = a[0].as_string();
  const std::string_view part = a[1].as_string();
  return Value::boolean(text.size() >= part.size() && text_equal(text.substr(0, part.size()), part, mode));
}

Value evaluate_ends_with(Arguments a, CaseMode mode, TextArena&) {
  if (!is_text(a[0]) || !is_text(a[1])) return {};
  const std::string_view text = a[0].as_string();
  const std::string_view part = a[1].as_string();
  return Value::boolean(text.size() >= part.size() && text_equal(text.substr(text.size() - part.size()), part, mode));
}

Value evaluate_index_of(Arguments a, CaseMode mode, TextArena& arena) {
  if (!is_text(a[0]) || !is_text(a[1])) return {};
  std::int64_t start = 0;
  if (a.size() > 2 && !a[2].is_null()) {
    const auto given = index_of_value(a[2]);
    if (!given) return {};
    start = std::max<std::int64_t>(*given, 0);
  }
  const std::string_view text = a[0].as_string();
  if (a[1].as_string().empty()) return Value::integer(start);
  const std::size_t from = offset_of(text, static_cast<std::size_t>(start));
  const std::size_t hit = find_text(folded(text, mode, arena), folded(a[1].as_string(), mode, arena), from);
  if (hit == kNone) return {};
  return Value::integer(static_cast<std::int64_t>(count_code_points(text.substr(0, hit))));
}

Value evaluate_length(Arguments a, CaseMode, TextArena&) {
  if (!is_text(a[0])) return {};
  return Value::integer(static_cast<std::int64_t>(count_code_points(a[0].as_string())));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == kNone) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

Value evaluate_number(Arguments a, CaseMode, TextArena&) {
  if (a[0].is_number()) return a[0];
  if (!is_text(a[0])) return {};
  const bool has_base = a.size() > 1 && !a[1].is_null();
  const std::int64_t base = has_base ? index_of_value(a[1]).value_or(0) : 10;
  if (base < 2 || base > 36) return {};
  const std::string_view text = trimmed(a[0].as_string());
  const std::size_t sign = !text.empty() && (text.front() == '+' || text.front() == '-') ? 1 : 0;
  if (text.substr(sign, 2) == "0x" && (!has_base || base == 16)) {
    const std::string_view digits = text.substr(sign + 2);
    if (!digits.empty() && (digits.front() == '+' || digits.front() == '-')) return {};
    const Value magnitude = parse_integer(digits, 16);
    return sign == 1 && text.front() == '-' ? negate(magnitude) : magnitude;
  }
  return base == 10 ? parse_decimal(text) : parse_integer(text, static_cast<int>(base));
}

Value evaluate_string(Arguments a, CaseMode mode, TextArena& arena) {
  return is_text(a[0]) ? a[0] : evaluate_concat(a, mode, arena);
}

Value evaluate_string_contains(Arguments a, CaseMode mode, TextArena& arena) {
  if (!is_text(a[0]) || !is_text(a[1])) return {};
  if (a[0].as_string().empty() || a[1].as_string().empty()) return Value::boolean(false);
  const std::size_t hit = find_text(folded(a[0].as_string(), mode, arena), folded(a[1].as_string(), mode, arena), 0);
  return Value::boolean(hit != kNone);
}

// A bound of substring(): negative ones count from the end, all are clipped.
std::int64_t clip(std::int64_t bound, std::int64_t length) {
  return std::clamp<std::int64_t>(bound < 0 ? bound + length : bound, 0, length);
}

Value evaluate_substring(Arguments a, CaseMode, TextArena&) {
  if (!is_text(a[0])) return {};
  const std::string_view text = a[0].as_string();
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  std::int64_t from = 0;
  std::int64_t to = length;
  if (!a[1].is_null()) {
    const auto given = index_of_value(a[1]);
    if (!given) return {};
    from = clip(*given, length);
  }
  if (a.size() > 2 && !a[2].is_null()) {
    const auto given = index_of_value(a[2]);
    if (!given) return {};
    to = clip(*given, length);
  }
  if (from >= to) return Value::string("");
  const std::size_t begin = offset_of(text, static_cast<std::size_t>(from));
  const std::string_view rest = text.substr(begin);
  return Value::string(rest.substr(0, offset_of(rest, static_cast<std::size_t>(to - from))));
}

constexpr bool kFoldable = true;
constexpr bool kPlain = false;

constexpr std::array kFunctions = {
    Function{"add", 2, 2, "n", Type::kNumber, kPlain, evaluate_arithmetic<ArithmeticOp::kAdd>},
    Function{"between", 3, 4, "tttb", Type::kText, kFoldable, evaluate_between},
    Function{"cidrMatch", 2, kVariadic, "t", Type::kBool, kPlain, evaluate_cidr_match},
    Function{"concat", 1, kVariadic, "a", Type::kText, kPlain, evaluate_concat},
    Function{"divide", 2, 2, "n", Type::kNumber, kPlain, evaluate_arithmetic<ArithmeticOp::kDivide>},
    Function{"endsWith", 2, 2, "t", Type::kBool, kFoldable, evaluate_ends_with},
    Function{"indexOf", 2, 3, "ttN", Type::kNumber, kFoldable, evaluate_index_of},
    Function{"length", 1, 1, "t", Type::kNumber, kPlain, evaluate_length},
    Function{"modulo", 2, 2, "n", Type::kNumber, kPlain, evaluate_arithmetic<ArithmeticOp::kModulo>},
    Function{"multiply", 2, 2, "n", Type::kNumber, kPlain, evaluate_arithmetic<ArithmeticOp::kMultiply>},
    Function{"number", 1, 2, "aN", Type::kNumber, kPlain, evaluate_number},
    Function{"startsWith", 2, 2, "t", Type::kBool, kFoldable, evaluate_starts_with},
    Function{"string", 1, 1, "a", Type::kText, kPlain, evaluate_string},
    Function{"stringContains", 2, 2, "t", Type::kBool, kFoldable, evaluate_string_contains},
    Function{"substring", 2, 3, "tN", Type::kText, kPlain, evaluate_substring},
    Function{"subtract", 2, 2, "n", Type::kNumber, kPlain, evaluate_arithmetic<ArithmeticOp::kSubtract>},
};

char raw_parameter(const Function& function, std::size_t index) {
  return function.parameters[std::min(index, function.parameters.size() - 1)];
}

}  // namespace

const Function* find_function(std::string_view name) {
  for (const Function& function : kFunctions) {
    if (text_equal(function.name, name, CaseMode::kAsciiInsensitive)) return &function;
  }
  return nullptr;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> out;
  out.reserve(kFunctions.size());
  for (const Function& function : kFunctions) out.push_back(function.name);
  return out;
}

char parameter_of(const Function& function, std::size_t index) { return ascii_lower(raw_parameter(function, index)); }

Value call(const Function& function, std::span<const Value> arguments, CaseMode mode, TextArena& arena) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const char parameter = raw_parameter(function, i);
    if (arguments[i].is_null() && parameter == ascii_lower(parameter)) return {};
  }
  return function.evaluate(arguments, mode, arena);
}

}  // namespace audisp_eql::eql
