// SPDX-License-Identifier: Apache-2.0
// Walking valid UTF-8 by code point, for the places that count characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace audisp_eql::eql {

// Bytes of the sequence that this lead byte opens; 1 for anything else.
[[nodiscard]] constexpr std::size_t sequence_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xc0) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

// REQUIRES: at < text.size(), valid UTF-8, `at` on a boundary.
[[nodiscard]] char32_t code_point_at(std::string_view text, std::size_t at);

void append_utf8(std::string& out, char32_t code_point);

// Byte offset of character number `index`, text.size() when there are fewer.
[[nodiscard]] std::size_t offset_of(std::string_view text, std::size_t index);

// Offset of the first byte that is not part of valid UTF-8; npos if all is well.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view bytes);

}  // namespace audisp_eql::eql
