// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/sockaddr.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/decode.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;

namespace {

std::string shown(std::string_view hex, ByteOrder order = ByteOrder::kLittle) {
  const auto endpoint = decode_endpoint(decode_hex(hex).value(), order);
  return endpoint ? to_string(endpoint->address) + " " + std::to_string(endpoint->port) : "none";
}

}  // namespace

TEST_CASE("internet addresses are read from as few bytes as the kernel takes") {
  CHECK(shown("02001F907F0000010000000000000000") == "127.0.0.1 8080");
  CHECK(shown("02001F907F000001") == "127.0.0.1 8080");
  CHECK(shown("02001F907F0000") == "none");
  const std::string v6 =
      "0A0001BB00000000"
      "20010DB8000000000000000000000001";
  CHECK(shown(v6 + "00000000") == "2001:db8::1 443");
  CHECK(shown(v6) == "2001:db8::1 443");  // 24 bytes
  CHECK(shown(v6.substr(0, v6.size() - 2)) == "none");
  CHECK(shown(v6 + std::string(200, '0')) == "2001:db8::1 443");
}

TEST_CASE("a v4-mapped address is the v4 address") {
  CHECK(shown("0A0001BB00000000"
              "00000000000000000000FFFF08080808"
              "00000000") == "8.8.8.8 443");
}

TEST_CASE("only the family is in the machine's byte order") {
  CHECK(shown("00021F907F000001", ByteOrder::kBig) == "127.0.0.1 8080");
  CHECK(shown("00021F907F000001", ByteOrder::kLittle) == "none");
  CHECK(shown("02001F907F000001", ByteOrder::kBig) == "none");
  CHECK(sockaddr_family(std::string_view("\x0a\0", 2), ByteOrder::kLittle) == 10);
  CHECK(sockaddr_family(std::string_view("\0\x0a", 2), ByteOrder::kBig) == 10);
  CHECK_FALSE(sockaddr_family("\x01", ByteOrder::kLittle));
  CHECK_FALSE(sockaddr_family("", ByteOrder::kLittle));
}

TEST_CASE("a local path that looks like an address is none") {
  // AF_UNIX, "/tmp/x laddr=8.8.8.8 lport=443 "
  CHECK(shown("01002F746D702F78206C616464723D382E382E382E38206C706F72743D34343320") == "none");
  CHECK(shown("0000000000000000000000000000000000") == "none");  // AF_UNSPEC
  CHECK(shown("100000000000000000000000") == "none");            // AF_NETLINK
}
