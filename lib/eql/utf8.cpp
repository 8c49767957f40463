// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/utf8.h"

#include "lib/base/escape.h"

namespace audisp_eql::eql {

char32_t code_point_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = sequence_length(text[at]);
  if (length == 1) return lead;
  char32_t out = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length && at + i < text.size(); ++i) {
    out = (out << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
  }
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xc0 | (c >> 6));
    byte(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    byte(0xe0 | (c >> 12));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  } else {
    byte(0xf0 | (c >> 18));
    byte(0x80 | ((c >> 12) & 0x3f));
    byte(0x80 | ((c >> 6) & 0x3f));
    byte(0x80 | (c & 0x3f));
  }
}

std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += sequence_length(text[at]);
  return at < text.size() ? at : text.size();
}

std::size_t find_invalid_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t length = sequence_length(bytes[at]);
    if (length > 1 || static_cast<unsigned char>(bytes[at]) >= 0x80) {
      if (!is_valid_utf8(bytes.substr(at, length))) return at;
    }
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace audisp_eql::eql
