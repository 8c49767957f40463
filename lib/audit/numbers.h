// SPDX-License-Identifier: Apache-2.0
// Strings to numbers, as audit records print them. No sign except where said, no
// spaces, no prefix; overflow is refused, and of whole strings trailing bytes.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace audisp_eql::audit {

template <std::integral T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// The number in decimal digits at `pos`, which is moved behind it. At most 19
// digits, which cannot overflow. Hot: three times per line.
[[nodiscard]] inline std::optional<std::uint64_t> take_number(std::string_view text, std::size_t& pos) {
  constexpr std::size_t kMaxDigits = 19;
  if (pos >= text.size()) return std::nullopt;
  const char* const begin = text.data() + pos;
  const char* const end = text.data() + text.size();
  const char* at = begin;
  std::uint64_t value = 0;
  for (; at < end; ++at) {
    const auto digit = static_cast<unsigned char>(*at - '0');
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  const auto digits = static_cast<std::size_t>(at - begin);
  if (digits == 0 || digits > kMaxDigits) return std::nullopt;
  pos += digits;
  return value;
}

// The same in hexadecimal digits of either case, at most 16.
[[nodiscard]] inline std::optional<std::uint64_t> take_hex(std::string_view text, std::size_t& pos) {
  constexpr std::size_t kMaxDigits = 16;
  if (pos >= text.size()) return std::nullopt;
  std::uint64_t value = 0;
  std::size_t at = pos;
  for (; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    unsigned digit = c - unsigned{'0'};
    if (digit > 9) {
      digit = (c | 0x20U) - 'a';
      if (digit > 5) break;
      digit += 10;
    }
    value = value << 4U | digit;
  }
  if (at == pos || at - pos > kMaxDigits) return std::nullopt;
  pos = at;
  return value;
}

// Whether the literal `wanted` stands at `pos`: a few instructions and no call.
template <std::size_t kSize>
[[nodiscard]] inline bool begins_with(std::string_view text, std::size_t pos, const char (&wanted)[kSize]) {
  return pos <= text.size() && text.size() - pos >= kSize - 1 && std::memcmp(text.data() + pos, wanted, kSize - 1) == 0;
}

}  // namespace audisp_eql::audit
