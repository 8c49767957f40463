// SPDX-License-Identifier: Apache-2.0
#include "plugin/summary.h"

#include <doctest/doctest.h>

#include "tests/support/sample_alert.h"

namespace audisp_eql::plugin {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

engine::Stats good_stats() {
  engine::Stats stats;
  stats.grouper.lines = 100;
  stats.grouper.exec_records = stats.grouper.connect_records = stats.grouper.fork_records = stats.grouper.exit_records =
      1;
  stats.engine.exec_events = 12;
  stats.engine.connect_events = 3;
  stats.first_time = milliseconds(1'795'506'063'412);
  stats.last_time = milliseconds(1'795'506'064'000);
  stats.hosts = {"desk7"};
  return stats;
}

TEST_CASE("a good log: what was found and read, and nothing else") {
  Summary summary;
  summary.set_rules(1, 0, 0);
  summary.set_inputs(2, 0);
  summary.add_alert(test::sample_alert());
  summary.add(good_stats());
  CHECK(summary.text(TimeZone::kUtc) ==
        "1 alert by 1 rule\n"
        "       1  Network Connections Initiated Through XDG Autostart Entry (dd52d45a-4602-4195-9018-ebe0f219c273)\n"
        "read: 2 inputs, 100 lines\n"
        "events: 12 exec, 3 connect, 0 fork, 0 exit, 0 file\n"
        "time: 2026-11-24T07:41:03.412Z to 2026-11-24T07:41:04.000Z\n"
        "hosts: desk7\n");
}

TEST_CASE("records that were not there are named") {
  const struct {
    std::uint64_t audit::GrouperCounters::*member;
    std::string text;
  } rows[] = {{&audit::GrouperCounters::exec_records, "no exec records"},
              {&audit::GrouperCounters::connect_records, "no connect records"},
              {&audit::GrouperCounters::fork_records, "no fork records"},
              {&audit::GrouperCounters::exit_records, "no exit records"}};
  for (const auto& row : rows) {
    engine::Stats stats = good_stats();
    stats.grouper.*row.member = 0;
    Summary summary;
    summary.add(stats);
    CHECK(has(summary.text(TimeZone::kUtc), "not there: " + row.text));
  }
}

TEST_CASE("no socket records are named when there are connects and a rule reads the transport") {
  const auto text_of = [](std::uint64_t connects, std::uint64_t sockets, bool expected) {
    engine::Stats stats = good_stats();
    stats.grouper.connect_records = connects;
    stats.grouper.socket_records = sockets;
    Summary summary;
    summary.add(stats);
    if (expected) summary.expect_sockets();
    return summary.text(TimeZone::kUtc);
  };
  CHECK(has(text_of(1, 0, true), "not there: no socket records"));
  CHECK_FALSE(has(text_of(1, 1, true), "socket records"));
  CHECK_FALSE(has(text_of(0, 0, true), "socket records"));
  CHECK_FALSE(has(text_of(1, 0, false), "socket records"));
}

TEST_CASE("an empty input is not clean") {
  Summary summary;
  summary.set_inputs(1, 0);
  summary.add({});
  const std::string text = summary.text(TimeZone::kUtc);
  CHECK(has(text, "0 alerts by 0 rules\n"));
  CHECK(has(text, "not there: any audit record at all\n"));
}

TEST_CASE("unknown parents, forged lines, refused rules and failed inputs are said") {
  engine::Stats stats = good_stats();
  stats.table.parents_unknown = 4;
  stats.grouper.forged_lines = 2;
  stats.overlong_lines = 1;
  Summary summary;
  summary.set_rules(1, 2, 3);
  summary.set_inputs(1, 3);
  summary.add(stats);
  const std::string text = summary.text(TimeZone::kUtc);
  CHECK(has(text, "1 rule (3 disabled) (2 rule files refused)"));
  CHECK(has(text, "3 inputs could NOT be read"));
  CHECK(has(text, "the parents of 4 of 12 execs"));
  CHECK(has(text, "note: 2 lines FORGED"));
  CHECK(has(text, "note: 1 lines too long"));
}

TEST_CASE("the counters of several hosts are added up") {
  Summary summary;
  summary.add(good_stats());
  engine::Stats other = good_stats();
  other.hosts = {"desk8\x1b[31m"};
  other.first_time = milliseconds(1'795'506'000'000);
  summary.add(other);
  const std::string text = summary.text(TimeZone::kUtc);
  CHECK(has(text, "200 lines"));
  CHECK(has(text, "24 exec, 6 connect"));
  CHECK(has(text, "time: 2026-11-24T07:40:00.000Z to 2026-11-24T07:41:04.000Z"));
  CHECK(has(text, "hosts: desk7, desk8\\x1B[31m\n"));
}

}  // namespace
}  // namespace audisp_eql::plugin
