// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/skipped_stamps.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/unit/audit/records.h"

using namespace audisp_eql::audit;
using test::line;

TEST_CASE("records of the events that were skipped last are known by their stamps") {
  SkippedStamps skipped;
  CHECK_FALSE(skipped.has(line("CWD", 0, "")));
  for (unsigned serial = 1; serial <= 5; ++serial) skipped.add(test::syscall(serial, test::kRead));
  CHECK_FALSE(skipped.has(line("CWD", 1, "cwd=\"/\"")));
  for (unsigned serial = 2; serial <= 5; ++serial) {
    CAPTURE(serial);
    for (const std::string_view type : {"CWD", "PATH", "EXECVE", "PROCTITLE", "EOE"}) {
      CHECK(skipped.has(line(type, serial, "x=1")));
    }
  }
  CHECK(skipped.has("type=EOE msg=audit(1700000000.123:5):"));
  skipped.clear();
  CHECK_FALSE(skipped.has(line("CWD", 5, "")));
}

TEST_CASE("no other record is known") {
  SkippedStamps skipped;
  skipped.add(test::syscall(12, test::kRead));
  for (const std::string& other :
       {line("CWD", 1, ""), line("CWD", 123, ""), line("CWD", 12, "", "web"), line("SOCKADDR", 12, ""),
        line("SYSCALL", 12, ""), line("USER_AUTH", 12, ""), std::string("type=CWD msg=audit(1700000000.123:12"),
        std::string("type=CWD msg=audit(1700000000.123:12)"), std::string("type=CWD msg=audit("),
        std::string("type=EOE msg=audit(1700000000.124:12): "), std::string("CWD"), std::string()}) {
    CAPTURE(other);
    CHECK_FALSE(skipped.has(other));
  }
}

TEST_CASE("an event with a node or with a stamp too long is not kept") {
  SkippedStamps skipped;
  skipped.add(line("SYSCALL", 7, "arch=1", "web"));
  CHECK_FALSE(skipped.has(line("CWD", 7, "")));
  CHECK_FALSE(skipped.has(line("CWD", 7, "", "web")));
  const std::string stamp = "msg=audit(9223372036854774.000:9999999999999999999): ";
  skipped.add("type=SYSCALL " + stamp + "arch=1");
  CHECK_FALSE(skipped.has("type=CWD " + stamp));
  skipped.add("type=SYSCALL msg=audit(9223372036854774.000:99999999): arch=1");
  CHECK(skipped.has("type=CWD msg=audit(9223372036854774.000:99999999): "));
}
