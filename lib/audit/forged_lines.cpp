// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/forged_lines.h"

#include <algorithm>
#include <array>
#include <optional>

#include <sys/socket.h>

#include "lib/audit/decode.h"
#include "lib/audit/sockaddr.h"

namespace audisp_eql::audit {
namespace {

constexpr char kEnriched = '\x1d';
constexpr std::string_view kAddress = "saddr=";
constexpr std::string_view kClose = " }";

// How libauparse 3.0.9 prints an address that holds text.
struct Printed {
  std::uint16_t family;
  std::string_view key;  // what stands before the text
  std::size_t limit;     // bytes it prints at most
};
constexpr std::array kPrinted{Printed{AF_UNIX, "path=", 108}, Printed{AF_AX25, "call=", 7},
                              Printed{AF_X25, "laddr=", 15}};

const Printed* printed_as(std::string_view address) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const auto family = sockaddr_family(address, order);
    const auto found = std::find_if(kPrinted.begin(), kPrinted.end(),
                                    [&](const Printed& printed) { return family == printed.family; });
    if (found != kPrinted.end()) return &*found;
  }
  return nullptr;
}

// The text of the address as a C string; an abstract name is printed from its second byte.
std::string_view text_of(std::string_view address, const Printed& printed) {
  address.remove_prefix(2);
  if (printed.family == AF_UNIX && address.starts_with('\0')) address.remove_prefix(1);
  return address.substr(0, address.find('\0'));
}

}  // namespace

void ForgedLines::inspect(std::string_view line, std::size_t body) {
  active_ = false;
  line.remove_prefix(std::min(body, line.size()));
  const std::size_t separator = line.find(kEnriched);
  if (separator == std::string_view::npos || !line.starts_with(kAddress)) return;
  const std::string_view digits = line.substr(kAddress.size(), separator - kAddress.size());
  if (digits.starts_with("02") || digits.starts_with("0A")) return;  // most of them: IPv4, IPv6
  const auto address = decode_hex(digits);
  const Printed* const printed = address ? printed_as(*address) : nullptr;
  if (printed == nullptr) return;
  const std::string_view text = text_of(*address, *printed);
  const std::size_t newline = text.find('\n');
  if (newline >= printed->limit) return;

  const std::string_view enriched = line.substr(separator + 1);
  const std::size_t key = enriched.find(printed->key);
  if (key == std::string_view::npos) return;
  // Equality, not a prefix: where newlines became spaces the line goes on.
  if (enriched.substr(key + printed->key.size()) != text.substr(0, newline)) return;
  expected_.assign(text.substr(newline + 1));
  limit_ = printed->limit - newline - 1;
  active_ = true;
}

bool ForgedLines::take_expected(std::string_view line) {
  const std::size_t newline = expected_.find('\n');
  const std::string_view piece = std::string_view(expected_).substr(0, newline);
  if (newline != std::string::npos && line == piece) {
    expected_.erase(0, newline + 1);
    limit_ -= std::min(limit_, newline + 1);
    return true;
  }
  active_ = false;
  if (newline < limit_) return false;
  // The last one, cut where libauparse 3.0.9 cuts or whole.
  if (line.ends_with(kClose)) line.remove_suffix(kClose.size());
  return line == piece.substr(0, limit_) || (newline == std::string::npos && line == piece);
}

}  // namespace audisp_eql::audit
