// SPDX-License-Identifier: Apache-2.0
// IP addresses and CIDR blocks as values. No names are ever resolved.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace audisp_eql {

// Network byte order; an IPv4 address uses the first 4 bytes, the rest zero.
struct IpAddress {
  enum class Family : std::uint8_t { kV4, kV6 };
  Family family = Family::kV4;
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const IpAddress&) const = default;
};

// Strict text forms of inet_pton(3); nullopt for anything else.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);

// ::ffff:a.b.c.d becomes a.b.c.d (RFC 4291 2.5.5.2); others stay.
[[nodiscard]] IpAddress unmap(const IpAddress& address);

// Canonical text (RFC 5952 as inet_ntop(3) writes it).
[[nodiscard]] std::string to_string(const IpAddress& address);

// A block; host bits in the text are ignored, an address without `/` is a
// block of one (eql cidrMatch). v4 and v6 never match each other.
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;

  [[nodiscard]] bool contains(const IpAddress& other) const;
};

[[nodiscard]] std::optional<IpPrefix> parse_prefix(std::string_view text);

}  // namespace audisp_eql
