// SPDX-License-Identifier: Apache-2.0
// The oracle's own functions, arithmetic and patterns: obvious, slow, and on
// whole code points, for the values that the random tests use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/eql/constant.h"

namespace audisp_eql::test::oracle {

using eql::Constant;

[[nodiscard]] std::string lower(std::string text);  // ASCII
[[nodiscard]] std::string text_of(const Constant& value);
// A number, or text that is one.
[[nodiscard]] std::optional<long double> number_of(const Constant& value);
[[nodiscard]] Constant arithmetic(char op, const Constant& a, const Constant& b);
// `kind`: 0 text, 1 wildcards, 2 regular expression (of the tame kind).
[[nodiscard]] bool matches(int kind, const std::string& pattern, const std::string& text, bool fold);
// Literals, `.`, `[a-c]`, `( )`, `|`, `* + ?`, by code point.
[[nodiscard]] bool regex_matches(const std::u32string& pattern, const std::u32string& text);
[[nodiscard]] Constant call(const std::string& name, const std::vector<Constant>& arguments, bool fold);

}  // namespace audisp_eql::test::oracle
