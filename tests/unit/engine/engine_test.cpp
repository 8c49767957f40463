// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/engine.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/audit_events.h"
#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kSession[] = "/usr/bin/xfce4-session";
constexpr char kApp[] = "/usr/local/bin/app";

std::string rule_text(const std::string& id, const std::string& query) {
  return "[rule]\nname = \"" + id + "\"\nrule_id = \"" + id + "\"\nseverity = \"low\"\ntype = \"eql\"\nquery = '''\n" +
         query + "\n'''\n";
}

RuleSet rules_of(const std::vector<std::pair<std::string, std::string>>& queries) {
  std::vector<Source> files;
  for (const auto& [id, query] : queries) files.push_back({id + ".toml", rule_text(id, query), 1, 1});
  RuleSet set = load_rules(files);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  return set;
}

RuleSet first_rule() { return load_rules({test::read_source(SHIPPED_RULES "/xdg_autostart_network.toml")}); }

struct World {
  explicit World(RuleSet rules, EngineOptions options = {}) : engine(std::move(options)) {
    engine.set_rules(std::move(rules));
  }

  // Alerts that this event gives.
  std::size_t count(const audit::AuditEvent& event) {
    const std::size_t before = alerts.size();
    engine.handle(event, alerts);
    return alerts.size() - before;
  }

  Engine engine;
  test::Script say;
  std::vector<alert::Alert> alerts;
};

}  // namespace

TEST_CASE("a session child that connects within a second is an alert with all its evidence") {
  World w(first_rule());
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  CHECK(w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"})) == 0);
  REQUIRE(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}, 8123)) == 1);
  const alert::Alert& a = w.alerts.front();
  CHECK(a.rule.id == "dd52d45a-4602-4195-9018-ebe0f219c273");
  CHECK(a.action == "sequence");
  CHECK(a.categories == std::vector<std::string>{"process", "network"});
  CHECK(a.process.pid == 10);
  CHECK(a.process.args == std::vector<std::string>{"app", "--x"});
  CHECK(a.process.executable == kApp);
  CHECK(a.parent.executable == kSession);
  CHECK(a.user.id == "1000");
  REQUIRE(a.destination);
  CHECK(a.destination->ip == "127.0.0.1");
  CHECK(a.destination->port == 8123);
  REQUIRE(a.evidence.size() == 2);
  CHECK(a.evidence[0].serial == 102);
  CHECK(a.evidence[1].event_id == "2.000:103");
  CHECK(a.evidence[1].outcome == "failure");
  CHECK(a.id.size() == 32);
}

TEST_CASE("near misses of the first rule are none") {
  World w(first_rule());
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  SUBCASE("a millisecond late") {
    w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 2001, .exe = kApp})) == 0);
  }
  SUBCASE("another process") {
    w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
    CHECK(w.count(w.say.connect({.pid = 11, .ppid = 5, .at = 1100, .exe = kApp})) == 0);
  }
  SUBCASE("another parent") {
    w.count(w.say.exec({.pid = 10, .ppid = 6, .at = 1000, .exe = kApp}));
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 6, .at = 1100, .exe = kApp})) == 0);
  }
  SUBCASE("a second connect of the same sequence") {
    w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1200, .exe = kApp})) == 0);
  }
  SUBCASE("another host") {
    w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
    w.say.node = "other";
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 0);
  }
}

TEST_CASE("a connect that lasts five minutes belongs to the second in which it began") {
  World w(first_rule());
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  for (int second = 2; second < 300; ++second) {
    w.count(w.say.connect({.pid = 77, .ppid = 1, .at = second * 1000, .exe = "/usr/bin/other"}));
  }
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1900, .exe = kApp})) == 1);
}

TEST_CASE("a thread that ends first takes nothing from its process") {
  // exit(2) of a thread is no event here; exit_group of the process is.
  World w(first_rule());
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  w.count(w.say.exit({.pid = 10, .ppid = 5, .at = 1500, .exe = kApp}));
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1400, .exe = kApp})) == 1);
}

TEST_CASE("events of our own process are dropped, of a program like ours not") {
  EngineOptions options;
  options.own_pid = 10;
  World w(first_rule(), std::move(options));
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  for (const std::uint32_t pid : {10U, 11U}) {
    w.count(w.say.exec({.pid = pid, .ppid = 5, .at = 1000, .exe = "/usr/sbin/audisp-eql"}));
    CHECK(w.count(w.say.connect({.pid = pid, .ppid = 5, .at = 1100, .exe = "/usr/sbin/audisp-eql"})) ==
          (pid == 11 ? 1 : 0));
    w.count(w.say.file({.pid = pid, .ppid = 5, .at = 1200, .exe = kApp}, audit::FileChange::Action::kCreation, "/x"));
  }
  CHECK(w.engine.counters().own_events == 3);
  CHECK(w.engine.counters().file_events == 1);
}

// A log replayed through live, or records that were queued: the pid was another process's then.
TEST_CASE("events of our pid from before our start are not ours") {
  for (const std::int64_t start : {2000, 500}) {
    EngineOptions options;
    options.own_pid = 10;
    options.own_start = test::Script().exec({.pid = 5, .at = start, .exe = kSession}).time;
    World w(first_rule(), std::move(options));
    w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
    w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
    CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == (start == 2000 ? 1 : 0));
  }
}

TEST_CASE("an event met again is ignored") {
  World w(first_rule());
  const auto session = w.say.exec({.pid = 5, .at = 0, .exe = kSession});
  const auto exec = w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp});
  const auto connect = w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp});
  for (int round = 0; round < 2; ++round) {
    for (const auto& event : {session, exec, connect}) w.count(event);
  }
  CHECK(w.alerts.size() == 1);
  CHECK(w.engine.counters().repeated_events == 3);
}

TEST_CASE("a restart of the host ends its processes, by record or by falling serials") {
  World w(first_rule());
  w.say.serial = 100'000;
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  SUBCASE("serials fell") { w.say.serial = 100; }
  SUBCASE("SYSTEM_BOOT") { w.engine.boot("", {milliseconds(500), 99'999}); }
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 0);
  CHECK(w.engine.table_counters().boots == 1);
}

TEST_CASE("a boot record is believed only when serials have begun anew") {
  World w(first_rule());
  w.say.serial = 100'000;
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  w.engine.boot("", {milliseconds(1000), 100'003});
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
  CHECK(w.engine.counters().boots_refused == 1);
}

TEST_CASE("serials that wrap are no restart") {
  World w(first_rule());
  w.say.serial = 0xFFFF'FFF0;
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  w.say.serial = 0;
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
}

TEST_CASE("records that name this host by node= are about this host") {
  EngineOptions options;
  options.local_nodes = {"thishost"};
  options.own_pid = 77;
  World w(first_rule(), std::move(options));
  entity::ProcEntry session;
  session.pid = 5;
  session.exe = kSession;
  w.engine.load_processes({session}, milliseconds(0));
  w.say.node = "thishost";
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  REQUIRE(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
  CHECK(w.alerts.front().host_id == "thishost");
  w.count(w.say.connect({.pid = 77, .ppid = 5, .at = 1100, .exe = kApp}));
  CHECK(w.engine.counters().own_events == 1);
}

TEST_CASE("a reload keeps what an unchanged rule was waiting for, and only that") {
  const std::string changed =
      "sequence by process.entity_id with maxspan=1s [process where event.type == \"start\"] [network where true]";
  const std::string other = changed + " // changed";
  World w(rules_of({{"a", changed}, {"b", changed}}));
  w.count(w.say.exec({.pid = 10, .at = 1000, .exe = kApp}));
  w.engine.set_rules(rules_of({{"a", changed}, {"b", other}}));
  CHECK(w.count(w.say.connect({.pid = 10, .at = 1100, .exe = kApp})) == 1);
  CHECK(w.alerts.front().rule.id == "a");
  w.engine.set_rules(RuleSet{});
  CHECK(w.engine.rule_count() == 0);
  CHECK(w.count(w.say.connect({.pid = 10, .at = 1200, .exe = kApp})) == 0);
}

TEST_CASE("what a rule can see of each kind of event") {
  struct Row {
    std::string query;
    std::size_t exec, fork, exit, connect, file;
  };
  const Row rows[] = {
      {"any where true", 1, 1, 1, 1, 1},
      {"process where true", 1, 1, 1, 0, 0},
      {"network where true", 0, 0, 0, 1, 0},
      {"file where true", 0, 0, 0, 0, 1},
      {"process where event.type == \"start\"", 1, 1, 0, 0, 0},
      {"process where event.type == \"end\" and process.exit_code == 0", 0, 0, 1, 0, 0},
      {"process where event.action in (\"ProcessRollup2\", \"executed\")", 1, 0, 0, 0, 0},
      {"process where event.action == \"fork\" and process.pid == 11 and process.parent.pid == 10", 0, 1, 0, 0, 0},
      {"network where event.action : \"connection_*\" and destination.port == 80 and network.type == \"ipv4\"", 0, 0, 0,
       1, 0},
      {"network where cidrMatch(destination.ip, \"127.0.0.0/8\") and event.outcome == \"failure\"", 0, 0, 0, 1, 0},
      {"any where process.name == \"app\" and process.command_line == \"app -x\"", 1, 1, 1, 1, 1},
      {"any where host.os.type == \"linux\" and host.id == \"h\" and user.id == \"1000\" and user.name == \"alice\"", 1,
       1, 1, 1, 1},
      {"any where no.such.field == null", 1, 1, 1, 1, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    EngineOptions options;
    options.default_host = "h";
    options.user_names[1000] = "alice";
    World w(rules_of({{"r", row.query}}), std::move(options));
    CHECK(w.count(w.say.exec({.pid = 10, .at = 0, .exe = kApp}, {"app", "-x"})) == row.exec);
    CHECK(w.count(w.say.fork({.pid = 10, .at = 1, .exe = kApp}, 11)) == row.fork);
    CHECK(w.count(w.say.connect({.pid = 10, .at = 2, .exe = kApp})) == row.connect);
    CHECK(w.count(w.say.file({.pid = 10, .at = 3, .exe = kApp}, audit::FileChange::Action::kCreation, "/x/y.z")) ==
          row.file);
    CHECK(w.count(w.say.exit({.pid = 10, .at = 4, .exe = kApp})) == row.exit);
  }
}

TEST_CASE("connect records are asked for only when a rule can use them") {
  CHECK(World(first_rule()).engine.selection().connect);
  CHECK_FALSE(World(rules_of({{"r", "process where true"}})).engine.selection().connect);
}

TEST_CASE("bytes that are no UTF-8 hide nothing from a rule") {
  for (const std::string arg : {"\xffneedle", "nee\xffneedle", "needle\xff"}) {
    World w(rules_of({{"r", "process where process.args : \"*needle*\""},
                      {"s", "process where process.args regex~ \".*NEEDLE.*\""}}));
    CHECK(w.count(w.say.exec({.pid = 10, .at = 0, .exe = kApp}, {"app", arg})) == 2);
  }
}

TEST_CASE("hosts past the cap share a table and are counted") {
  EngineOptions options;
  options.max_hosts = 3;
  World w(first_rule(), std::move(options));
  for (int i = 0; i < 10; ++i) {
    w.say.node = "host" + std::to_string(i);
    w.count(w.say.exec({.pid = 5, .at = i, .exe = kSession}));
  }
  CHECK(w.engine.hosts().size() <= 4);
  CHECK(w.engine.hosts_over_cap() == 7);

  // And it is nobody's own: the local host's processes stay.
  w.say.node.clear();
  w.say.serial = 100'000;
  w.count(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  w.say.node = "yet another";
  w.say.serial = 1;
  w.count(w.say.exec({.pid = 5, .at = 1000, .exe = "/bin/other"}));
  w.say.node.clear();
  w.say.serial = 100'010;
  CHECK(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
}
