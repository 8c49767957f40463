// SPDX-License-Identifier: Apache-2.0
// Comparing two values. How is decided by the types of the fields when the
// query is checked; what does not compare is unordered, which is neither equal,
// less nor greater, and never an error.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/glob.h"
#include "lib/base/time.h"
#include "lib/eql/ast.h"
#include "lib/event/value.h"

namespace audisp_eql::eql {

enum class CompareMode : std::uint8_t {
  kByValue,  // text with text, numbers with numbers, number with text that is one
  kNumber,   // both as numbers
  kIp,       // both as addresses, v4 as v4-mapped v6
  kDate,     // both as times: ISO-8601 text or epoch milliseconds
  kVersion,  // 1.2.10 after 1.2.9, 1.0.0-rc1 before 1.0.0
};

// A value made ready for a mode once, so that a constant is parsed when the
// query is compiled and not per event.
struct Operand {
  event::Value value;  // what kByValue, kNumber and kVersion compare
  std::array<std::uint8_t, 16> ip{};
  EventTime time;
  bool comparable = true;  // false: not an address, not a date, ...
};

[[nodiscard]] Operand make_operand(const event::Value& value, CompareMode mode);

enum class Ordering : std::uint8_t { kLess, kEqual, kGreater, kUnordered };

// REQUIRES: both made with `mode`. `fold` concerns the equality of text only.
[[nodiscard]] Ordering compare(const Operand& a, const Operand& b, CompareMode mode, CaseMode fold);

// kNotEqual is not for here: `!=` is `not ==`.
[[nodiscard]] bool satisfies(CompareOp op, Ordering ordering);

// The op with its sides swapped: `5 < x` is `x > 5`.
[[nodiscard]] CompareOp mirrored(CompareOp op);

// ISO-8601 (a year at least, then any prefix of date, `T` or blank, time,
// fraction, zone; UTC when there is none) or digits: epoch milliseconds.
[[nodiscard]] std::optional<EventTime> parse_date(std::string_view text);

[[nodiscard]] Ordering compare_versions(std::string_view a, std::string_view b);

}  // namespace audisp_eql::eql
