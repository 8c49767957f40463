// SPDX-License-Identifier: Apache-2.0
// A machine saved and restored goes on as if nothing had happened; damaged state
// is refused or does no harm, and never half taken.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/sequence_oracle.h"
#include "tests/support/sequence_random.h"
#include "tests/support/timeline.h"

namespace audisp_eql::test {
namespace {

// A query and a log, as one run of the program has them: fields have other numbers in another run.
struct Run {
  Run(const std::string& text, const std::vector<LogLine>& log, const std::vector<std::string>& known) {
    for (const std::string& name : known) table.intern(name);
    query = std::make_unique<eql::Query>(compile_or_throw(text, table));
    events = to_events(log, table);
  }
  event::FieldTable table;
  std::unique_ptr<eql::Query> query;
  std::vector<event::Event> events;
};

std::string saved(const sequence::Machine& machine, const event::FieldTable& table) {
  BinaryWriter out;
  event::SavedFields::save(table, out);
  machine.save(out);
  return out.take();
}

bool restore(sequence::Machine& machine, const std::string& bytes, const event::FieldTable& table) {
  BinaryReader in(bytes);
  const event::SavedFields fields(in, table);
  return machine.restore(in, fields);
}

std::vector<OracleMatch> to_matches(const std::vector<sequence::Match>& out) {
  std::vector<OracleMatch> matches;
  for (const sequence::Match& match : out) matches.push_back({indexes_of(match), match.keys});
  return matches;
}

// In the order of `arrival`; the program stops and starts again in front of events in `stops`.
std::vector<OracleMatch> matches_with_stops(const std::array<const Run*, 2>& runs, const sequence::Limits& limits,
                                            const std::vector<std::size_t>& arrival, const std::vector<bool>& stops) {
  std::size_t current = 0;
  auto machine = std::make_unique<sequence::Machine>(*runs[0]->query, limits);
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  for (std::size_t i = 0; i < arrival.size(); ++i) {
    if (stops[i]) {
      const std::string bytes = saved(*machine, runs[current]->table);
      const std::size_t partials = machine->partials();
      current = 1 - current;
      machine = std::make_unique<sequence::Machine>(*runs[current]->query, limits);
      REQUIRE(restore(*machine, bytes, runs[current]->table));
      CHECK(machine->partials() == partials);
    }
    const event::Event& event = runs[current]->events[arrival[i]];
    if (i % 3 == 0) machine->advance(event.order.time, out);
    if ((machine->open_stages()) != 0) machine->handle(event, UINT64_MAX, evaluator, out);
    if (i % 7 == 0) machine->entity_ended("p", event.order.time);
  }
  machine->finish(out);
  return to_matches(out);
}

std::vector<std::size_t> nearly_in_order(std::size_t size, Dice& dice) {
  std::vector<std::size_t> arrival(size);
  for (std::size_t i = 0; i < size; ++i) arrival[i] = i;
  for (std::size_t i = 1; i < size; ++i) {
    if (dice.one_in(3)) std::swap(arrival[i - 1], arrival[i]);
  }
  return arrival;
}

TEST_CASE("wherever a machine is stopped and started again, its matches are the same") {
  const std::uint64_t seed = from_environment("AUDISP_EQL_ORACLE_SEED", std::random_device{}());
  const std::uint64_t pairs = from_environment("AUDISP_EQL_ORACLE_PAIRS", 20'000) / 16;
  MESSAGE("AUDISP_EQL_ORACLE_SEED=" << seed);
  Dice dice(seed);
  std::size_t found = 0;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const RandomQuery random = dice.one_in(8) ? random_sample(dice) : random_sequence(dice);
    const std::vector<LogLine> log = random_log(dice);
    const Run one(random.text, log, {});
    const Run other(random.text, log, {"filler", "l", "kind", "k"});
    sequence::Limits limits;
    limits.lateness = milliseconds(dice.pick(std::vector<std::int64_t>{0, 1, 5, 150'000}));
    limits.max_superseded = static_cast<std::size_t>(dice.roll(3));
    limits.sample_mode = dice.one_in(2) ? sequence::SampleMode::kAtFinish : sequence::SampleMode::kAtOnce;
    limits.sample_window = milliseconds(5);
    limits.hash_seed = {seed, i};
    const std::vector<std::size_t> arrival = nearly_in_order(log.size(), dice);
    std::vector<bool> stops(log.size());
    std::generate(stops.begin(), stops.end(), [&] { return dice.one_in(4); });
    const auto expected = matches_with_stops({&one, &other}, limits, arrival, std::vector<bool>(log.size()));
    CAPTURE(i);
    CAPTURE(random.text);
    REQUIRE(matches_with_stops({&one, &other}, limits, arrival, stops) == expected);
    found += expected.size();
  }
  CHECK(found > pairs / 4);
}

constexpr const char* kQueries[] = {
    R"(sequence by k with maxspan=9s [any where kind == "a"] [any where kind == "b"] until [any where kind == "u"])",
    R"(sequence by k, process.entity_id [any where kind == "a"] [any where kind == "b"] [any where kind == "c"])",
    R"(sequence by k with maxspan=9s ![any where kind == "m"] [any where kind == "a"] ![any where kind == "b"])",
    R"(sample by k [any where kind == "a"] [any where kind == "b"] [any where kind == "c"])",
    R"(any where kind == "a" | head 50 | tail 3)",
};

std::vector<LogLine> small_log() {
  std::vector<LogLine> log;
  const char* const kinds[] = {"a", "m", "a", "b", "a", "u", "a", "a", "b"};
  for (std::size_t i = 0; i < std::size(kinds); ++i) {
    log.push_back({static_cast<std::int64_t>(i) * 100,
                   {{"kind", kinds[i]}, {"k", i % 2 == 0 ? Bag(1) : Bag("x")}, {"process.entity_id", "p"}}});
  }
  return log;
}

std::unique_ptr<sequence::Machine> fed(const Run& run) {
  auto machine = std::make_unique<sequence::Machine>(*run.query, sequence::Limits{});
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  for (const event::Event& event : run.events) machine->handle(event, UINT64_MAX, evaluator, out);
  return machine;
}

void feed_all_and_finish(sequence::Machine& machine, const Run& run) {
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  for (const event::Event& event : run.events) machine.handle(event, UINT64_MAX, evaluator, out);
  machine.entity_ended("p", milliseconds(5000));
  machine.advance(seconds(1'000'000), out);
  machine.finish(out);
}

TEST_CASE("state cut short at any length is refused, and what was there stays") {
  for (const char* text : kQueries) {
    CAPTURE(text);
    const Run run(text, small_log(), {});
    const auto machine = fed(run);
    const std::string bytes = saved(*machine, run.table);
    const auto target = fed(run);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      REQUIRE_FALSE(restore(*target, bytes.substr(0, size), run.table));
    }
    CHECK_FALSE(restore(*target, bytes + '\0', run.table));
    CHECK(target->partials() == machine->partials());
    CHECK(saved(*target, run.table) == bytes);
    CHECK(restore(*target, bytes, run.table));
    CHECK(saved(*target, run.table) == bytes);
  }
}

TEST_CASE("state with a bit of any byte wrong is refused or works, and never crashes") {
  std::size_t refused = 0;
  for (const char* text : kQueries) {
    CAPTURE(text);
    const Run run(text, small_log(), {});
    const std::string bytes = saved(*fed(run), run.table);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string wrong = bytes;
      wrong[i] = static_cast<char>(wrong[i] ^ (1 << i % 8));
      sequence::Machine machine(*run.query, {});
      if (!restore(machine, wrong, run.table)) ++refused;
      feed_all_and_finish(machine, run);
      CHECK(machine.partials() == 0);
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("what has no room under lower limits goes, and is counted") {
  std::vector<LogLine> log;
  for (int i = 0; i < 8; ++i) log.push_back({i * 100, {{"kind", "a"}, {"k", i}}});
  const Run run(R"(sequence by k [any where kind == "a"] [any where kind == "b"])", log, {});
  const std::string bytes = saved(*fed(run), run.table);
  for (const std::size_t most : {std::size_t{7}, std::size_t{8}, std::size_t{9}}) {
    sequence::Limits limits;
    limits.max_partials = most;
    sequence::Machine machine(*run.query, limits);
    REQUIRE(restore(machine, bytes, run.table));
    CHECK(machine.partials() == std::min<std::size_t>(most, 8));
    CHECK(machine.counters().evicted_partials == 8 - machine.partials());
  }
}

TEST_CASE("a lower limit of superseded partials holds for restored ones") {
  std::vector<LogLine> log;
  for (int i = 0; i < 5; ++i) log.push_back({i * 100, {{"kind", "a"}, {"k", "x"}}});
  const Run run(R"(sequence by k [any where kind == "a"] [any where kind == "b"])", log, {});
  const std::string bytes = saved(*fed(run), run.table);
  for (const std::size_t most : {std::size_t{3}, std::size_t{4}, std::size_t{5}}) {
    sequence::Limits limits;
    limits.max_superseded = most;
    sequence::Machine machine(*run.query, limits);
    REQUIRE(restore(machine, bytes, run.table));
    CHECK(machine.partials() == std::min<std::size_t>(most + 1, 5));
  }
}

}  // namespace
}  // namespace audisp_eql::test
