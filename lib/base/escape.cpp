// SPDX-License-Identifier: Apache-2.0
#include "lib/base/escape.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace audisp_eql {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0: the byte at the start is not part of a valid sequence
};

std::uint8_t byte_at(std::string_view s, std::size_t i) { return static_cast<std::uint8_t>(s[i]); }

// RFC 3629 table 3-7: the second byte's range excludes overlong forms and surrogates.
CodePoint decode(std::string_view s) {
  const std::uint8_t b0 = byte_at(s, 0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xC2 || b0 > 0xF4) return {};
  const std::size_t length = b0 < 0xE0 ? 2 : b0 < 0xF0 ? 3 : 4;
  if (s.size() < length) return {};
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (b0 == 0xE0) low = 0xA0;
  if (b0 == 0xED) high = 0x9F;
  if (b0 == 0xF0) low = 0x90;
  if (b0 == 0xF4) high = 0x8F;
  std::uint32_t value = b0 & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t b = byte_at(s, i);
    if (b < low || b > high) return {};
    low = 0x80;
    high = 0xBF;
    value = (value << 6U) | (b & 0x3FU);
  }
  return {value, length};
}

// First position at or after `i` that is not plain ASCII.
std::size_t skip_ascii(std::string_view s, std::size_t i) {
  while (i < s.size() && byte_at(s, i) < 0x80) ++i;
  return i;
}

struct Span {
  std::uint32_t first, last;
};
// Controls, and Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt) with the line and paragraph
// separators, interlinear annotations and the blank of braille.
constexpr Span kMisleading[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_misleading(std::uint32_t c) {
  if (c >= 0x20 && c < 0x7F) return false;
  return std::any_of(std::begin(kMisleading), std::end(kMisleading),
                     [c](const Span& span) { return c >= span.first && c <= span.last; });
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto b = static_cast<std::uint8_t>(c);
    out += "\\x";
    out += kDigits[b >> 4U];
    out += kDigits[b & 0xFU];
  }
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  for (std::size_t i = skip_ascii(bytes, 0); i < bytes.size(); i = skip_ascii(bytes, i)) {
    const CodePoint c = decode(bytes.substr(i));
    if (c.length == 0) return false;
    i += c.length;
  }
  return true;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 8);
  for (std::size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes.substr(i));
    if (c.length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
    } else {
      out.append(bytes, i, c.length);
      i += c.length;
    }
  }
  return out;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return n;
}

std::string escape_printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const CodePoint c = decode(bytes.substr(i));
    const std::size_t length = c.length == 0 ? 1 : c.length;
    const std::string_view piece = bytes.substr(i, length);
    if (c.length == 0 || is_misleading(c.value)) {
      append_hex(out, piece);
    } else if (c.value == '\\') {
      out += "\\\\";
    } else {
      out += piece;
    }
    i += length;
  }
  return out;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view kSpecial = " \"'$`;&|<>()*?[]{}#~!";
  if (!word.empty() && word.find_first_of(kSpecial) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\"'\"'";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace audisp_eql
