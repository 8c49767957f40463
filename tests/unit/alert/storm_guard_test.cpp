// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/storm_guard.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

using namespace std::chrono_literals;

// What tells alerts apart for the guard.
struct Made {
  std::string rule = "R";
  std::string user = "1000";
  std::string login = "1000";
  std::string executable = "/bin/sh";
  std::string ip = "203.0.113.9";
  std::string host = "desk7";
};

Alert make(const Made& made) {
  static std::uint64_t last = 0;
  Alert a;
  a.id = "id" + std::to_string(++last);
  a.rule.id = made.rule;
  a.user.id = made.user;
  a.user.audit_id = made.login;
  a.process.executable = made.executable;
  a.destination = Destination{made.ip, 80};
  a.host_id = made.host;
  return a;
}

bool passes(StormGuard& guard, const Made& made, Instant now) { return guard.judge(make(made), now) == Verdict::kPass; }

std::size_t count_passed(StormGuard& guard, const Made& made, std::size_t times, Instant now) {
  std::size_t passed = 0;
  for (std::size_t i = 0; i < times; ++i) passed += passes(guard, made, now) ? 1 : 0;
  return passed;
}

// Alerts that differ in their executables.
std::size_t flood(StormGuard& guard, Made made, std::size_t times, Instant now) {
  static std::uint64_t last = 0;
  std::size_t passed = 0;
  for (std::size_t i = 0; i < times; ++i) {
    made.executable = "/tmp/x" + std::to_string(++last);
    passed += passes(guard, made, now) ? 1 : 0;
  }
  return passed;
}

// Never empty here, and slow to fill: what was taken from is not full, hence known.
constexpr Rate kPlenty = {1'000'000, 1};

// Nothing limits but what a test sets.
StormLimits open_limits() {
  StormLimits limits;
  limits.key = limits.rule = limits.all = kPlenty;
  limits.user_percent = 100;
  limits.new_keys_per_minute = 1'000'000 / StormGuard::kShares;
  return limits;
}

TEST_CASE("one key passes as often as its bucket holds, and again when tokens come back") {
  for (const std::size_t burst : {1, 20}) {
    CAPTURE(burst);
    StormLimits limits = open_limits();
    limits.key = {burst, 1};
    StormGuard guard(limits);
    CHECK(count_passed(guard, {}, burst + 1, 1h) == burst);
    CHECK_FALSE(passes(guard, {}, 1h + 1min - 1ns));
    CHECK(passes(guard, {}, 1h + 1min));
    CHECK_FALSE(passes(guard, {}, 1h + 1min));
    CHECK(guard.counters().suppressed == 3);
  }
}

TEST_CASE("each part of the key makes another key") {
  StormLimits limits = open_limits();
  limits.key = {1, 1};
  StormGuard guard(limits);
  CHECK(passes(guard, {}, 0s));
  CHECK_FALSE(passes(guard, {}, 0s));
  const Made others[] = {{.login = "1001"},           {.rule = "S"},         {.user = "0"},
                         {.executable = "/bin/bash"}, {.ip = "203.0.113.8"}, {.host = "desk8"}};
  for (const Made& other : others) {
    CHECK(passes(guard, other, 0s));
    CHECK_FALSE(passes(guard, other, 0s));
  }
}

TEST_CASE("the kernel's name of an executable counts where that is the only one") {
  StormLimits limits = open_limits();
  limits.key = {1, 1};
  StormGuard guard(limits);
  Alert a = make({.executable = ""});
  a.process.kernel_executable = "/usr/bin/dash";
  CHECK(guard.judge(a, 0s) == Verdict::kPass);
  CHECK(guard.judge(a, 0s) == Verdict::kSuppress);
  a.process.kernel_executable = "/usr/bin/bash";
  CHECK(guard.judge(a, 0s) == Verdict::kPass);
}

// The first passes as a new key, the second as the first of its rule; neither
// takes a token of the rule or of all. The second takes one of its user's share.
TEST_CASE("repeated alerts pass as often as the rule's bucket, and that of all, holds") {
  const struct {
    Rate rule, all;
    std::size_t passed;
  } rows[] = {{{10, 1}, kPlenty, 2 + 9}, {kPlenty, {10, 1}, 2 + 10}, {{10, 1}, {4, 1}, 2 + 4}};
  for (const auto& row : rows) {
    CAPTURE(row.passed);
    StormLimits limits = open_limits();
    limits.rule = row.rule;
    limits.all = row.all;
    StormGuard guard(limits);
    CHECK(count_passed(guard, {}, 50, 0s) == row.passed);
    CHECK_FALSE(passes(guard, {}, 1min - 1ns));
    CHECK(count_passed(guard, {}, 50, 1min) == 1);
  }
}

TEST_CASE("one user takes no more than his share of the tokens, and others find the rest") {
  for (const std::size_t percent : {1, 33, 50, 100}) {
    CAPTURE(percent);
    StormLimits limits = open_limits();
    limits.rule = {100, 1};
    limits.user_percent = percent;
    StormGuard guard(limits);
    CHECK(count_passed(guard, {}, 500, 0s) == 1 + percent);
    const std::size_t rest = 100 - (percent - 1);
    CHECK(count_passed(guard, {.user = "7", .login = "7"}, 500, 0s) == 2 + std::min(percent - 1, rest));
  }
}

TEST_CASE("new keys pass up to the allowance, whatever the rule's bucket and that of all hold") {
  StormLimits limits = open_limits();
  limits.rule = limits.all = {1, 1};
  limits.new_keys_per_minute = 30;
  StormGuard guard(limits);
  CHECK(flood(guard, {}, 29, 0s) == 29);
  CHECK(flood(guard, {}, 2, 0s) == 2);    // the 30th, and the first of the rule past the allowance
  CHECK(flood(guard, {}, 100, 0s) == 0);  // its one token in the rule is gone
  CHECK(flood(guard, {}, 100, 2s) == 1);  // 30 a minute
  CHECK(flood(guard, {}, 100, 30s) == 14);
}

TEST_CASE("a key that was suppressed stays new") {
  StormLimits limits = open_limits();
  limits.rule = limits.all = {1, 1};
  limits.new_keys_per_minute = 1;
  StormGuard guard(limits);
  CHECK(flood(guard, {}, 2, 0s) == 2);
  CHECK_FALSE(passes(guard, {.executable = "/tmp/late"}, 0s));
  CHECK(passes(guard, {.executable = "/tmp/late"}, 1min));
}

TEST_CASE("a key that was quiet until its bucket was full is new again") {
  StormLimits limits = open_limits();
  limits.key = {2, 1};
  limits.rule = limits.all = {1, 1};
  StormGuard guard(limits);
  CHECK(count_passed(guard, {}, 3, 0s) == 2);  // new, first of its rule
  CHECK(flood(guard, {.user = "7", .login = "7"}, 50, 119s) == 50);
  CHECK(count_passed(guard, {.user = "7", .login = "7", .executable = "a"}, 2, 119s) == 2);
  CHECK(passes(guard, {}, 2min));
}

struct Attack {
  std::string name;
  std::vector<Made> floods;  // each many times, with ever new executables
};

// The defaults, and what must come through while each of these goes on.
const Attack kAttacks[] = {
    {"one user, one rule", {{.rule = "R"}}},
    {"one user, many rules", {{.rule = "R"}, {.rule = "R1"}, {.rule = "R2"}, {.rule = "R3"}, {.rule = "R4"}}},
    {"setuid programs under many names", {{.rule = "R", .user = "0"}, {.rule = "R", .user = "1000"}}},
    {"sub-ids of one login",
     {{.user = "100000"}, {.user = "100001"}, {.user = "100002"}, {.user = "100003"}, {.user = "100004"}}},
    {"a daemon that takes logins",
     {{.user = "33", .login = "1"}, {.user = "33", .login = "2"}, {.user = "33", .login = "1001"}}},
    {"root of another host", {{.user = "0", .login = "", .host = "desk8"}}},
};

TEST_CASE("no flood drowns another user's alert, nor the same user's of another rule") {
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    StormGuard guard(StormLimits{});
    Instant now = 1h;
    CHECK(count_passed(guard, {.user = "1001", .login = "1001"}, 2, now) == 2);  // known before
    for (int minute = 0; minute < 5; ++minute) {
      now += 1min;
      for (const Made& made : attack.floods) {
        flood(guard, made, 200, now);
        count_passed(guard, made, 100, now);
      }
      const std::string other = "/usr/bin/other" + std::to_string(minute);
      CHECK(passes(guard, {.user = "1001", .login = "1001", .executable = other}, now));
      CHECK(passes(guard, {.user = "0", .login = "", .executable = other}, now));
      CHECK(passes(guard, {.user = "0", .login = "1001", .executable = other}, now));
      CHECK(passes(guard, {.rule = "S" + std::to_string(minute)}, now));
      CHECK(passes(guard, {.user = "1001", .login = "1001"}, now));
    }
  }
}

TEST_CASE("what a flood brings through is bounded, whoever it claims to be") {
  for (const Attack& attack : kAttacks) {
    CAPTURE(attack.name);
    StormGuard guard(StormLimits{});
    std::size_t passed = 0;
    for (std::size_t i = 0; i < 500; ++i) {
      for (const Made& made : attack.floods) passed += flood(guard, made, 1, 1h);
    }
    CHECK(passed >= 30);
    // kShares allowances, half of all, and the first of each rule.
    CHECK(passed <= 4 * 30 + 150 + 5);
  }
}

TEST_CASE("a thousand sub-ids and a thousand forged logins have no more than four allowances") {
  for (const bool users : {true, false}) {
    CAPTURE(users);
    StormLimits limits;
    limits.rule = limits.all = {1, 1};
    StormGuard guard(limits);
    std::size_t passed = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::string other = std::to_string(100'000 + i);
      passed += flood(guard, {.user = users ? other : "33", .login = users ? "1000" : other}, 1, 0s);
    }
    CHECK(passed >= 120);
    CHECK(passed <= 122);
  }
}

TEST_CASE("a clock that goes back is one that stands still") {
  StormLimits limits = open_limits();
  limits.key = {1, 1};
  StormGuard guard(limits);
  CHECK(passes(guard, {}, 1h));
  for (const Instant now : {Instant(59min), Instant(0), Instant(-1h), Instant::min(), Instant(1h)}) {
    CHECK_FALSE(passes(guard, {}, now));
    CHECK(guard.take_due(now).empty());
  }
  CHECK(passes(guard, {}, 1h + 1min));
  CHECK(guard.take_due(1h + 1min).size() == 1);
}

TEST_CASE("ever new keys of one user, and of ever new users, take bounded memory") {
  for (const bool users : {false, true}) {
    CAPTURE(users);
    StormLimits limits;
    limits.max_buckets = 1000;
    StormGuard guard(limits);
    Made made;
    for (int i = 0; i < 20'000; ++i) {
      made.executable = std::to_string(i);
      if (users) made.user = made.login = made.executable;
      (void)passes(guard, made, 1h);
      REQUIRE(guard.buckets() <= 1000);
    }
    CHECK((guard.counters().evicted > 0) == users);
    CHECK(passes(guard, {.user = "other", .login = "other"}, 1h));
    const auto summaries = guard.take_all();
    if (users) continue;
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].suppressed->count == guard.counters().suppressed);
    CHECK(summaries[0].suppressed->users == std::vector<std::string>{"1000"});
  }
}

StormLimits one_each() {
  StormLimits limits;
  limits.key = {1, 1};
  return limits;
}

TEST_CASE("a summary names the rule, the count, the first and the last, and the users") {
  StormGuard guard(one_each());
  Alert a = test::sample_alert();
  a.id = "told";
  CHECK(guard.judge(a, 1h) == Verdict::kPass);
  for (const char* id : {"first", "middle", "last"}) {
    a.id = id;
    a.time = a.time + seconds(1);
    CHECK(guard.judge(a, 1h + 1s) == Verdict::kSuppress);
  }
  CHECK(guard.due_at() == Instant(1h + 61s));
  CHECK(guard.take_due(1h + 61s - 1ns).empty());
  const auto summaries = guard.take_due(1h + 61s);
  REQUIRE(summaries.size() == 1);
  const Alert& s = summaries.front();
  CHECK(s.rule.id == a.rule.id);
  CHECK(s.rule.severity == a.rule.severity);
  CHECK(s.time == a.time);
  CHECK(s.host_id == "desk7");
  CHECK(s.action == "alerts_suppressed");
  CHECK(s.categories == a.categories);
  CHECK(s.user.name == "alice");
  CHECK(s.suppressed->count == 3);
  CHECK(s.suppressed->first_id == "first");
  CHECK(s.suppressed->last_id == "last");
  CHECK(s.suppressed->users == std::vector<std::string>{"1000"});
  CHECK(s.suppressed->more_users == 0);
  CHECK(s.evidence.empty());
  CHECK(s.process.args.empty());
  CHECK_FALSE(guard.due_at());
  CHECK(guard.take_due(2h).empty());
  CHECK(guard.counters().suppressed == 3);
  CHECK(guard.counters().summaries == 1);
}

// printf 'suppressed\0R\0a\0b' | sha256sum, first 32 digits.
TEST_CASE("a summary's id depends on the rule, the first and the last alone") {
  for (const Instant start : {Instant(1h), Instant(9h)}) {
    StormGuard guard(one_each());
    Alert alert = make({});
    CHECK(guard.judge(alert, start) == Verdict::kPass);
    for (const char* id : {"a", "b"}) {
      alert.id = id;
      CHECK(guard.judge(alert, start) == Verdict::kSuppress);
    }
    CHECK(guard.take_all().at(0).id == "c92bb58e3f59ba53c8c10c89f979b527");
  }
}

TEST_CASE("each rule has its summary, and the next period another") {
  StormGuard guard(one_each());
  for (const char* rule : {"b", "a"}) CHECK(count_passed(guard, {.rule = rule}, 3, 1h) == 1);
  const auto both = guard.take_due(1h + 60s);
  REQUIRE(both.size() == 2);
  CHECK(both[0].rule.id == "a");
  CHECK(both[1].rule.id == "b");
  CHECK_FALSE(both[0].id == both[1].id);
  CHECK(count_passed(guard, {.rule = "a"}, 2, 1h + 60s) == 1);
  const auto next = guard.take_all();
  REQUIRE(next.size() == 1);
  CHECK(next[0].suppressed->count == 1);
  CHECK_FALSE(next[0].id == both[0].id);
}

TEST_CASE("a summary names 16 users, counts further ones, and is of no user when there are two") {
  const struct {
    std::size_t users, named, more;
  } rows[] = {{1, 1, 0},
              {2, 2, 0},
              {15, 15, 0},
              {16, 16, 0},
              {17, 16, 1},
              {StormGuard::kMaxUsers - 1, 16, StormGuard::kMaxUsers - 17},
              {StormGuard::kMaxUsers, 16, StormGuard::kMaxUsers - 16},
              {StormGuard::kMaxUsers + 1, 16, StormGuard::kMaxUsers - 16}};
  for (const auto& row : rows) {
    CAPTURE(row.users);
    StormGuard guard(one_each());
    for (std::size_t i = 0; i < row.users; ++i) {
      const std::string user = std::to_string(1000 + i);
      CHECK(count_passed(guard, {.user = user, .login = user}, 2, 0s) == 1);
    }
    const Alert summary = guard.take_all().at(0);
    CHECK(summary.suppressed->users.size() == row.named);
    CHECK(summary.suppressed->more_users == row.more);
    CHECK(summary.user.id == (row.users == 1 ? "1000" : ""));
  }
}

TEST_CASE("switched off, everything passes; what was suppressed before is still summed up") {
  StormGuard guard(one_each());
  CHECK(count_passed(guard, {}, 3, 1h) == 1);
  StormLimits off;
  off.enabled = false;
  guard.configure(off);
  CHECK(count_passed(guard, {}, 1000, 1h) == 1000);
  CHECK(guard.take_due(1h + 60s).size() == 1);
}

TEST_CASE("new limits take effect on the buckets that are there") {
  StormGuard guard(one_each());
  CHECK(count_passed(guard, {}, 3, 1h) == 1);
  guard.configure(StormLimits{});
  CHECK(count_passed(guard, {}, 50, 1h) == 19);
}

}  // namespace
}  // namespace audisp_eql::alert
