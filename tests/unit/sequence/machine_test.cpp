// SPDX-License-Identifier: Apache-2.0
// Scripted timelines of what the semantics leave to a live engine: late events,
// lifetimes, clocks that are set, processes that end.
#include "lib/sequence/machine.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/timeline.h"

namespace audisp_eql::test {
namespace {

using sequence::Limits;
using sequence::SampleMode;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kLateness = 150 * kSecond;

constexpr const char* kTwo = "sequence by k [any where kind == \"a\"] [any where kind == \"b\"]";
constexpr const char* kTwoSpan = "sequence by k with maxspan=1m [any where kind == \"a\"] [any where kind == \"b\"]";
constexpr const char* kThree =
    "sequence by k [any where kind == \"a\"] [any where kind == \"b\"] [any where kind == \"c\"]";
constexpr const char* kUntil =
    "sequence by k [any where kind == \"a\"] [any where kind == \"b\"] [any where kind == \"c\"] "
    "until [any where kind == \"u\"]";
constexpr const char* kProcess =
    "sequence by process.entity_id with maxspan=10s [any where kind == \"a\"] [any where kind == \"b\"]";

Fields of(const char* kind, const char* k = "x") { return {{"kind", kind}, {"k", k}}; }
Fields of_process(const char* kind, const char* id) { return {{"kind", kind}, {"process.entity_id", id}}; }
Fields of_user(const char* kind, std::string k, const char* user) {
  return {{"kind", kind}, {"k", std::move(k)}, {"user.id", user}};
}

TEST_CASE("a late event takes the partial that was the latest at its own time") {
  Timeline timeline(kTwo);
  timeline.at(1, of("a"));
  timeline.at(5, of("a"));
  timeline.at(9, of("a"));
  CHECK(timeline.at(3, of("b")) == 1);
  CHECK(timeline.at(7, of("b")) == 1);
  CHECK(timeline.at(10, of("b")) == 1);
  CHECK(timeline.matches() == Indexes{{0, 3}, {1, 4}, {2, 5}});
}

TEST_CASE("a late event does not take a start that is later than itself") {
  Timeline timeline(kTwo);
  timeline.at(5, of("a"));
  CHECK(timeline.at(3, of("b")) == 0);
  CHECK(timeline.at(6, of("b")) == 1);
}

TEST_CASE("a late start is superseded by a newer one that came before it") {
  Timeline timeline(kTwo);
  timeline.at(5, of("a"));
  timeline.at(1, of("a"));
  CHECK(timeline.at(7, of("b")) == 1);
  CHECK(timeline.at(8, of("b")) == 0);
  CHECK(timeline.at(3, of("b")) == 1);
  CHECK(timeline.matches() == Indexes{{0, 2}, {1, 4}});
}

TEST_CASE("a late start is superseded by a newer one even when that was used up") {
  Timeline timeline(kTwo);
  timeline.at(5, of("a"));
  timeline.at(6, of("b"));
  timeline.at(1, of("a"));
  CHECK(timeline.at(7, of("b")) == 0);
  CHECK(timeline.at(4, of("b")) == 1);
}

TEST_CASE("a late event moves a partial into a state where a newer one stands") {
  Timeline timeline(kThree);
  timeline.at(1, of("a"));
  timeline.at(4, of("a"));
  timeline.at(5, of("b"));
  timeline.at(2, of("b"));
  CHECK(timeline.at(6, of("c")) == 1);
  CHECK(timeline.at(3, of("c")) == 1);
  CHECK(timeline.matches() == Indexes{{1, 2, 4}, {0, 3, 5}});
}

TEST_CASE("a late until kills what stood at its time, and not what started after it") {
  Timeline timeline(kUntil);
  timeline.at(1, of("a"));
  timeline.at(2, of("b"));
  timeline.at(10, of("a"));
  timeline.at(11, of("b"));
  timeline.at(5, of("u"));
  CHECK(timeline.at(12, of("c")) == 1);
  CHECK(timeline.matches() == Indexes{{2, 3, 5}});
}

TEST_CASE("a partial killed by until is still found by an event from before it") {
  Timeline timeline(kUntil);
  timeline.at(1, of("a"));
  timeline.at(2, of("b"));
  timeline.at(5, of("u"));
  CHECK(timeline.at(6, of("c")) == 0);
  CHECK(timeline.at(4, of("c")) == 1);
}

TEST_CASE("a late until between two events of a partial kills it") {
  Timeline timeline(kUntil);
  timeline.at(1, of("a"));
  timeline.at(9, of("b"));
  timeline.at(5, of("u"));
  CHECK(timeline.at(10, of("c")) == 0);
}

TEST_CASE("what a late event moves past a known until is bounded by it") {
  Timeline timeline(kUntil);
  timeline.at(1, of("a"));
  timeline.at(5, of("u"));
  timeline.at(2, of("b"));
  CHECK(timeline.at(6, of("c")) == 0);
  timeline.at(3, of("a"));
  timeline.at(4, of("b"));
  CHECK(timeline.at(7, of("c")) == 0);
}

TEST_CASE("a late missing event refutes what it stands between") {
  constexpr const char* kQuery =
      "sequence with maxspan=1m [any where kind == \"a\"] ![any where kind == \"m\"] [any where kind == \"b\"] "
      "[any where kind == \"c\"] ![any where kind == \"n\"]";
  struct Case {
    std::vector<std::pair<std::int64_t, const char*>> events;
    std::size_t matches;
  };
  const std::vector<Case> cases{
      {{{1, "a"}, {5, "b"}, {9, "c"}}, 1},
      {{{1, "a"}, {5, "b"}, {3, "m"}, {9, "c"}}, 0},  // before c
      {{{1, "a"}, {5, "b"}, {9, "c"}, {3, "m"}}, 0},  // while waiting
      {{{1, "a"}, {5, "b"}, {9, "c"}, {6, "m"}}, 1},  // another gap
      {{{1, "a"}, {9, "m"}, {5, "b"}, {8, "c"}}, 1},  // after b, though it came before
      {{{1, "a"}, {3, "m"}, {5, "b"}, {9, "c"}}, 0},
      {{{1, "a"}, {9, "n"}, {5, "b"}, {8, "c"}}, 0},  // n was there before c came
      {{{1, "a"}, {6, "n"}, {5, "b"}, {8, "c"}}, 1},
  };
  for (const Case& one : cases) {
    Timeline timeline(kQuery);
    for (const auto& [ms, kind] : one.events) timeline.at(ms, of(kind));
    timeline.finish();
    CHECK(timeline.raw().size() == one.matches);
  }
}

TEST_CASE("a late missing event before the start is seen, and a late start sees an earlier one") {
  constexpr const char* kQuery =
      "sequence with maxspan=1s ![any where kind == \"m\"] [any where kind == \"a\"] [any where kind == \"b\"]";
  struct Case {
    std::vector<std::pair<std::int64_t, const char*>> events;
    std::size_t matches;
  };
  const std::vector<Case> cases{
      {{{5000, "a"}, {4500, "m"}, {5001, "b"}}, 0},
      {{{5000, "a"}, {4000, "m"}, {5001, "b"}}, 1},
      {{{4500, "m"}, {4900, "m"}, {4600, "a"}, {4800, "b"}}, 0},
      {{{4500, "m"}, {4300, "a"}, {4800, "b"}}, 1},
  };
  for (const Case& one : cases) {
    Timeline timeline(kQuery);
    for (const auto& [ms, kind] : one.events) timeline.at(ms, of(kind));
    CHECK(timeline.raw().size() == one.matches);
  }
}

TEST_CASE("a partial lives for maxspan and lateness of log time") {
  for (const std::int64_t past : {0, 1}) {
    CAPTURE(past);
    Timeline timeline(kTwoSpan);
    timeline.at(0, of("a"));
    timeline.advance(kMinute + kLateness + past);
    CHECK(timeline.machine().partials() == (past == 0 ? 1 : 0));
    CHECK(timeline.counters().expired_partials == (past == 0 ? 0 : 1));
    CHECK(timeline.at(kMinute, of("b")) == (past == 0 ? 1 : 0));
  }
}

TEST_CASE("without maxspan or a process key a partial lives until a cap is hit") {
  Timeline timeline(kTwo);
  timeline.at(0, of("a"));
  CHECK(timeline.at(1000 * 24 * 60 * kMinute, of("b")) == 1);
}

TEST_CASE("a connect that came five minutes late finds its process") {
  Timeline timeline(kProcess);
  timeline.at(0, of_process("a", "p"));
  timeline.at(5 * kMinute, of_process("n", "q"));
  CHECK(timeline.at(kSecond, of_process("b", "p")) == 1);
}

TEST_CASE("a partial of a process goes when the process has ended and the lateness is over") {
  struct Case {
    std::int64_t ended;
    std::int64_t last;  // the latest time at which it is still there
  };
  // Never shorter than maxspan and lateness.
  for (const Case one : {Case{5 * kMinute, 5 * kMinute + kLateness}, Case{0, 10 * kSecond + kLateness}}) {
    for (const std::int64_t past : {0, 1}) {
      CAPTURE(one.ended);
      CAPTURE(past);
      Timeline timeline(kProcess);
      timeline.at(0, of_process("a", "p"));
      timeline.at(0, of_process("a", "q"));
      timeline.end("p", one.ended);
      timeline.end("unknown", one.ended);
      timeline.advance(one.last + past);
      CHECK(timeline.machine().partials() == (past == 0 ? 2 : 1));
      CHECK(timeline.at(1, of_process("b", "p")) == (past == 0 ? 1 : 0));
    }
  }
}

TEST_CASE("a partial that moves after its process has ended goes with it") {
  Timeline timeline(
      "sequence by process.entity_id [any where kind == \"a\"] [any where kind == \"b\"] [any where kind == \"c\"]");
  timeline.at(0, of_process("a", "p"));
  timeline.end("p", 10);
  timeline.at(5, of_process("b", "p"));
  timeline.at(6, of_process("a", "p"));
  CHECK(timeline.machine().partials() == 2);
  timeline.advance(11 + kLateness);
  CHECK(timeline.machine().partials() == 0);
}

TEST_CASE("a process id is matched in its own place of the key") {
  Timeline timeline("sequence by k, process.entity_id [any where kind == \"a\"] [any where kind == \"b\"]");
  timeline.at(0, {{"kind", "a"}, {"k", "p"}, {"process.entity_id", "q"}});
  timeline.end("p", 0);
  timeline.advance(kLateness + 1);
  CHECK(timeline.machine().partials() == 1);
  timeline.end("q", 0);
  timeline.advance(2 * kLateness + 2);
  CHECK(timeline.machine().partials() == 0);
}

TEST_CASE("a waiting result comes with the time, not before") {
  constexpr const char* kQuery = "sequence with maxspan=10s [any where kind == \"a\"] ![any where kind == \"m\"]";
  Timeline timeline(kQuery);
  timeline.at(0, of("a"));
  CHECK(timeline.advance(10 * kSecond) == 0);
  CHECK(timeline.advance(10 * kSecond + 1) == 1);
  CHECK(timeline.machine().partials() == 0);
  timeline.at(20 * kSecond, of("a"));
  CHECK(timeline.finish() == 1);
}

TEST_CASE("results of one call are listed by last event, then first") {
  Timeline timeline(
      "sequence by k with maxspan=10s [any where kind == \"a\"] [any where kind == \"b\"] ![any where false]");
  timeline.at(0, of("a", "x"));
  timeline.at(1, of("a", "y"));
  timeline.at(2, of("b", "y"));
  timeline.at(3, of("b", "x"));
  CHECK(timeline.advance(kMinute) == 2);
  CHECK(timeline.matches() == Indexes{{1, 2, -1}, {0, 3, -1}});
}

TEST_CASE("a clock set back costs no partial and new ones expire by the new time") {
  Timeline timeline(kTwoSpan);
  constexpr std::int64_t kBefore = 60 * kMinute;
  timeline.at(kBefore, of("a", "old"));
  for (int i = 0; i < 16; ++i) timeline.at(i, of("a", "new"));
  CHECK(timeline.counters().clock_rebases == 1);
  CHECK(timeline.counters().expired_partials == 0);
  CHECK(timeline.at(20, of("b", "new")) == 1);
  timeline.at(30, of("a", "newer"));
  timeline.advance(16 + kMinute + kLateness);
  CHECK(timeline.machine().partials() == 1);
  timeline.advance(31 + kMinute + kLateness);
  CHECK(timeline.machine().partials() == 0);
}

TEST_CASE("a result that waits when the clock is set back is due after the same time") {
  Timeline timeline("sequence with maxspan=10s [any where kind == \"a\"] ![any where kind == \"m\"]");
  timeline.at(60 * kMinute, of("a"));
  for (int i = 0; i < 16; ++i) timeline.at(0, of("n"));
  CHECK(timeline.advance(10 * kSecond) == 0);
  CHECK(timeline.advance(10 * kSecond + 1) == 1);
}

TEST_CASE("older partials kept for late events are bounded") {
  for (const std::size_t starts : {2, 3, 4}) {
    CAPTURE(starts);
    Limits limits;
    limits.max_superseded = 2;
    Timeline timeline(kTwo, limits);
    for (std::size_t i = 0; i < starts; ++i) timeline.at(static_cast<std::int64_t>(10 * i), of("a"));
    CHECK(timeline.machine().partials() == std::min<std::size_t>(starts, 3));
    CHECK(timeline.counters().evicted_partials == (starts == 4 ? 1 : 0));
    CHECK(timeline.at(5, of("b")) == (starts == 4 ? 0 : 1));
    CHECK(timeline.at(100, of("b")) == 1);
  }
}

TEST_CASE("partials over the cap go from the user who has most, oldest first") {
  for (const std::size_t cap : {4, 5, 6}) {
    CAPTURE(cap);
    Limits limits;
    limits.max_partials = cap;
    Timeline timeline(kTwo, limits);
    timeline.at(0, of_user("a", "victim", "1000"));
    for (int i = 0; i < 4; ++i) timeline.at(1 + i, of_user("a", "flood" + std::to_string(i), "1001"));
    CHECK(timeline.machine().partials() == std::min<std::size_t>(cap, 5));
    CHECK(timeline.counters().evicted_partials == (cap == 4 ? 1 : 0));
    CHECK(timeline.at(10, of_user("b", "flood0", "1001")) == (cap == 4 ? 0 : 1));
    CHECK(timeline.at(11, of_user("b", "victim", "1000")) == 1);
    CHECK(timeline.at(12, of_user("b", "flood3", "1001")) == 1);
  }
}

// On an aggregator the same user id is on every host: one host's flood took the others' partials.
TEST_CASE("users of one id on two hosts are two users") {
  Limits limits;
  limits.max_partials = 4;
  Timeline timeline(kTwo, limits);
  const auto on = [](const char* kind, std::string k, const char* host) {
    Fields fields = of_user(kind, std::move(k), "1000");
    fields.emplace_back("host.id", host);
    return fields;
  };
  timeline.at(0, on("a", "victim", "h1"));
  for (int i = 0; i < 4; ++i) timeline.at(1 + i, on("a", "flood" + std::to_string(i), "h2"));
  CHECK(timeline.at(10, on("b", "victim", "h1")) == 1);
  CHECK(timeline.at(11, on("b", "flood0", "h2")) == 0);
}

TEST_CASE("partials past maxspan go before all others") {
  Limits limits;
  limits.max_partials = 3;
  Timeline timeline(kTwoSpan, limits);
  timeline.at(0, of_user("a", "old", "1000"));
  timeline.at(kMinute, of_user("a", "k1", "1001"));
  timeline.at(kMinute + 1, of_user("a", "k2", "1001"));
  timeline.at(kMinute + 2, of_user("a", "k3", "1001"));
  CHECK(timeline.counters().evicted_partials == 1);
  CHECK(timeline.at(kMinute, of_user("b", "old", "1000")) == 0);
  CHECK(timeline.at(kMinute + 3, of_user("b", "k1", "1001")) == 1);
}

TEST_CASE("bytes are bounded, and go from the user who holds most of them") {
  const std::string long_text(1000, 'x');
  std::size_t each = 0;
  {
    Timeline timeline(kTwo);
    timeline.at(0, {{"kind", "a"}, {"k", "k1"}, {"text", long_text}, {"user.id", "1001"}});
    each = timeline.machine().bytes();
    CHECK(each > 1000);
    CHECK(timeline.at(1, of("b", "k1")) == 1);
    // What is left is the memory of the key, for late events.
    CHECK(timeline.machine().bytes() < each - 1000);
    CHECK(timeline.machine().bytes() > 0);
    timeline.advance(kLateness);
    CHECK(timeline.machine().bytes() > 0);
    timeline.advance(kLateness + 1 + 1);
    CHECK(timeline.machine().bytes() == 0);
  }
  for (const int slack : {-1, 0, 1}) {
    CAPTURE(slack);
    Limits limits;
    limits.max_bytes = 3 * each + static_cast<std::size_t>(slack);
    Timeline timeline(kTwo, limits);
    timeline.at(0, {{"kind", "a"}, {"k", "k0"}, {"text", long_text}, {"user.id", "1000"}});
    for (const char* k : {"k1", "k2"}) {
      timeline.at(1, {{"kind", "a"}, {"k", k}, {"text", long_text}, {"user.id", "1001"}});
    }
    CHECK(timeline.counters().evicted_partials == (slack < 0 ? 1 : 0));
    CHECK(timeline.machine().bytes() <= limits.max_bytes);
    CHECK(timeline.at(2, of("b", "k0")) == 1);
    CHECK(timeline.at(3, of("b", "k1")) == (slack < 0 ? 0 : 1));
  }
}

TEST_CASE("over the byte cap few large events weigh more than many small ones") {
  const std::string long_text(100'000, 'x');
  Limits limits;
  limits.max_bytes = 250'000;
  Timeline timeline(kTwo, limits);
  for (int i = 0; i < 20; ++i) timeline.at(i, of_user("a", "small" + std::to_string(i), "1000"));
  for (const char* k : {"large0", "large1", "large2"}) {
    timeline.at(20, {{"kind", "a"}, {"k", k}, {"text", long_text}, {"user.id", "1001"}});
  }
  CHECK(timeline.counters().evicted_partials == 1);
  CHECK(timeline.at(21, of("b", "small0")) == 1);
  CHECK(timeline.at(22, of("b", "large0")) == 0);
  CHECK(timeline.at(23, of("b", "large1")) == 1);
}

TEST_CASE("keys remembered for missing events are bounded") {
  for (const int keys : {2, 3, 4}) {
    CAPTURE(keys);
    Limits limits;
    limits.max_partials = 3;
    Timeline timeline(
        "sequence by k with maxspan=1m ![any where kind == \"m\"] [any where kind == \"a\"] [any where kind == \"b\"]",
        limits);
    for (int i = 0; i < keys; ++i) timeline.at(i, of("m", std::to_string(i).c_str()));
    CHECK(timeline.counters().forgotten_keys == (keys == 4 ? 1 : 0));
    timeline.at(10, of("a", "0"));
    CHECK(timeline.at(11, of("b", "0")) == (keys == 4 ? 1 : 0));
  }
}

TEST_CASE("one copy of an event serves all the partials that hold it") {
  Timeline timeline("sequence by k [any where true] with runs=50");
  const std::string text(10'000, 'x');
  for (int i = 0; i < 49; ++i) timeline.at(i, {{"k", "x"}, {"text", text}});
  CHECK(timeline.machine().partials() == 49);
  CHECK(timeline.machine().bytes() < 49 * 11'000);
  CHECK(timeline.at(50, {{"k", "x"}, {"text", text}}) == 1);
}

TEST_CASE("a flood of a million events costs a few steps for each and stays within the caps") {
  struct Case {
    const char* name;
    const char* query;
    bool one_key;
  };
  const std::vector<Case> cases{
      {"keys without end", kTwoSpan, false},
      {"one key", kTwoSpan, true},
      {"processes that never end", kProcess, false},
      {"results that wait", "sequence by k with maxspan=1m [any where kind == \"a\"] ![any where kind == \"m\"]", true},
      {"missing events of one key",
       "sequence by k with maxspan=1m ![any where kind == \"a\"] [any where kind == \"b\"] [any where kind == \"c\"]",
       true}};
  constexpr int kEvents = 200'000;  // for each: a million
  for (const Case& one : cases) {
    CAPTURE(one.name);
    Limits limits;
    limits.max_partials = 10'000;
    Timeline timeline(one.query, limits);
    Fields fields = {{"kind", "a"}, {"k", "x"}, {"process.entity_id", "x"}, {"user.id", "0"}};
    for (int i = 0; i < kEvents; ++i) {
      if (!one.one_key) fields[1].second = fields[2].second = std::to_string(i);
      fields[3].second = std::to_string(i % 100);
      timeline.at(i, fields);
    }
    CHECK(timeline.machine().partials() <= limits.max_partials);
    CHECK(timeline.machine().bytes() <= limits.max_bytes);
    CHECK(timeline.counters().visited_partials < 6 * kEvents);
  }
}

TEST_CASE("a stage whose bit is not set is not looked at") {
  event::FieldTable table;
  const eql::Query query = compile_or_throw(kTwo, table);
  sequence::Machine machine(query, {});
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  machine.handle(make_event(1, 0, of("a"), table), 0b01, evaluator, out);
  machine.handle(make_event(2, 1, of("b"), table), 0b01, evaluator, out);
  CHECK(out.empty());
  machine.handle(make_event(3, 2, of("b"), table), 0b10, evaluator, out);
  CHECK(out.size() == 1);
}

TEST_CASE("a machine whose head is full holds nothing any more") {
  Timeline timeline("sequence by k [any where kind == \"a\"] [any where kind == \"b\"] | head 1");
  timeline.at(1, of("a", "x"));
  timeline.at(2, of("a", "y"));
  CHECK(timeline.at(3, of("b", "x")) == 1);
  CHECK(timeline.machine().partials() == 0);
  timeline.at(4, of("a", "z"));
  CHECK(timeline.machine().partials() == 0);
}

constexpr const char* kSample = "sample by k [any where kind == \"a\"] [any where kind == \"b\"]";

TEST_CASE("a sample's events wait no longer than the window") {
  for (const std::int64_t past : {0, 1}) {
    CAPTURE(past);
    Limits limits;
    limits.sample_window = milliseconds(100);
    Timeline timeline(kSample, limits);
    timeline.at(0, of("a"));
    CHECK(timeline.at(100 + past, of("b")) == (past == 0 ? 1 : 0));
    CHECK(timeline.counters().expired_partials == (past == 0 ? 0 : 1));
  }
}

TEST_CASE("a key keeps its newer events when its older ones are past the window") {
  Limits limits;
  limits.sample_window = milliseconds(100);
  Timeline timeline("sample by k [any where kind == \"a\"] [any where kind == \"b\"] [any where kind == \"c\"]",
                    limits);
  timeline.at(0, of("a"));
  timeline.at(60, of("b"));
  timeline.at(120, of("a"));
  CHECK(timeline.at(160, of("c")) == 1);
  CHECK(timeline.matches() == Indexes{{2, 1, 3}});
}

TEST_CASE("a sample holds no more events of a filter than it can need, and drops the keys not seen for longest") {
  for (const SampleMode mode : {SampleMode::kAtOnce, SampleMode::kAtFinish}) {
    Limits limits;
    limits.sample_mode = mode;
    limits.max_partials = 4;
    Timeline timeline(kSample, limits);
    for (int i = 0; i < 10; ++i) timeline.at(i, of("a", "x"));
    CHECK(timeline.machine().partials() == 2);
    timeline.at(20, of("a", "y"));
    timeline.at(21, of("a", "z"));
    CHECK(timeline.machine().partials() == 4);
    CHECK(timeline.counters().evicted_partials == 0);
    timeline.at(22, of("a", "w"));
    CHECK(timeline.machine().partials() == 3);
    CHECK(timeline.counters().evicted_partials == 2);
  }
}

TEST_CASE("live, a sample has the latest events of a filter, offline the first") {
  for (const SampleMode mode : {SampleMode::kAtOnce, SampleMode::kAtFinish}) {
    Limits limits;
    limits.sample_mode = mode;
    Timeline timeline(kSample, limits);
    for (int i = 0; i < 5; ++i) timeline.at(i, of("a"));
    timeline.at(5, of("b"));
    timeline.finish();
    CHECK(timeline.matches() == (mode == SampleMode::kAtOnce ? Indexes{{3, 5}} : Indexes{{0, 5}}));
  }
}

}  // namespace
}  // namespace audisp_eql::test
