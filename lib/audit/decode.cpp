// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/decode.h"

#include <array>
#include <cstdint>

namespace audisp_eql::audit {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) table['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    table['a' + i] = static_cast<std::uint8_t>(10 + i);
    table['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}();

// Leaves `out` as it was on failure.
bool append_hex(std::string_view digits, std::string& out) {
  if (digits.size() % 2 != 0) return false;
  const std::size_t start = out.size();
  out.resize(start + digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::uint8_t high = kDigits[static_cast<std::uint8_t>(digits[i])];
    const std::uint8_t low = kDigits[static_cast<std::uint8_t>(digits[i + 1])];
    if ((high | low) > 0x0F) {
      out.resize(start);
      return false;
    }
    out[start + i / 2] = static_cast<char>(high << 4 | low);
  }
  return true;
}

}  // namespace

Decoded append_decoded(std::string_view raw, std::string& out) {
  if (raw.data() == nullptr || raw == "(null)" || raw == "(none)" || raw == "?") return Decoded::kAbsent;
  if (raw.empty()) return Decoded::kBad;
  if (raw.front() == '"') {
    if (raw.size() < 2 || raw.back() != '"') return Decoded::kBad;
    out.append(raw.substr(1, raw.size() - 2));
    return Decoded::kText;
  }
  return append_hex(raw, out) ? Decoded::kText : Decoded::kBad;
}

std::optional<std::string> decode_hex(std::string_view digits) {
  std::string out;
  if (!append_hex(digits, out)) return std::nullopt;
  return out;
}

}  // namespace audisp_eql::audit
