// SPDX-License-Identifier: Apache-2.0
// Bytes from the kernel are bytes, not text. Here, and only here, they become
// text: valid UTF-8 for matching, printable valid UTF-8 for people and SIEMs.
#pragma once

#include <string>
#include <string_view>

namespace audisp_eql {

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

// Each byte that is not part of a valid sequence becomes U+FFFD. What every
// EQL operator sees (design: bytes and text).
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

// Number of code points of valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

// For alerts: invalid bytes, C0/C1 controls, DEL, and what could mislead a reader
// (bidirectional and line-breaking characters, and such as show nothing: zero
// width, fillers, variation selectors, tags) become \xHH per byte; a literal
// backslash is doubled, so the escaping can be undone.
[[nodiscard]] std::string escape_printable(std::string_view bytes);

// A word of printable text as a person would type it: in single quotes where a
// shell would split or change it. A backslash is the escaping's and asks for none.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace audisp_eql
