// SPDX-License-Identifier: Apache-2.0
#include "lib/base/ip.h"

#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;

TEST_CASE("addresses are strict text, and go back to it") {
  for (const std::string_view good :
       {"127.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::ff00:42:8329"}) {
    CAPTURE(std::string(good));
    REQUIRE(parse_ip(good));
    CHECK(to_string(*parse_ip(good)) == good);
  }
  CHECK(to_string(*parse_ip("0:0:0:0:0:0:0:1")) == "::1");
  for (const std::string_view bad :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4 ", "host", ":::", "1.2.3.4/8", "::1%lo"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_ip(bad));
  }
  CHECK_FALSE(parse_ip(std::string(1000, '1')));
  CHECK_FALSE(parse_ip(std::string_view("1.2.3.4\0", 8)));
}

TEST_CASE("a v4-mapped address is that v4 address") {
  CHECK(to_string(unmap(*parse_ip("::ffff:10.1.2.3"))) == "10.1.2.3");
  CHECK(to_string(unmap(*parse_ip("::1"))) == "::1");
  CHECK(to_string(unmap(*parse_ip("10.1.2.3"))) == "10.1.2.3");
}

TEST_CASE("blocks contain what lies in them; host bits do not count") {
  struct Row {
    std::string_view block, address;
    bool in;
  };
  constexpr Row kRows[] = {
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.6.48.157/8", "10.1.1.1", true},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"1.2.3.4/32", "1.2.3.4", true},
      {"1.2.3.4/32", "1.2.3.5", false},
      {"1.2.3.4", "1.2.3.4", true},
      {"1.2.3.4", "1.2.3.5", false},
      {"172.16.0.0/12", "172.31.0.1", true},
      {"172.16.0.0/12", "172.32.0.1", false},
      {"::1", "::1", true},
      {"fe80::/10", "febf::1", true},
      {"fe80::/10", "fec0::1", false},
      {"::/0", "127.0.0.1", false},
      {"0.0.0.0/0", "::1", false},
      {"128.0.0.0/1", "129.1.1.1", true},
      {"128.0.0.0/1", "127.1.1.1", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.block));
    CAPTURE(std::string(row.address));
    REQUIRE(parse_prefix(row.block));
    CHECK(parse_prefix(row.block)->contains(*parse_ip(row.address)) == row.in);
  }
  for (const std::string_view bad :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_prefix(bad));
  }
}
