// SPDX-License-Identifier: Apache-2.0
// Whole strings to numbers, as audit records print them. No sign except where
// said, no spaces, no prefix; overflow and trailing bytes are refused.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
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

}  // namespace audisp_eql::audit
