// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "lib/engine/host_table.h"

using namespace audisp_eql;
using engine::RecentIds;

namespace {

entity::Moment id_of(std::uint64_t serial, EventTime time = seconds(1)) { return {time, serial}; }

}  // namespace

TEST_CASE("an id is met again while its serial has its place") {
  RecentIds ids;
  for (std::uint64_t serial = 0; serial < RecentIds::kRemembered; ++serial) REQUIRE(ids.insert(id_of(serial)));
  for (std::uint64_t serial = 0; serial < RecentIds::kRemembered; ++serial) REQUIRE_FALSE(ids.insert(id_of(serial)));
  CHECK(ids.insert(id_of(5, seconds(2))));
  CHECK(ids.insert(id_of(5)));  // of one serial the latest
  CHECK(ids.insert(id_of(RecentIds::kRemembered)));
  CHECK(ids.insert(id_of(0)));
}

TEST_CASE("ids that came before a growth are known after it") {
  RecentIds ids;
  CHECK(ids.insert(id_of(16'384)));
  // All in one place, so that most are empty when it grows.
  for (std::uint64_t n = 0; n < 64; ++n) CHECK(ids.insert(id_of(1 + 16'384 * n)));
  CHECK_FALSE(ids.insert(id_of(16'384)));
}
