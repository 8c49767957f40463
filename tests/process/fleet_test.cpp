// SPDX-License-Identifier: Apache-2.0
// The plugin on a central aggregator: records of many hosts, told apart by node=, in one stream.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/process/plugin_run.h"
#include "tests/support/fleet.h"
#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

namespace json = boost::json;

constexpr char kAnyExec[] =
    "[rule]\nname = \"any exec\"\nrule_id = \"any-exec\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
    "query = 'process where event.action == \"exec\"'\n";

using IdsByHost = std::map<std::string, std::vector<std::string>>;

std::vector<json::value> alerts_in(const std::string& lines) {
  std::vector<json::value> out;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
  return out;
}

// Fails the test where an alert's evidence is of another host than the alert.
IdsByHost ids_by_host(const std::string& lines) {
  IdsByHost out;
  for (const json::value& alert : alerts_in(lines)) {
    const std::string host(alert.at("host").at("id").as_string());
    for (const json::value& each : alert.at("evidence").as_array()) CHECK(each.at("host").as_string() == host);
    CHECK(alert.at("process").at("pid").as_int64() == 600);
    out[host].emplace_back(alert.at("event").at("id").as_string());
  }
  return out;
}

IdsByHost scanned(const std::string& log) {
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "-"}, log);
  REQUIRE(ran.status == 0);
  return ids_by_host(ran.out);
}

bool is_one_each(const IdsByHost& ids, const std::vector<std::string>& hosts) {
  const auto is_one = [&ids](const std::string& host) { return ids.contains(host) && ids.at(host).size() == 1; };
  return ids.size() == hosts.size() && std::all_of(hosts.begin(), hosts.end(), is_one);
}

std::string whole(const std::vector<std::string>& hosts) {
  return fleet_stream(hosts, Part::kBefore) + fleet_stream(hosts, Part::kConnect);
}

TEST_CASE("a hundred hosts in one stream: each has its one alert, in syslog, in the file and in a scan") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  const std::vector<std::string> hosts = fleet_hosts(0, 100);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(whole(hosts));
  for (std::size_t i = 0; i < hosts.size(); ++i) place.syslog().receive_until("@cee: ");
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const IdsByHost ids = ids_by_host(read_file(place.alerts()));
  CHECK(is_one_each(ids, hosts));
  CHECK(scanned(whole(hosts)) == ids);
}

// Where the aggregator's plugin is killed, hosts 0 to 39 are done, 40 to 59 in the middle of a sequence, and the others
// have not begun.
struct Fleet {
  std::vector<std::string> all = fleet_hosts(0, 100);
  std::vector<std::string> before = fleet_hosts(0, 40), amid = fleet_hosts(40, 60), after = fleet_hosts(60, 100);

  [[nodiscard]] std::string first() const { return whole(before) + fleet_stream(amid, Part::kBefore); }
  [[nodiscard]] std::string second() const { return fleet_stream(amid, Part::kConnect) + whole(after); }
};

TEST_CASE("a stop in the middle of a hundred hosts' sequences loses none of them") {
  Place place;
  place.use_shipped_rule();
  const Fleet fleet;
  for (const std::string& part : {fleet.first(), fleet.second()}) {
    FakeAuditd auditd(AUDISP_EQL, place.live_args());
    auditd.write(part);
    auditd.signal(SIGTERM);
    CHECK(auditd.wait() == 0);
  }
  const IdsByHost ids = ids_by_host(read_file(place.alerts()));
  CHECK(is_one_each(ids, fleet.all));
  CHECK(scanned(fleet.first() + fleet.second()) == ids);
}

// Nothing is saved at a kill: what was complete is out, what begins afterwards is found, and a scan of the log has the
// rest, under the ids that it would have had.
TEST_CASE("a kill in the middle loses the sequences that were in progress, which a scan of the log finds") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  const Fleet fleet;
  FakeAuditd killed(AUDISP_EQL, place.live_args());
  killed.write(fleet.first());
  for (std::size_t i = 0; i < fleet.before.size(); ++i) place.syslog().receive_until("@cee: ");
  killed.signal(SIGKILL);
  CHECK(killed.wait() == 128 + SIGKILL);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(fleet.second());
  auditd.write(whole(fleet.before));  // somebody sends it again
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  IdsByHost ids = ids_by_host(read_file(place.alerts()));
  const IdsByHost all = scanned(fleet.first() + fleet.second());
  CHECK(is_one_each(all, fleet.all));
  CHECK(ids.size() == 80);
  for (auto& [host, found] : ids) {
    CAPTURE(host);
    CHECK(found.size() <= 2);  // told before the kill, and again
    found.erase(std::unique(found.begin(), found.end()), found.end());
    CHECK(all.at(host) == found);
  }
}

// One host's flood of programs that start and do nothing: `count` of them, of the pids from 10,000.
std::string flood(const std::string& node, unsigned count) {
  std::string out;
  for (unsigned i = 0; i < count; ++i) {
    std::string exec = record("SYSCALL", {1'795'506'100'015, 6000 + i},
                              syscall_body({.pid = 10'000 + i, .uid = 1000, .exe = "/usr/bin/app"}, 59));
    exec.replace(exec.find("ppid=1 "), 7, "ppid=500 ");
    out += "node=" + node + " " + exec;
    out += "node=" + node + " " + record("EXECVE", {1'795'506'100'015, 6000 + i}, "argc=1 a0=\"app\"");
    out += "node=" + node + " " + record("EOE", {1'795'506'100'015, 6000 + i}, "");
  }
  return out;
}

// Who fills a rule's store loses his own: and uid 1000 of one host is not uid 1000 of another.
TEST_CASE("one host's flood takes neither the processes of others nor their sequences") {
  for (const char* limit : {"[processes]\nmax = 256\n", "[sequences]\nmax_partials = 300\n"}) {
    CAPTURE(limit);
    Place place(limit);
    place.use_shipped_rule();
    const std::vector<std::string> hosts = fleet_hosts(0, 100);
    FakeAuditd auditd(AUDISP_EQL, place.live_args());
    auditd.write(fleet_stream(hosts, Part::kBefore) + flood(hosts.front(), 1000));
    auditd.write(fleet_stream(hosts, Part::kConnect));
    auditd.close_input();
    CHECK(auditd.wait() == 0);
    IdsByHost ids = ids_by_host(read_file(place.alerts()));
    ids.erase(hosts.front());
    CHECK(is_one_each(ids, fleet_hosts(1, 100)));
  }
}

TEST_CASE("node= names over the cap share one table, which is counted; those before it are kept apart") {
  Place place("[processes]\nmax_hosts = 51\n");  // with the aggregator itself
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(whole(fleet_hosts(0, 50)) + fleet_stream(fleet_hosts(50, 60), Part::kBefore));
  for (int i = 0; i < 50; ++i) place.syslog().receive_until("@cee: ");
  std::string state;
  while (state.find(" hosts_over_cap=") == std::string::npos) {
    auditd.signal(SIGUSR1);
    state = place.syslog().receive_until("hosts_over_cap=");
  }
  CHECK(state.find(" hosts_over_cap=0 ") == std::string::npos);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(is_one_each(ids_by_host(read_file(place.alerts())), fleet_hosts(0, 50)));
}

// An exec by root under a parent that is a process of this machine: the test.
std::string exec_below_us(const std::string& node, unsigned serial) {
  std::string lines = exec_event({.pid = 4'000'000, .uid = 0, .exe = "/usr/bin/app"}, {1'795'506'100'000, serial});
  lines.replace(lines.find("ppid=1 "), 7, fmt::format("ppid={} ", ::getpid()));
  if (node.empty()) return lines;
  std::string out;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) out += "node=" + node + " " + line + "\n";
  return out;
}

// Its /proc and its passwd file are of the aggregator alone: the same numbers mean others elsewhere.
TEST_CASE("what another host's alert says is not read from the aggregator's /proc and passwd") {
  Place place;
  place.write_rule("any.toml", kAnyExec);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(exec_below_us("", 100) + exec_below_us("elsewhere", 101));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::vector<json::value> alerts = alerts_in(read_file(place.alerts()));
  REQUIRE(alerts.size() == 2);
  const json::value& here = alerts[0];
  CHECK(here.at("user").at("name") == "root");
  CHECK(here.at("process").at("parent").as_object().contains("executable"));
  const json::value& there = alerts[1];
  CHECK(there.at("host").at("id") == "elsewhere");
  CHECK(there.at("user").at("id") == "0");
  CHECK_FALSE(there.at("user").as_object().contains("name"));
  CHECK_FALSE(there.at("process").at("parent").as_object().contains("executable"));
}

TEST_CASE("scan: this machine's user names are not those of other hosts, unless --passwd says so") {
  Place place;
  place.write_rule("any.toml", kAnyExec);
  const std::string log = exec_below_us("", 100) + exec_below_us("elsewhere", 101);
  const std::vector<std::string> scan = {"scan", "--rules", place.rules(), "-"};
  const std::string out = audisp_eql_run(scan, log).out;
  CHECK(alerts_in(out).at(0).at("user").at("name") == "root");
  CHECK_FALSE(alerts_in(out).at(1).at("user").as_object().contains("name"));
  const std::string named = audisp_eql_run({"scan", "--rules", place.rules(), "--passwd", "/etc/passwd", "-"}, log).out;
  CHECK(alerts_in(named).at(1).at("user").at("name") == "root");
}

// The aggregator has an entry for the very program; the other host may have none.
TEST_CASE("another host's alert is not given an autostart entry of the aggregator") {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(
      "/usr/bin/unshare",
      {"-m", "/bin/sh", "-c",
       "mkdir -p /etc/xdg && mount -t tmpfs tmpfs /etc/xdg && mkdir /etc/xdg/autostart && "
       "printf '[Desktop Entry]\\nType=Application\\nName=x\\nExec=x\\n' >/etc/xdg/autostart/x.desktop && "
       "exec \"$0\" --config \"$1\"",
       AUDISP_EQL, place.config()});
  for (const std::string node : {"", "elsewhere"}) {
    for (const Part part : {Part::kBefore, Part::kConnect}) {
      for (const std::string& line : host_lines(node, part, false)) auditd.write(line);
    }
  }
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::vector<json::value> alerts = alerts_in(read_file(place.alerts()));
  REQUIRE(alerts.size() == 2);
  CHECK(alerts[0].at("audisp_eql").at("desktop_entry").at("path") == "/etc/xdg/autostart/x.desktop");
  CHECK(alerts[1].at("host").at("id") == "elsewhere");
  CHECK_FALSE(alerts[1].at("audisp_eql").as_object().contains("desktop_entry"));
}

}  // namespace
}  // namespace audisp_eql::test
