// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/event_index.h"

#include <map>
#include <random>
#include <tuple>

#include <doctest/doctest.h>

#include "lib/audit/recent_events.h"

using namespace audisp_eql::audit;

TEST_CASE("the index finds what a map finds, through growth and erasure") {
  std::mt19937 random(4711);
  EventIndex index;
  std::map<std::tuple<std::uint32_t, std::int64_t, std::uint64_t>, std::uint32_t> model;
  for (std::uint32_t step = 0; step < 60'000; ++step) {
    const EventKey key{static_cast<std::uint32_t>(random() % 3), static_cast<std::int64_t>(random() % 20),
                       random() % 60};
    const auto place = std::tuple(key.node, key.ms, key.serial);
    const auto found = model.find(place);
    const auto got = index.find(key);
    REQUIRE(got.has_value() == (found != model.end()));
    if (found == model.end()) {
      index.insert(key, step);
      model[place] = step;
    } else {
      REQUIRE(*got == found->second);
      index.erase(key);
      model.erase(found);
    }
    REQUIRE(index.size() == model.size());
  }
}

TEST_CASE("erasing what is not there changes nothing") {
  EventIndex index;
  index.insert({1, 2, 3}, 7);
  index.erase({1, 2, 4});
  CHECK(index.size() == 1);
  CHECK(index.find({1, 2, 3}) == 7);
  CHECK_FALSE(index.find({2, 2, 3}));
}

TEST_CASE("the memory of recent events holds all of a long run and forgets the oldest") {
  constexpr std::uint64_t kAll = 256;
  RecentEvents recent(kAll);
  const auto key = [](std::uint64_t serial) { return EventKey{0, 1000, serial}; };
  for (std::uint64_t i = 0; i < kAll; ++i) recent.remember(key(i), Fate::kSkipped);
  for (std::uint64_t i = 0; i < kAll; ++i) REQUIRE(recent.find(key(i)) == Fate::kSkipped);
  recent.remember(key(kAll), Fate::kClosed);
  CHECK(recent.find(key(kAll)) == Fate::kClosed);
  CHECK(recent.find(key(0)) == Fate::kUnknown);
  CHECK(recent.find(key(1)) == Fate::kSkipped);
  CHECK(recent.find({1, 1000, 1}) == Fate::kUnknown);
  CHECK(recent.find({0, 1001, 1}) == Fate::kUnknown);
  recent.remember(key(1), Fate::kClosed);
  CHECK(recent.find(key(1)) == Fate::kClosed);
}

TEST_CASE("the smallest memory of recent events holds one set") {
  RecentEvents recent(0);
  for (std::uint64_t i = 0; i < RecentEvents::kWays; ++i) recent.remember({0, 0, i}, Fate::kClosed);
  for (std::uint64_t i = 0; i < RecentEvents::kWays; ++i) CHECK(recent.find({0, 0, i}) == Fate::kClosed);
  CHECK(recent.find({0, 0, RecentEvents::kWays}) == Fate::kUnknown);
}

TEST_CASE("a host's number is never another's, also after too many names") {
  NodeIds nodes(2);
  CHECK(nodes.id_of("") == 0);
  const auto a = nodes.id_of("a");
  const auto b = nodes.id_of("b");
  CHECK(a != 0);
  CHECK(a != b);
  CHECK(nodes.id_of("a") == a);
  CHECK(nodes.id_of("b") == b);
  const auto c = nodes.id_of("c");  // one too many: all are forgotten
  CHECK(c != a);
  CHECK(c != b);
  const auto again = nodes.id_of("a");
  CHECK(again != a);
  CHECK(again != b);
  CHECK(again != c);
  CHECK(nodes.id_of("c") == c);
}
