// SPDX-License-Identifier: Apache-2.0
#include "plugin/partition_scan.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/fleet.h"
#include "tests/support/records.h"

namespace audisp_eql::plugin {
namespace {

using test::host_lines;
using test::Part;

engine::RuleSet shipped_rule() {
  return engine::load_rules({test::read_source(SHIPPED_CONF "/rules/xdg_autostart_network.toml")});
}

struct Partition {
  explicit Partition(ResumePoint from = {}, engine::RuleSet rules = shipped_rule(), EventTime lookback = seconds(600))
      : scan({}, std::move(rules), {.lookback = lookback}, from) {}

  // Each line a message.
  std::size_t take(std::int64_t first, const std::string& key, const std::vector<std::string>& lines) {
    const std::size_t before = alerts.size();
    for (const std::string& line : lines) scan.take({first++, key, line, seconds(1)}, alerts);
    return alerts.size() - before;
  }

  PartitionScan scan;
  std::vector<alert::Alert> alerts;
};

const std::vector<std::string>& before() {
  static const std::vector<std::string> lines = host_lines("", Part::kBefore, true);
  return lines;
}
const std::vector<std::string>& connect() {
  static const std::vector<std::string> lines = host_lines("", Part::kConnect, false);
  return lines;
}
std::int64_t count(const std::vector<std::string>& lines) { return static_cast<std::int64_t>(lines.size()); }

TEST_CASE("a key is the host of lines without node=") {
  Partition p;
  CHECK(p.take(0, "web1", before()) == 0);
  CHECK(p.take(count(before()), "web2", connect()) == 0);
  CHECK(p.take(count(before()) + 10, "web1", connect()) == 1);
  CHECK(p.alerts.front().host_id == "web1");
  CHECK(p.alerts.front().node == "web1");
}

TEST_CASE("a successor that begins where the commit says finds the sequence in progress") {
  Partition first;
  first.take(100, "h", before());
  const ResumePoint point = first.scan.resume_point();
  CHECK(point == ResumePoint{100, 100 + count(before())});
  Partition second(point);
  CHECK(second.take(100, "h", before()) == 0);
  CHECK(second.take(point.next, "h", connect()) == 1);
  CHECK(second.scan.counters().read_again == before().size());
}

TEST_CASE("what the predecessor gave is not given again; what it may not have given is") {
  Partition first;
  first.take(0, "h", before());
  CHECK(first.take(count(before()), "h", connect()) == 1);
  const ResumePoint point = first.scan.resume_point();
  Partition told(point);
  told.take(0, "h", before());
  CHECK(told.take(count(before()), "h", connect()) == 0);
  CHECK(told.scan.counters().alerts_again == 1);
  CHECK(told.scan.resume_point() == point);
  for (const std::int64_t short_of : {1, 2}) {
    CAPTURE(short_of);
    Partition untold({0, point.next - short_of});
    untold.take(0, "h", before());
    REQUIRE(untold.take(count(before()), "h", connect()) == 1);
    CHECK(untold.alerts.front().id == first.alerts.front().id);
  }
}

// The predecessor was killed while it waited for the event's last record.
TEST_CASE("an event without its end that the predecessor had not given is given at the next silence") {
  std::vector<std::string> cut = connect();
  cut.pop_back();  // EOE
  Partition first;
  first.take(0, "h", before());
  CHECK(first.take(count(before()), "h", cut) == 0);
  CHECK(first.scan.has_open_events());
  Partition second(first.scan.resume_point());
  second.take(0, "h", before());
  CHECK(second.take(count(before()), "h", cut) == 0);
  second.scan.idle(second.alerts);
  CHECK(second.alerts.size() == 1);
}

// The record of a socket whose path is "/", a newline and this: all that auditd writes before the newline.
std::string before_forged(const std::string& line) {
  std::string hex = "0100";
  for (const char c : "/\n" + line) {
    hex += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4U];
    hex += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15U];
  }
  return test::record("SOCKADDR", {1'795'506'100'029, 1}, "saddr=" + hex + "\x1DSADDR={ saddr_fam=local path=/");
}

// Its first line goes on behind a newline in the socket's address, which the second message seems to hold.
TEST_CASE("a message's last line takes nothing of the next message") {
  const std::string forged = connect().front();
  const std::string bait = before_forged(forged.substr(0, forged.size() - 1));
  Partition p;
  p.take(0, "h", before());
  p.take(50, "attacker", {bait});
  CHECK(p.take(51, "h", connect()) == 1);
}

// Its stamp, years ahead, would make the host's other messages too old for a successor.
TEST_CASE("a forged line of a message says nothing of what a successor needs") {
  const std::string forged = "node=elsewhere type=EOE msg=audit(4000000000.000:1): ";
  Partition first;
  first.take(0, "h", before());
  first.take(50, "h", {before_forged(forged) + forged + " }\n"});
  CHECK(first.scan.counters().foreign_lines == 0);
  CHECK(first.scan.resume_point() == ResumePoint{0, 51});
}

TEST_CASE("a message without a record, or with a key that can be no node=, is left out and counted") {
  const std::string line = "type=EOE msg=audit(1.000:1): ";
  const struct {
    std::string key, value;
    bool is_good;
  } rows[] = {
      {"h", line, true},
      {"h", line + "\n", true},
      {"", line, true},
      {"h", "garbage\n" + line, true},
      {"h", "", false},
      {"h", "\n\n", false},
      {"h", std::string("\0\0", 2), false},
      {"h", "garbage", false},
      {"two words", line, false},
      {"new\nline", line, false},
      {std::string("nul\0", 4), line, false},
      {"del\x7f", line, false},
      {std::string(255, 'k'), line, true},
      {std::string(256, 'k'), line, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.value);
    Partition p;
    p.scan.take({5, row.key, row.value, seconds(1)}, p.alerts);
    CHECK(p.scan.counters().malformed == (row.is_good ? 0 : 1));
    CHECK(p.scan.resume_point() == ResumePoint{row.is_good ? 5 : 6, 6});
  }
}

TEST_CASE("a line's node= counts, and one that is not the key is counted") {
  Partition p;
  CHECK(p.take(0, "h", host_lines("other", Part::kBefore, true)) == 0);
  CHECK(p.take(50, "h", host_lines("other", Part::kConnect, false)) == 1);
  CHECK(p.alerts.front().host_id == "other");
  CHECK(p.scan.counters().foreign_lines == before().size() + connect().size());
}

TEST_CASE("the lookback is the longest maxspan and what records come late by; without a maxspan there is none") {
  const auto needed = [](const std::vector<std::string>& queries) {
    engine::RuleSet rules;
    std::vector<Source> sources;
    for (const std::string& text : queries) sources.push_back({"q", text});
    engine::add_queries(sources, rules);
    REQUIRE(rules.rules.size() == queries.size());
    return needed_lookback(rules, {});
  };
  const std::string one_hour = "sequence by user.id with maxspan=1h [process where true] [network where true]";
  CHECK(needed({"process where true"}) == seconds(450));
  CHECK(needed({"process where true", one_hour}) == seconds(3600 + 450));
  CHECK(needed({one_hour, "sequence by user.id [process where true] [network where true]"}) == std::nullopt);
}

}  // namespace
}  // namespace audisp_eql::plugin
