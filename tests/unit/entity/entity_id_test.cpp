// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/entity_id.h"

#include <doctest/doctest.h>

using audisp_eql::entity::EntityId;

TEST_CASE("an entity's text is its hash's lower 60 bits, the lowest digit first") {
  CHECK(EntityId::from_hash(0x0123456789abcdefULL).text() == "fedcba987654321");
  CHECK(EntityId::from_hash(0xf123456789abcdefULL) == EntityId::from_hash(0x0123456789abcdefULL));
  CHECK(EntityId::from_hash(0x10).text() == "010000000000000");
}

TEST_CASE("no process's id is that of none, whatever its hash") {
  CHECK_FALSE(EntityId());
  CHECK(EntityId().text().empty());
  CHECK(EntityId::from_hash(0));
  CHECK(EntityId::from_hash(0) != EntityId());
  CHECK(EntityId::from_hash(0).text() == "000000000000000");
}

TEST_CASE("an id is known again by its number, and no other number is one") {
  for (const EntityId id : {EntityId(), EntityId::from_hash(0), EntityId::from_hash(UINT64_MAX)}) {
    REQUIRE(EntityId::from_number(id.number()));
    CHECK(*EntityId::from_number(id.number()) == id);
  }
  const std::uint64_t number = EntityId::from_hash(7).number();
  for (const std::uint64_t wrong : {std::uint64_t{7}, 2 * number, number | std::uint64_t{1} << 63U, UINT64_MAX})
    CHECK_FALSE(EntityId::from_number(wrong));
}
