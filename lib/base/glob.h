// SPDX-License-Identifier: Apache-2.0
// Wildcard matching of EQL's `:` and `like`: `*` is any run, `?` exactly one
// character, everything else itself; the whole value must match.
#pragma once

#include <string_view>

namespace audisp_eql {

enum class CaseMode { kSensitive, kAsciiInsensitive };

// True when `pattern` has a `*` or a `?`.
[[nodiscard]] bool has_wildcard(std::string_view pattern);

// Linear in |text| for one `*`, at worst |text| * |pattern|; no recursion, no
// allocation. Both sides are valid UTF-8; `?` takes one code point.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text, CaseMode mode);

// Equality under the same folding.
[[nodiscard]] bool text_equal(std::string_view a, std::string_view b, CaseMode mode);

[[nodiscard]] constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace audisp_eql
