// SPDX-License-Identifier: Apache-2.0
// Random queries on random short logs against the oracle, in order of time; and
// late events, for which the ordered result must still come out.
// AUDISP_EQL_ORACLE_PAIRS sets the number of queries, AUDISP_EQL_ORACLE_SEED the seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/sequence_oracle.h"
#include "tests/support/sequence_random.h"
#include "tests/support/timeline.h"

namespace audisp_eql::test {
namespace {

// The bits of Machine::handle's stage_mask that say what the event matches.
std::uint64_t stages_hit(const eql::Query& query, const event::Event& event, eql::Evaluator& evaluator) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    if (evaluator.matches(query.stages[i].predicate, event)) mask |= std::uint64_t{1} << std::min<std::size_t>(i, 63);
  }
  if (query.until && evaluator.matches(query.until->predicate, event)) mask |= std::uint64_t{1} << 63;
  return mask;
}

std::vector<OracleMatch> machine_matches(const eql::Query& query, const std::vector<event::Event>& log,
                                         const sequence::Limits& limits, Dice& dice) {
  sequence::Machine machine(query, limits);
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  const bool feed_all = dice.one_in(2);
  for (const event::Event& event : log) {
    if (dice.one_in(4) || !feed_all) machine.advance(event.order.time, out);
    const bool matters = feed_all || (stages_hit(query, event, evaluator) & machine.open_stages()) != 0;
    if (matters) machine.handle(event, UINT64_MAX, evaluator, out);
    // What ends may be named by later events: a partial outlives it by maxspan, if there is one.
    if (query.maxspan && dice.one_in(10)) machine.entity_ended("p", event.order.time);
  }
  machine.finish(out);
  CHECK(machine.partials() == 0);
  std::vector<OracleMatch> matches;
  for (const sequence::Match& match : out) matches.push_back({indexes_of(match), match.keys});
  return matches;
}

// Waiting results come out when they are due, so the order has to be made; keys by their text will do.
void sort_by_s9(std::vector<OracleMatch>& matches) {
  const auto order = [](const OracleMatch& match) {
    const auto present = [](int index) { return index >= 0; };
    return std::tuple(*std::find_if(match.events.rbegin(), match.events.rend(), present),
                      *std::find_if(match.events.begin(), match.events.end(), present), match.keys);
  };
  std::sort(matches.begin(), matches.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
}

TEST_CASE("on logs in order of time the machine agrees with the oracle") {
  const std::uint64_t seed = from_environment("AUDISP_EQL_ORACLE_SEED", std::random_device{}());
  const std::uint64_t pairs = from_environment("AUDISP_EQL_ORACLE_PAIRS", 20'000);
  MESSAGE("AUDISP_EQL_ORACLE_SEED=" << seed);
  Dice dice(seed);
  std::size_t found = 0;
  std::size_t agreed = 0;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    event::FieldTable table;
    const bool is_sample = dice.one_in(8);
    const RandomQuery random = is_sample ? random_sample(dice) : random_sequence(dice);
    const eql::Query query = compile_or_throw(random.text, table);
    const std::vector<event::Event> log = to_events(random_log(dice), table);
    sequence::Limits limits;
    limits.lateness = milliseconds(dice.pick(std::vector<std::int64_t>{0, 1, 5, 150'000}));
    limits.max_superseded = static_cast<std::size_t>(dice.roll(3));  // for late events only
    limits.max_samples_per_key = 1 + static_cast<std::size_t>(dice.roll(3));
    limits.sample_mode = sequence::SampleMode::kAtFinish;
    limits.hash_seed = {seed, i};
    std::vector<OracleMatch> actual = machine_matches(query, log, limits, dice);
    std::vector<OracleMatch> expected = oracle_matches(query, log, limits.max_samples_per_key);
    if (random.trailing) {
      sort_by_s9(actual);
      sort_by_s9(expected);
    }
    found += expected.size();
    const bool same = actual == expected;
    agreed += same ? 1 : 0;
    if (!same) {
      MESSAGE("query " << i << ": " << random.text);
      break;
    }
  }
  CHECK(agreed == pairs);
  CHECK(found > pairs / 2);
}

// A log whose events arrive stage by stage, in any order within a stage: then `until` and missing
// events. With at most one candidate between two neighbours of a stage nobody takes a partial that an
// earlier event should have had, so the ordered result must come out. (A refused one leaves its stage
// empty: maxspan here is wide, or stands with two stages only.)
struct LateLog {
  std::vector<event::Event> ordered;
  std::vector<std::size_t> arrival;
};

LateLog late_log(Dice& dice, event::FieldTable& table) {
  const std::vector<std::string> kinds{"a", "b", "c"};
  LateLog log;
  std::vector<std::vector<std::size_t>> by_phase(5);
  // Last kind per key: the next of the same stage needs another of the stage before it first.
  std::map<std::string, std::vector<int>> open;
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    ms += dice.roll(3);
    const std::string key = dice.pick(std::vector<std::string>{"x", "y"});
    auto& allowed = open[key];
    allowed.resize(4, 0);
    std::size_t phase = static_cast<std::size_t>(dice.roll(6));
    phase = phase > 4 ? 0 : phase;  // 3: until, 4: missing
    if (phase == 1 || phase == 2) {
      if (allowed[phase] == 0) phase = 0;
      allowed[phase] = 0;
    }
    if (phase < 2) allowed[phase + 1] = 1;
    const std::string kind = phase < 3 ? kinds[phase] : (phase == 3 ? "u" : "m");
    by_phase[phase].push_back(i);
    log.ordered.push_back(make_event(ms, i, {{"kind", kind}, {"k", key}}, table));
  }
  for (const std::size_t phase : {std::size_t{0}, std::size_t{3}, std::size_t{4}, std::size_t{1}, std::size_t{2}}) {
    dice.shuffle(by_phase[phase]);
    log.arrival.insert(log.arrival.end(), by_phase[phase].begin(), by_phase[phase].end());
  }
  return log;
}

TEST_CASE("events that arrive late but stage by stage give what they give in order") {
  const std::uint64_t seed = from_environment("AUDISP_EQL_ORACLE_SEED", std::random_device{}());
  MESSAGE("AUDISP_EQL_ORACLE_SEED=" << seed);
  Dice dice(seed);
  const std::vector<std::string> queries{
      R"(sequence by k [any where kind == "a"] [any where kind == "b"])",
      R"(sequence by k [any where kind == "a"] [any where kind == "b"] [any where kind == "c"])",
      R"(sequence by k with maxspan=9ms [any where kind == "a"] [any where kind == "b"])",
      R"(sequence by k with maxspan=9ms [any where kind == "a"] [any where kind == "b"] until [any where kind == "u"])",
      R"(sequence by k [any where kind == "a"] [any where kind == "b"] [any where kind == "c"] until [any where kind == "u"])",
      R"(sequence by k with maxspan=1s [any where kind == "a"] ![any where kind == "m"] [any where kind == "b"] [any where kind == "c"])",
      R"(sequence by k with maxspan=1s [any where kind == "a"] [any where kind == "b"] ![any where kind == "m"] [any where kind == "c"])",
  };
  std::size_t found = 0;
  for (int i = 0; i < 7000; ++i) {
    event::FieldTable table;
    const std::string& text = queries[static_cast<std::size_t>(i) % queries.size()];
    const eql::Query query = compile_or_throw(text, table);
    const LateLog log = late_log(dice, table);
    sequence::Limits limits;
    limits.max_superseded = 64;
    sequence::Machine machine(query, limits);
    eql::Evaluator evaluator;
    std::vector<sequence::Match> out;
    for (const std::size_t position : log.arrival) {
      machine.handle(log.ordered[position], UINT64_MAX, evaluator, out);
    }
    std::vector<OracleMatch> actual;
    for (const sequence::Match& match : out) actual.push_back({indexes_of(match), match.keys});
    std::vector<OracleMatch> expected = oracle_matches(query, log.ordered);
    sort_by_s9(actual);
    sort_by_s9(expected);
    found += expected.size();
    CAPTURE(i);
    CAPTURE(text);
    REQUIRE(actual == expected);
  }
  CHECK(found > 7000);
}

TEST_CASE("one candidate for each key is found whatever the order in which keys arrive") {
  const std::uint64_t seed = from_environment("AUDISP_EQL_ORACLE_SEED", std::random_device{}());
  MESSAGE("AUDISP_EQL_ORACLE_SEED=" << seed);
  Dice dice(seed);
  event::FieldTable table;
  const eql::Query query = compile_or_throw(
      R"(sequence by k with maxspan=1m [any where kind == "a"] [any where kind == "b"] [any where kind == "c"])",
      table);
  constexpr int kKeys = 50;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::vector<event::Event>> by_key(kKeys);
    std::vector<std::size_t> arrival;
    std::uint64_t index = 0;
    for (std::size_t key = 0; key < kKeys; ++key) {
      const std::int64_t first = dice.roll(60'000);
      for (int stage = 0; stage < 3; ++stage) {
        const std::string kind(1, static_cast<char>('a' + stage));
        by_key[key].push_back(make_event(first + stage * dice.roll(30'000), index++,
                                         {{"kind", kind}, {"k", std::to_string(key)}}, table));
        arrival.push_back(key);
      }
    }
    dice.shuffle(arrival);
    sequence::Machine machine(query, {});
    eql::Evaluator evaluator;
    std::vector<sequence::Match> out;
    std::vector<std::size_t> next(kKeys, 0);
    std::size_t in_order = 0;
    for (const std::size_t key : arrival) {
      machine.handle(by_key[key][next[key]++], UINT64_MAX, evaluator, out);
    }
    for (const auto& events : by_key) {
      in_order += events[0].order < events[1].order && events[1].order < events[2].order ? 1 : 0;
    }
    CHECK(out.size() == in_order);
    CHECK(in_order > 0);
  }
}

}  // namespace
}  // namespace audisp_eql::test
