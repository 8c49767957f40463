// SPDX-License-Identifier: Apache-2.0
// Numbers as text and back, and arithmetic on them. Nothing here depends on a
// locale; what has no result gives null.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lib/event/value.h"

namespace audisp_eql::eql {

enum class ArithmeticOp : std::uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };

[[nodiscard]] char symbol(ArithmeticOp op);

// Integers stay integers, division drops the fraction, `%` has the sign of the
// dividend. Null for an operand that is no number, for division by zero, and
// for what does not fit.
[[nodiscard]] event::Value arithmetic(ArithmeticOp op, const event::Value& a, const event::Value& b);
[[nodiscard]] event::Value negate(const event::Value& value);

// The whole of `text` as a decimal: sign, digits, fraction, exponent. An integer
// too large for 64 bits becomes a double. Null for anything else.
[[nodiscard]] event::Value parse_decimal(std::string_view text);

// An integer with digits of `base` (2..36), optional sign; null when it is none
// or does not fit.
[[nodiscard]] event::Value parse_integer(std::string_view text, int base);

using NumberBuffer = std::array<char, 40>;

// What string() gives: text as it is, numbers in the shortest form that reads
// back (a double always has a point or an exponent), `true`, `false`. Empty for
// null. The result views `buffer` or the value's own text.
[[nodiscard]] std::string_view text_of(const event::Value& value, NumberBuffer& buffer);

}  // namespace audisp_eql::eql
