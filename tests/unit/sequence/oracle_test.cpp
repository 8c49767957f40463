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
#include "tests/support/timeline.h"

namespace audisp_eql::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int roll(int below) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(below)); }
  bool one_in(int n) { return roll(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(roll(static_cast<int>(from.size())))];
  }
  template <typename T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

 private:
  std::mt19937_64 engine_;
};

std::string random_condition(Dice& dice) {
  static const std::vector<std::string> kConditions{"kind == \"a\"", "kind == \"a\"", "kind == \"b\"",
                                                    "kind == \"b\"", "kind == \"c\"", "kind in (\"a\", \"c\")",
                                                    "true"};
  return "any where " + dice.pick(kConditions);
}

struct RandomQuery {
  std::string text;
  bool trailing = false;  // the last stage is missing
};

std::string random_keys(Dice& dice, int count) {
  std::string keys;
  for (int i = 0; i < count; ++i) {
    keys += (i == 0 ? " by " : ", ") + std::string(dice.one_in(3) ? "?" : "") +
            dice.pick(std::vector<std::string>{"k", "k", "l", "l", "process.entity_id"});
  }
  return keys;
}

RandomQuery random_sequence(Dice& dice) {
  RandomQuery query;
  const int own_keys = dice.one_in(3) ? 1 : 0;
  query.text = "sequence" + random_keys(dice, dice.roll(3));
  const int stages = 2 + dice.roll(3);
  std::vector<bool> missing(static_cast<std::size_t>(stages), false);
  if (dice.one_in(2)) {
    for (std::size_t i = 0; i < missing.size(); ++i) missing[i] = dice.one_in(3);
  }
  const bool any = std::find(missing.begin(), missing.end(), true) != missing.end();
  if (std::find(missing.begin(), missing.end(), false) == missing.end()) missing.front() = false;
  if (any || dice.one_in(2)) query.text += " with maxspan=" + std::to_string(1 + dice.roll(12)) + "ms";
  for (const bool is_missing : missing) {
    query.text += std::string(is_missing ? " ![" : " [") + random_condition(dice) + "]" + random_keys(dice, own_keys);
    if (dice.one_in(6)) query.text += " with runs=2";
  }
  query.trailing = missing.back();
  if (dice.one_in(4)) query.text += " until [" + random_condition(dice) + "]" + random_keys(dice, own_keys);
  // Results that wait come out when due, not in the order that pipes see in the oracle.
  if (!query.trailing && dice.one_in(8))
    query.text += (dice.one_in(2) ? " | head " : " | tail ") + std::to_string(1 + dice.roll(3));
  return query;
}

RandomQuery random_sample(Dice& dice) {
  RandomQuery query;
  query.text = "sample" + random_keys(dice, 1 + dice.roll(2));
  for (int i = 2 + dice.roll(2); i > 0; --i) query.text += " [" + random_condition(dice) + "]";
  return query;
}

Bag random_key(Dice& dice) {
  switch (dice.roll(7)) {
    case 0: return Bag(std::vector<Scalar>{});
    case 1: return 1;
    case 2: return 1.0;
    case 3: return "1";
    case 4: return {Scalar(std::string("x")), Scalar(std::int64_t{1}), Scalar(std::string("x"))};
    case 5: return true;
    default: return "x";
  }
}

struct LogLine {
  std::int64_t ms = 0;
  Fields fields;
};

std::vector<LogLine> random_log(Dice& dice) {
  std::vector<LogLine> log;
  std::int64_t ms = 1000;
  const bool simple = dice.one_in(2);
  for (int i = 3 + dice.roll(30); i > 0; --i) {
    ms += dice.roll(4);
    LogLine line{ms, {{"kind", dice.pick(std::vector<std::string>{"a", "b", "c", "d"})}}};
    line.fields.emplace_back("k", simple ? Bag("x") : random_key(dice));
    line.fields.emplace_back("l", simple ? Bag(dice.roll(2)) : random_key(dice));
    line.fields.emplace_back("process.entity_id", dice.pick(std::vector<std::string>{"p", "q"}));
    log.push_back(std::move(line));
  }
  return log;
}

std::vector<event::Event> to_events(const std::vector<LogLine>& log, event::FieldTable& table) {
  std::vector<event::Event> events;
  for (std::size_t i = 0; i < log.size(); ++i) events.push_back(make_event(log[i].ms, i, log[i].fields, table));
  return events;
}

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
