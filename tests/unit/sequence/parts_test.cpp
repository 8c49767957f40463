// SPDX-License-Identifier: Apache-2.0
// The small parts: assignment, event copies, users' shares, pipes.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sequence/assignment.h"
#include "lib/sequence/event_store.h"
#include "lib/sequence/pipe.h"
#include "lib/sequence/plan.h"
#include "lib/sequence/user_shares.h"
#include "tests/support/timeline.h"

namespace audisp_eql::sequence {
namespace {

TEST_CASE("choices are distinct, first candidates first, up to the number wanted") {
  using Places = std::vector<std::vector<Candidate>>;
  struct Case {
    Places places;
    std::size_t most;
    std::vector<Choice> choices;
  };
  const std::vector<Case> cases{
      {{{1, 2}, {3}}, 1, {{1, 3}}},
      {{{1, 2}, {3}}, 9, {{1, 3}, {2, 3}}},
      {{{1, 2}, {1}}, 9, {{2, 1}}},
      {{{1}, {1}}, 9, {}},
      {{{1}, {}}, 9, {}},
      {{{1, 2}, {1, 2}, {1, 2}}, 9, {}},
      {{{1, 2, 3}, {1, 2}, {1}}, 9, {{3, 2, 1}}},
      {{{1, 2}, {1, 2}}, 0, {}},
      {{{1, 2}, {1, 2}}, 1, {{1, 2}}},
      {{{1, 2}, {1, 2}}, 2, {{1, 2}, {2, 1}}},
      {{{1, 2}, {1, 2}}, 3, {{1, 2}, {2, 1}}},
  };
  for (const Case& one : cases) CHECK(distinct_choices(one.places, one.most) == one.choices);
}

TEST_CASE("many places with too few candidates are refused at once") {
  std::vector<Candidate> candidates;
  for (Candidate c = 0; c < 99; ++c) candidates.push_back(c);
  CHECK(distinct_choices(std::vector<std::vector<Candidate>>(100, candidates), 1).empty());
  candidates.push_back(99);
  CHECK(distinct_choices(std::vector<std::vector<Candidate>>(100, candidates), 1).size() == 1);
}

TEST_CASE("an event copy lives as long as it is held and is then handed on") {
  event::FieldTable table;
  EventStore store;
  EventStore::Id id = 0;
  {
    const event::Event event = test::make_event(7, 3, {{"k", "some text that must be copied"}}, table);
    id = store.add(event);
  }
  CHECK(store.bytes() == store.bytes_of(id));
  CHECK(store.bytes() > 0);
  store.retain(id);
  CHECK(store.take(id).text(*table.find("k")) == "some text that must be copied");
  CHECK(store.bytes() > 0);
  const event::Event last = store.take(id);
  CHECK(last.text(*table.find("k")) == "some text that must be copied");
  CHECK(last.order.index == 3);
  CHECK(store.bytes() == 0);
}

TEST_CASE("shares know who holds most, by number and by bytes") {
  using Measure = UserShares::Measure;
  UserShares shares{KeyHash({})};
  const auto a1 = shares.add("a", 1);
  const auto b2 = shares.add("b", 2);
  const auto b3 = shares.add("b", 3);
  shares.grow(a1.user, 100);
  shares.grow(b2.user, 10);
  CHECK(shares.oldest_of_largest(Measure::kCount) == 2);
  CHECK(shares.oldest_of_largest(Measure::kBytes) == 1);
  shares.remove(b2, 10);
  CHECK(shares.users() == 2);
  shares.remove(a1, 100);
  CHECK(shares.users() == 1);
  CHECK(shares.oldest_of_largest(Measure::kBytes) == 3);
  shares.remove(b3, 0);
  CHECK(shares.users() == 0);
}

TEST_CASE("a plan sorts stages by gap and knows the key that names a process") {
  event::FieldTable table;
  const eql::Query query = test::compile_or_throw(
      "sequence by host.id with maxspan=1m ![any where true] by user.id [any where true] by process.entity_id "
      "![any where true] by user.id [any where true] by process.parent.entity_id until [any where true] by user.id",
      table);
  const Plan plan(query);
  CHECK(plan.positive.size() == 2);
  CHECK(plan.missing.size() == 2);
  CHECK(plan.missing[0].gap == 0);
  CHECK(plan.missing[1].gap == 1);
  CHECK(plan.missing[0].key_group == plan.until->key_group);
  CHECK(plan.key_groups.size() == 3);
  CHECK(plan.entity_key == 1);
  CHECK(plan.leading);
  CHECK_FALSE(plan.trailing);
  CHECK(plan.positive[1].mask_bit == 8);
  CHECK(plan.until->mask_bit == std::uint64_t{1} << 63);
}

TEST_CASE("stages from the 64th on share the last bit of the mask") {
  event::FieldTable table;
  const eql::Query query = test::compile_or_throw("sequence [any where true] with runs=66", table);
  const Plan plan(query);
  CHECK(plan.positive[62].mask_bit == std::uint64_t{1} << 62);
  CHECK(plan.positive[63].mask_bit == std::uint64_t{1} << 63);
  CHECK(plan.positive[65].mask_bit == std::uint64_t{1} << 63);
}

Completed result(std::uint64_t last) {
  Completed completed;
  completed.order.last.index = last;
  completed.match.keys.push_back(std::to_string(last));
  return completed;
}

TEST_CASE("head closes the pipeline, tail sorts and holds no more than the cap") {
  using Kind = eql::Pipe::Kind;
  Counters counters;
  std::vector<Match> out;
  Pipeline head(std::vector<eql::Pipe>{{Kind::kHead, 1}}, 100, counters);
  CHECK_FALSE(head.is_closed());
  std::vector<Completed> one;
  one.push_back(result(1));
  head.push(std::move(one), out);
  CHECK(head.is_closed());
  CHECK(out.size() == 1);

  for (const std::size_t cap : {2, 3, 4}) {
    CAPTURE(cap);
    Counters dropped;
    out.clear();
    Pipeline tail(std::vector<eql::Pipe>{{Kind::kTail, 3}}, cap, dropped);
    for (const std::uint64_t last : {5, 1, 4, 2}) {
      std::vector<Completed> results;
      results.push_back(result(last));
      tail.push(std::move(results), out);
    }
    CHECK(out.empty());
    CHECK_FALSE(tail.is_closed());
    tail.finish(out);
    CHECK(out.size() == std::min<std::size_t>(cap, 3));
    CHECK(out.back().keys.front() == "5");
    CHECK(out[out.size() - 2].keys.front() == "4");
    CHECK(dropped.dropped_matches == (cap == 2 ? 2 : 0));
  }
  CHECK(Pipeline(std::vector<eql::Pipe>{{Kind::kTail, 3}, {Kind::kHead, 0}}, 9, counters).is_closed() == false);
  CHECK(Pipeline(std::vector<eql::Pipe>{{Kind::kHead, 0}}, 9, counters).is_closed());
}

}  // namespace
}  // namespace audisp_eql::sequence
