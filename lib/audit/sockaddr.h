// SPDX-License-Identifier: Apache-2.0
// A SOCKADDR record's bytes (struct sockaddr as the process gave it).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/ip.h"

namespace audisp_eql::audit {

enum class ByteOrder { kLittle, kBig };

// The family field is in the audited machine's byte order. nullopt below two bytes.
[[nodiscard]] std::optional<std::uint16_t> sockaddr_family(std::string_view bytes, ByteOrder order);

[[nodiscard]] bool is_internet_family(std::uint16_t family);

struct Endpoint {
  IpAddress address;  // v4-mapped v6 already unmapped
  std::uint16_t port = 0;
};

// AF_INET from 8 bytes on (what is needed of sockaddr_in), AF_INET6 from 24 on
// (RFC 2133's sockaddr_in6, without the scope id, as the kernel accepts it).
// nullopt for other families and shorter ones.
[[nodiscard]] std::optional<Endpoint> decode_endpoint(std::string_view bytes, ByteOrder order);

}  // namespace audisp_eql::audit
