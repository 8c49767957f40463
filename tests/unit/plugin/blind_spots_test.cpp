// SPDX-License-Identifier: Apache-2.0
#include "plugin/blind_spots.h"

#include <doctest/doctest.h>

#include "plugin/metrics.h"

namespace audisp_eql::plugin {
namespace {

using std::chrono::minutes;
using Lines = std::vector<std::string>;

constexpr BlindSpots::Clock::time_point kStart{};

bool has(const Lines& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& s) { return s.find(part) != std::string::npos; });
}

TEST_CASE("a kind of record that stays away while others come is missed, once") {
  engine::Stats stats;
  BlindSpots spots(minutes(30), kStart);
  const auto look = [&](int minute, Needs needs = Needs::kExecsAndConnects) {
    return spots.look(stats, 0, needs, kStart + minutes(minute));
  };
  CHECK(look(0).empty());
  stats.grouper.lines = BlindSpots::kOtherRecords;
  stats.grouper.exec_records = 5;
  CHECK(look(29).empty());
  const Lines said = look(30);
  REQUIRE(said.size() == 1);
  CHECK(has(said, "no connect record for 30 minutes"));
  CHECK(has(said, "auditctl -l"));
  CHECK(look(31).empty());
  // Execs were last seen at 29.
  stats.grouper.lines += BlindSpots::kOtherRecords - 1;
  CHECK(look(59).empty());
  stats.grouper.lines += 1;
  CHECK(has(look(59), "no execve record"));
  // Back again, and away again.
  stats.grouper.connect_records = stats.grouper.exec_records = 9;
  CHECK(look(60).empty());
  stats.grouper.lines += 1000;
  CHECK(look(89).empty());
  CHECK(look(90).size() == 2);
}

TEST_CASE("connects are not missed when no rule reads them, nothing without patience") {
  engine::Stats stats;
  stats.grouper.lines = 1'000'000;
  BlindSpots spots(minutes(1), kStart);
  CHECK_FALSE(has(spots.look(stats, 0, Needs::kExecs, kStart + minutes(1)), "connect"));
  BlindSpots never(minutes(0), kStart);
  CHECK(never.look(stats, 0, Needs::kExecsAndConnects, kStart + minutes(100'000)).empty());
}

TEST_CASE("sockets are missed while connects come, from when a rule reads the transport on") {
  engine::Stats stats;
  BlindSpots spots(minutes(30), kStart);
  const auto look = [&](int minute, Needs needs = Needs::kSocketsToo) {
    return spots.look(stats, 0, needs, kStart + minutes(minute));
  };
  const auto connect = [&](std::uint64_t times) {
    stats.grouper.connect_records += times;
    stats.grouper.exec_records += 1;
    stats.grouper.lines += 100 * times;
  };
  connect(BlindSpots::kOtherRecords);
  CHECK_FALSE(has(look(40, Needs::kExecsAndConnects), "socket"));
  connect(BlindSpots::kOtherRecords - 1);
  CHECK_FALSE(has(look(70), "socket"));
  connect(1);
  CHECK(has(look(71), "no socket record for 30 minutes"));
  connect(BlindSpots::kOtherRecords);
  CHECK_FALSE(has(look(110), "socket"));
  stats.grouper.socket_records = 1;
  CHECK_FALSE(has(look(111), "socket"));
  connect(BlindSpots::kOtherRecords);
  CHECK_FALSE(has(look(140), "socket"));
  CHECK(has(look(141), "no socket record"));
}

TEST_CASE("events without the records that rules need are said, from half of them on") {
  for (const std::uint64_t bad : {4U, 5U, 6U}) {
    CAPTURE(bad);
    engine::Stats stats;
    BlindSpots spots(minutes(0), kStart);
    stats.grouper.exec_records = BlindSpots::kIncomplete;
    stats.normalize.missing_execve = bad;
    CHECK(has(spots.look(stats, 0, Needs::kExecs, kStart), "msgtype=EXECVE") == (bad >= 5));
    CHECK(spots.look(stats, 0, Needs::kExecs, kStart).empty());
  }
  engine::Stats stats;
  BlindSpots spots(minutes(0), kStart);
  stats.grouper.connect_records = stats.normalize.missing_sockaddr = BlindSpots::kIncomplete - 1;
  CHECK(spots.look(stats, 0, Needs::kExecsAndConnects, kStart).empty());
  stats.grouper.connect_records = stats.normalize.missing_sockaddr = BlindSpots::kIncomplete;
  CHECK(has(spots.look(stats, 0, Needs::kExecsAndConnects, kStart), "msgtype=SOCKADDR"));
}

TEST_CASE("drops are said with their number since the last look") {
  engine::Stats stats;
  BlindSpots spots(minutes(30), kStart);
  CHECK(has(spots.look(stats, 7, Needs::kExecs, kStart), "7 records dropped"));
  CHECK(spots.look(stats, 7, Needs::kExecs, kStart).empty());
  CHECK(has(spots.look(stats, 10, Needs::kExecs, kStart), "3 records dropped"));
}

TEST_CASE("a version of auditd that cuts records is named") {
  const struct {
    std::string version, format;
    bool defect;
  } rows[] = {{"4.2", "raw", true},       {"4.2.1", "RAW", true},  {"4.2.2", "raw", false},
              {"4.2", "enriched", false}, {"3.0.9", "raw", false}, {"", "", false}};
  for (const auto& row : rows) {
    CAPTURE(row.version);
    engine::Stats stats;
    stats.auditd_version = row.version;
    stats.auditd_format = row.format;
    BlindSpots spots(minutes(30), kStart);
    CHECK(has(spots.look(stats, 0, Needs::kExecs, kStart), "log_format = RAW") == row.defect);
    CHECK(spots.look(stats, 0, Needs::kExecs, kStart).empty());
  }
}

TEST_CASE("metrics have names, types and values, and labels are escaped") {
  CHECK(
      metrics_text({{"lines", 7}, {"partials", 2}}, {{"a\"b\\c\n", 3}}, {{"/etc/e.toml", 7, "r", "says \"me\"", 5}}) ==
      "# TYPE audisp_eql_lines_total counter\naudisp_eql_lines_total 7\n"
      "# TYPE audisp_eql_partials gauge\naudisp_eql_partials 2\n"
      "# TYPE audisp_eql_rule_alerts_total counter\n"
      "audisp_eql_rule_alerts_total{rule_id=\"a\\\"b\\\\\\\\c\\\\x0A\"} 3\n"
      "# TYPE audisp_eql_exception_hits_total counter\n"
      "audisp_eql_exception_hits_total{rule_id=\"r\",line=\"7\",reason=\"says \\\"me\\\"\"} 5\n");
}

}  // namespace
}  // namespace audisp_eql::plugin
