// SPDX-License-Identifier: Apache-2.0
// Decides which alerts reach people when there are too many, so that nobody can
// drown one alert in a thousand. Not where alerts go: whoever writes files writes
// the suppressed ones too. Values in, verdicts and summaries out; no clock.
//
// A user is user.id on a host, a login audit.id on a host. An alert's key is its
// rule, user, login, process.executable and destination.ip. An alert passes when
//
// 1. its key is new (never told, or quiet until its bucket was full again), and
//    its user is within the allowance of new keys. Such an alert takes no
//    token of the rule or of all, so that nobody's new keys cost others theirs.
// 2. it is the first of its rule by its user, and by his login, since their
//    share of the rule was full: a flood of one rule hides no other rule.
// 3. there is a token in each of: its key's bucket; its user's and its login's
//    share of the rule's bucket, and of all; the rule's bucket; that of all.
//
// Otherwise it is suppressed, and takes no token. What an attacker can do:
// - Make endless new keys: past the allowance they come under 3, and there one
//   user's share ends before the rule's bucket does. Others' first alerts come
//   under 1, their repeated ones find what the share left.
// - Be many users. A setuid program run under a thousand names makes new keys
//   of root, sub-ids give a login 65,536 users, a daemon without a login may
//   take any audit.id once. So the allowance is that of a user in a login, and
//   a user.id in all logins, or a login with all its users, has kShares of it.
// - Fill the memory: only alerts that pass are remembered, so it grows no faster
//   than they come out; then the bucket unused longest is forgotten, which can
//   let an alert pass but suppress none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/alert/bucket_table.h"

namespace audisp_eql::alert {

struct StormLimits {
  bool enabled = true;  // off: everything passes
  Rate key = {20, 1};
  Rate rule = {60, 30};
  Rate all = {300, 120};
  std::size_t user_percent = 50;         // of a rule's bucket, and of all, that one user can have; 1 to 100
  std::size_t new_keys_per_minute = 30;  // of a user in a login; also the burst
  std::size_t max_buckets = 16'384;      // remembered; about 150 bytes each
  EventTime summary = seconds(60);       // suppressed alerts are summed up this often
};

struct StormCounters {
  std::uint64_t suppressed = 0;
  std::uint64_t summaries = 0;
  std::uint64_t evicted = 0;  // buckets forgotten before they were full
};

enum class Verdict : std::uint8_t { kPass, kSuppress };

class StormGuard {
 public:
  static constexpr std::size_t kShares = 4;
  // Users told apart in a summary; further ones are not counted.
  static constexpr std::size_t kMaxUsers = 1024;

  explicit StormGuard(const StormLimits& limits) : limits_(limits), buckets_(limits.max_buckets) {}

  // Takes effect at once; nothing is forgotten that the new limits allow.
  void configure(const StormLimits& limits);

  // A time before the last one counts as the last one. REQUIRES: rules are in a
  // bounded number, as loaded ones are.
  [[nodiscard]] Verdict judge(const Alert& alert, Instant now);

  // When the next summaries are due; nullopt: nothing is suppressed.
  [[nodiscard]] std::optional<Instant> due_at() const;
  // One summary per rule with suppressed alerts, ordered by rule id; nothing
  // before they are due. It has the rule, the time, host and categories of the
  // last one, the user if all have the same one, and Alert::suppressed.
  [[nodiscard]] std::vector<Alert> take_due(Instant now);
  // The same at the end of the program, due or not.
  [[nodiscard]] std::vector<Alert> take_all();

  [[nodiscard]] StormCounters counters() const { return {suppressed_, summaries_, buckets_.evicted()}; }
  [[nodiscard]] std::size_t buckets() const { return buckets_.size(); }

 private:
  struct Pending {
    Alert summary;
    std::set<std::string> users;
  };

  [[nodiscard]] bool passes(const Alert& alert);
  void note(const Alert& alert);

  StormLimits limits_;
  BucketTable buckets_;
  Instant now_ = Instant::min();
  Instant pending_since_{};
  std::map<std::string, Pending> pending_;  // by rule id
  std::uint64_t suppressed_ = 0;
  std::uint64_t summaries_ = 0;
};

}  // namespace audisp_eql::alert
