// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/sockaddr.h"

#include <algorithm>

#include <sys/socket.h>

namespace audisp_eql::audit {
namespace {

constexpr std::size_t kPort = 2;
constexpr std::size_t kAddress4 = 4;
constexpr std::size_t kAddress6 = 8;  // behind the flow label
constexpr std::size_t kMinimum4 = kAddress4 + 4;
constexpr std::size_t kMinimum6 = kAddress6 + 16;

std::uint16_t pair_at(std::string_view bytes, std::size_t pos, ByteOrder order) {
  const auto first = static_cast<std::uint8_t>(bytes[pos]);
  const auto second = static_cast<std::uint8_t>(bytes[pos + 1]);
  return order == ByteOrder::kBig ? static_cast<std::uint16_t>(first << 8 | second)
                                  : static_cast<std::uint16_t>(second << 8 | first);
}

IpAddress address_at(std::string_view bytes, std::size_t pos, IpAddress::Family family) {
  IpAddress address;
  address.family = family;
  const std::size_t length = family == IpAddress::Family::kV4 ? 4 : 16;
  std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(pos),
                 bytes.begin() + static_cast<std::ptrdiff_t>(pos + length), address.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return address;
}

}  // namespace

std::optional<std::uint16_t> sockaddr_family(std::string_view bytes, ByteOrder order) {
  if (bytes.size() < 2) return std::nullopt;
  return pair_at(bytes, 0, order);
}

bool is_internet_family(std::uint16_t family) { return family == AF_INET || family == AF_INET6; }

std::optional<Endpoint> decode_endpoint(std::string_view bytes, ByteOrder order) {
  const auto family = sockaddr_family(bytes, order);
  if (!family) return std::nullopt;
  if (*family == AF_INET && bytes.size() >= kMinimum4) {
    return Endpoint{address_at(bytes, kAddress4, IpAddress::Family::kV4), pair_at(bytes, kPort, ByteOrder::kBig)};
  }
  if (*family == AF_INET6 && bytes.size() >= kMinimum6) {
    return Endpoint{unmap(address_at(bytes, kAddress6, IpAddress::Family::kV6)),
                    pair_at(bytes, kPort, ByteOrder::kBig)};
  }
  return std::nullopt;
}

}  // namespace audisp_eql::audit
