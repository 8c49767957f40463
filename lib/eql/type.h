// SPDX-License-Identifier: Apache-2.0
// What is known of a value before it is met: the type of a field, a constant or
// a result. Only guides the check and the choice of a comparison; values of other
// kinds may turn up at any time.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/eql/compare.h"
#include "lib/eql/constant.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

enum class Type : std::uint8_t { kAny, kNull, kBool, kNumber, kText, kIp, kDate, kVersion };

[[nodiscard]] std::string_view to_string(Type type);  // with an article

[[nodiscard]] Type type_of(event::FieldType type);
[[nodiscard]] Type type_of(const Constant& constant);

// How a value of this type wants to be compared: only a *field* of type number
// makes text be read as a number.
enum class Origin : std::uint8_t { kField, kComputed };
[[nodiscard]] CompareMode mode_of(Type type, Origin origin);
// Of two sides; the ones that differ compare by value.
[[nodiscard]] CompareMode common_mode(CompareMode a, CompareMode b);

}  // namespace audisp_eql::eql
