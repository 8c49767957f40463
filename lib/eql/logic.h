// SPDX-License-Identifier: Apache-2.0
// The three-valued rules of value position, used by fold on constants and by
// eval on what an event holds.
#pragma once

#include <cstdint>
#include <span>

#include "lib/base/glob.h"
#include "lib/eql/compare.h"
#include "lib/event/value.h"

namespace audisp_eql::eql {

// What two null sides give: for `field == field` true, else null.
enum class NullRule : std::uint8_t { kUnknown, kEqual };

// Null when one side is null.
[[nodiscard]] event::Value compare_terms(CompareOp op, CompareMode mode, NullRule nulls, const event::Value& a,
                                         const event::Value& b);

// Null when the operand is; a null item equals nothing. `modes` is as long as
// `items`.
[[nodiscard]] event::Value is_in(const event::Value& operand, std::span<const event::Value> items,
                                 std::span<const CompareMode> modes, CaseMode fold);

// Kleene. A value that is no boolean counts as null.
[[nodiscard]] event::Value kleene(ast::LogicOp op, std::span<const event::Value> operands);
[[nodiscard]] event::Value kleene_not(const event::Value& operand);

// What a leaf is worth in filter position.
[[nodiscard]] inline bool is_true(const event::Value& value) {
  return value.kind() == event::Value::Kind::kBool && value.as_bool();
}

}  // namespace audisp_eql::eql
