// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_store.h"

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::entity;

TEST_CASE("a pid's generations are found newest first, and erased from any place") {
  ProcessStore store(10);
  Node& first = store.insert(7);
  first.process.entity_id = EntityId::from_hash(1);
  Node& second = store.insert(7);
  second.process.entity_id = EntityId::from_hash(2);
  Node& third = store.insert(7);
  third.process.entity_id = EntityId::from_hash(3);
  CHECK(store.newest(7)->process.entity_id == EntityId::from_hash(3));
  CHECK(store.older(*store.newest(7))->process.entity_id == EntityId::from_hash(2));

  store.erase(second);
  CHECK(store.older(*store.newest(7))->process.entity_id == EntityId::from_hash(1));
  store.erase(third);
  CHECK(store.newest(7)->process.entity_id == EntityId::from_hash(1));
  store.erase(first);
  CHECK(store.newest(7) == nullptr);
  CHECK(store.size() == 0);
}

TEST_CASE("ended ones go first, then those only a fork told of, then those unseen longest") {
  ProcessStore store(10);
  for (const std::uint32_t pid : {1U, 2U, 3U, 4U, 5U}) store.insert(pid);
  store.mark_born(*store.newest(4), {});
  store.mark_ended(*store.newest(5), {});
  store.touch(*store.newest(1));
  std::vector<std::uint32_t> order;
  while (Node* node = store.evict_candidate()) {
    order.push_back(node->process.pid);
    store.erase(*node);
  }
  CHECK(order == std::vector<std::uint32_t>{5, 4, 2, 3, 1});
}

TEST_CASE("one that is proved is as good as any other") {
  ProcessStore store(10);
  store.insert(1);
  store.insert(2);
  store.mark_born(*store.newest(2), {});
  store.prove(*store.newest(2));
  CHECK(store.evict_candidate()->process.pid == 1);
}

TEST_CASE("what there may be 65,536 of is small") {
  CHECK(sizeof(Node) <= 152);
  CHECK(sizeof(Image) <= 32);
}

TEST_CASE("slots are used again") {
  ProcessStore store(10);
  for (int round = 0; round < 1000; ++round) {
    store.insert(static_cast<std::uint32_t>(round));
    if (store.full()) store.erase(*store.evict_candidate());
  }
  CHECK(store.size() == 9);
  CHECK(store.all().size() == 9);
  store.clear();
  CHECK(store.all().empty());
  CHECK(store.newest(999) == nullptr);
}
