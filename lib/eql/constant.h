// SPDX-License-Identifier: Apache-2.0
// A constant of a query that owns its text, unlike event::Value; shared by the
// tokens, the trees and the program's pools.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "lib/event/value.h"

namespace audisp_eql::eql {

using Constant = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// A view; the text lives in `constant`.
[[nodiscard]] event::Value as_value(const Constant& constant);
[[nodiscard]] Constant to_constant(const event::Value& value);

// `null`, `true`, `42`, `1.5`, `"text"` with escapes as in a query.
[[nodiscard]] std::string dump_constant(const Constant& constant);
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace audisp_eql::eql
