// SPDX-License-Identifier: Apache-2.0
// The file events of recordings, one a line: ACTION TYPE PATH, what a rename
// had and a link leads to. AUDISP_EQL_WRITE_GOLDEN=1 rewrites the file.
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/base/escape.h"
#include "lib/engine/pipeline.h"
#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

std::vector<alert::Alert> alerts_of(const std::string& query, const std::string& log,
                                    audit::LineFormat format = audit::LineFormat::kLog) {
  engine::RuleSet rules;
  engine::add_queries({{"query", query, 1, 1}}, rules);
  REQUIRE_MESSAGE(rules.refused == 0, render(rules.diagnostics));
  engine::Pipeline pipeline({});
  pipeline.set_rules(std::move(rules));
  pipeline.set_format(format);
  std::vector<alert::Alert> alerts;
  pipeline.feed(log, alerts);
  pipeline.finish(alerts);
  return alerts;
}

// The path, or `?/NAME` where only the name is known.
std::string shown(const alert::FileNames& names) {
  const std::string text = names.path.empty() ? "?/" + names.name : names.path;
  return escape_printable(text);
}

std::string events_of(const std::string& log, audit::LineFormat format = audit::LineFormat::kLog) {
  std::string out;
  for (const alert::Alert& alert : alerts_of("file where true", log, format)) {
    const alert::FileInfo file = alert.file.value_or(alert::FileInfo{});
    out += alert.action + " " + (file.type.empty() ? "?" : file.type) + " " + shown(file.now);
    if (alert.action == "rename") out += " was " + shown(file.original);
    if (!file.target.empty()) out += " to " + escape_printable(file.target);
    out += "\n";
  }
  return out;
}

// As plain ausearch prints it: the records of each event in reverse.
std::string as_ausearch(const std::string& log) {
  std::map<std::string, std::string> events;  // by serial, zero-padded
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = log.find('\n', at);
    const std::string line = log.substr(at, end - at);
    const std::size_t colon = line.find(':');
    const std::string serial = line.substr(colon + 1, line.find(')') - colon - 1);
    std::string& event = events[std::string(12 - serial.size(), '0') + serial];
    event = line + "\n" + event;
    at = end + 1;
  }
  std::string out;
  for (const auto& [serial, lines] : events) out += "----\n" + lines;
  return out;
}

}  // namespace

TEST_CASE("the file events of a recording are those that a person read") {
  for (const std::string name : {"files", "descriptors"}) {
    CAPTURE(name);
    const std::string events = events_of(test::read_file(FIXTURES "/audit/" + name + ".log"));
    const std::string file = FIXTURES "/golden/" + name + ".txt";
    if (std::getenv("AUDISP_EQL_WRITE_GOLDEN") != nullptr) test::write_file(file, events);
    CHECK(events == test::read_file(file));
  }
}

TEST_CASE("the order of an event's records changes nothing of its file") {
  for (const std::string name : {"files", "descriptors"}) {
    CAPTURE(name);
    const std::string log = test::read_file(FIXTURES "/audit/" + name + ".log");
    CHECK(events_of(as_ausearch(log), audit::LineFormat::kAusearch) == events_of(log));
  }
}

// 5005 is a dup, 5007 MPTCP, 5008 UDP-Lite, 5012 was passed over a Unix socket, and 5011 took
// the number of one that an exec had closed.
TEST_CASE("a connect has the transport of its socket, however that came to it") {
  const std::string log = test::read_file(FIXTURES "/audit/descriptors.log");
  const std::map<std::int64_t, std::string> made = {{5001, "tcp"}, {5002, "udp"}, {5003, "tcp"}, {5004, "udp"},
                                                    {5005, ""},    {5007, ""},    {5008, ""},    {5009, "udp"},
                                                    {5010, "udp"}, {5011, ""},    {5012, ""},    {5013, "tcp"},
                                                    {5014, "udp"}, {5015, "udp"}, {5016, "tcp"}};
  const std::string query = "network where network.transport != null or destination.port > 0";
  for (const auto& [text, format] :
       {std::pair{log, audit::LineFormat::kLog}, {as_ausearch(log), audit::LineFormat::kAusearch}}) {
    std::map<std::int64_t, std::string> found;
    for (const alert::Alert& alert : alerts_of(query, text, format)) {
      found[alert.destination->port.value_or(0)] = alert.network_transport;
    }
    CHECK(found == made);
  }
}

TEST_CASE("an autostart entry that is written is seen, and who then called out") {
  const std::string log = test::read_file(FIXTURES "/audit/files.log");
  const auto alerts = alerts_of(
      "sequence by process.entity_id with maxspan=5s "
      "[file where event.action in (\"creation\", \"rename\") and file.path : \"*/autostart/*.desktop\"] "
      "[network where event.action == \"connection_attempted\"]",
      log);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].evidence[0].file == "/home/alice/.config/autostart/beacon.desktop");
  REQUIRE(alerts[0].destination);
  CHECK(alerts[0].destination->port == 4444);
}

TEST_CASE("the rule for entries that are written finds each in a recording, and who wrote it") {
  test::Replay run(SHIPPED_RULES "/xdg_autostart_entry_written.toml");
  run.feed(test::read_file(FIXTURES "/audit/files.log"));
  std::vector<std::string> written;
  for (const alert::Alert& alert : run.finish()) {
    REQUIRE(alert.file);
    written.push_back(alert.action + " " + alert.file->now.path.substr(alert.file->now.path.rfind('/') + 1));
  }
  CHECK(written == std::vector<std::string>{"creation updater.desktop", "modification updater.desktop",
                                            "rename helper.desktop", "creation link.desktop",
                                            "creation updater2.desktop",
                                            // through the directory's descriptor: cp, mv, ln, tar
                                            "creation by-cp.desktop", "rename by-mv.desktop", "creation by-ln.desktop",
                                            "creation by-cp.desktop", "creation beacon.desktop"});
}
