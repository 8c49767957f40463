// SPDX-License-Identifier: Apache-2.0
// Whole strings to numbers, as audit records print them. No sign except where
// said, no spaces, no prefix; overflow and trailing bytes are refused.
#pragma once

#include <charconv>
#include <concepts>
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

// The number in decimal digits at `pos`, which is moved behind it.
template <std::unsigned_integral T>
[[nodiscard]] std::optional<T> take_number(std::string_view text, std::size_t& pos) {
  T value{};
  const char* const begin = text.data() + pos;
  const auto [stop, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  pos += static_cast<std::size_t>(stop - begin);
  return value;
}

}  // namespace audisp_eql::audit
