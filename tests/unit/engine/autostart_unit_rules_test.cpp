// SPDX-License-Identifier: Apache-2.0
// The rules for autostart entries that systemd starts: which processes of a unit
// count, from when on, and what is left out. The unit comes from a fake /proc.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/engine/engine.h"
#include "tests/support/audit_events.h"
#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kManager[] = "/usr/lib/systemd/systemd";
constexpr char kUnit[] = "app-evil@autostart.service";
constexpr char kPublic[] = "198.51.100.7";
constexpr char kTuned[] = "unit_network";
constexpr char kAny[] = "unit_network_any";
constexpr std::uint32_t kManagerPid = 5;
constexpr std::uint32_t kEntryPid = 10;
constexpr std::uint32_t kChildPid = 20;

// The user's service manager, and what it and its children do in units.
struct Desk {
  struct Exec {
    std::uint32_t pid, ppid;
    std::int64_t at;
    std::string exe;
    std::string unit = kUnit;
    std::vector<std::string> args = {};
  };

  explicit Desk(const std::string& rule, std::uint32_t user = 1000) : engine(options(units)), user_id(user) {
    engine.set_rules(load_rules({test::read_source(SHIPPED_RULES "/xdg_autostart_" + rule + ".toml")}));
    REQUIRE(engine.rule_count() == 1);
    exec({kManagerPid, 1, 0, kManager, "init.scope"});
  }

  void exec(const Exec& it) {
    (*units)[it.pid] = it.unit;
    images[it.pid] = it.exe;
    give(say.exec({.pid = it.pid, .ppid = it.ppid, .at = it.at, .exe = it.exe}, it.args));
  }
  // The child executes nothing; `pid` may end.
  void fork(std::uint32_t pid, std::uint32_t ppid, std::int64_t at, std::uint32_t child) {
    images[child] = images[pid];
    give(say.fork({.pid = pid, .ppid = ppid, .at = at, .exe = images[pid]}, child));
  }
  // All alerts, after a connect.
  std::size_t connect(std::uint32_t pid, std::uint32_t ppid, std::int64_t at, std::string_view to = kPublic,
                      std::uint16_t port = 443) {
    give(say.connect({.pid = pid, .ppid = ppid, .at = at, .exe = images[pid]}, port, to));
    return alerts.size();
  }
  void make_socket(std::uint32_t pid, std::uint32_t ppid, std::int64_t at, audit::Transport transport) {
    give(say.socket({.pid = pid, .ppid = ppid, .at = at, .exe = images[pid]}, {3, transport, false}));
  }

  std::shared_ptr<std::map<std::uint32_t, std::string>> units =
      std::make_shared<std::map<std::uint32_t, std::string>>();
  Engine engine;
  std::uint32_t user_id;
  std::map<std::uint32_t, std::string> images;
  test::Script say;
  std::vector<alert::Alert> alerts;

 private:
  static EngineOptions options(const std::shared_ptr<std::map<std::uint32_t, std::string>>& units) {
    EngineOptions out;
    out.unit = [units](std::uint32_t pid) -> std::optional<entity::ProcUnit> {
      const auto found = units->find(pid);
      if (found == units->end()) return std::nullopt;
      return entity::ProcUnit{milliseconds(0), found->second};
    };
    return out;
  }
  void give(audit::AuditEvent event) {
    event.syscall.uid = event.syscall.euid = user_id;
    engine.handle(event, alerts);
  }
};

}  // namespace

TEST_CASE("an autostart unit is known by its name, however that is escaped, and no other unit is one") {
  const std::pair<std::string, std::size_t> rows[] = {
      {kUnit, 1},
      {"app-org.gnome.Evolution\\x2dalarm\\x2dnotify@autostart.service", 1},
      {"app-a\\x40b@autostart.service", 1},
      {"app-gnome-firefox-12.scope", 0},
      {"app-evil@1234.service", 0},
      {"evil@autostart.service", 0},
      {"app-evil@autostart.service.scope", 0},
      {"init.scope", 0},
      {"", 0},
  };
  for (const std::string rule : {kTuned, kAny}) {
    for (const auto& row : rows) {
      const std::string& unit = row.first;
      CAPTURE(rule);
      CAPTURE(unit);
      Desk desk(rule);
      desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/curl", unit});
      CHECK(desk.connect(kEntryPid, kManagerPid, 2000) == row.second);
    }
  }
}

TEST_CASE("every process of a unit counts, at any depth, and the alert names it and its unit") {
  Desk desk(kTuned);
  desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/dash"});
  desk.fork(kEntryPid, kManagerPid, 1100, kChildPid);
  desk.exec({kChildPid, kEntryPid, 1200, "/usr/bin/dash"});
  desk.fork(kChildPid, kEntryPid, 1300, 30);
  desk.exec({30, kChildPid, 1400, "/usr/bin/curl"});
  REQUIRE(desk.connect(30, kChildPid, 2000) == 1);
  const alert::Alert& alert = desk.alerts[0];
  CHECK(alert.process.executable == "/usr/bin/curl");
  CHECK(alert.process.systemd_unit == kUnit);
  REQUIRE(alert.evidence.size() == 2);
  CHECK(alert.evidence[0].pid == kEntryPid);
  CHECK(alert.evidence[1].pid == 30);

  Desk forked(kTuned);
  forked.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/python3.11"});
  forked.fork(kEntryPid, kManagerPid, 1100, kChildPid);
  CHECK(forked.connect(kChildPid, kEntryPid, 1200) == 1);
}

TEST_CASE("half a minute after the start of the unit, and not of what a panel starts in it later") {
  for (const std::string rule : {kTuned, kAny}) {
    CAPTURE(rule);
    const std::pair<std::int64_t, std::size_t> rows[] = {{31'000, 1}, {31'001, 0}};
    for (const auto& row : rows) {
      const std::int64_t at = row.first;
      CAPTURE(at);
      Desk desk(rule);
      desk.exec({kEntryPid, kManagerPid, 1000, "/home/u/panel"});
      desk.fork(kEntryPid, kManagerPid, 30'000, kChildPid);
      desk.exec({kChildPid, kEntryPid, 30'500, "/usr/bin/curl"});
      CHECK(desk.connect(kChildPid, kEntryPid, at) == row.second);
    }
    // By a helper that ends, as panels do: the child's parent is the manager, which is a subreaper.
    Desk desk(rule);
    desk.exec({kEntryPid, kManagerPid, 1000, "/home/u/panel"});
    desk.fork(kEntryPid, kManagerPid, 100'000, kChildPid);
    desk.fork(kChildPid, kEntryPid, 100'010, 30);
    desk.exec({30, kManagerPid, 100'100, "/usr/bin/curl"});
    CHECK(desk.connect(30, kManagerPid, 100'200) == 0);
    // A program of the user's in a unit of its own is not the panel's business either.
    desk.exec({40, kEntryPid, 100'300, "/usr/bin/curl", "app-curl-40.scope"});
    CHECK(desk.connect(40, kEntryPid, 100'400) == 0);
  }
}

TEST_CASE("a first program that was gone before anybody could look does not hide its children") {
  Desk desk(kTuned);
  desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/dash", ""});
  desk.fork(kEntryPid, kManagerPid, 1100, kChildPid);
  desk.exec({kChildPid, kEntryPid, 1200, "/usr/bin/curl"});
  CHECK(desk.connect(kChildPid, kEntryPid, 2000) == 1);
}

TEST_CASE("units of one name belong to users") {
  Desk desk(kTuned);
  desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/app"});
  desk.user_id = 1001;
  desk.exec({41, kEntryPid, 1500, "/usr/bin/curl"});
  CHECK(desk.connect(41, kEntryPid, 2000) == 0);
  desk.user_id = 1000;
  CHECK(desk.connect(kEntryPid, kManagerPid, 2100) == 1);
}

TEST_CASE("what the tuned rule leaves out is the program that the manager starts, with its unit") {
  const struct {
    std::string what;
    std::vector<std::pair<std::string, std::vector<std::string>>> execs;  // by the entry's process
    std::size_t alerts;
  } rows[] = {
      {"a program", {{"/usr/bin/app", {}}}, 1},
      {"a known one", {{"/usr/bin/nextcloud", {"nextcloud", "--background"}}}, 0},
      {"by systemd's own step", {{"/usr/lib/systemd/systemd-executor", {}}, {"/usr/bin/nextcloud", {}}}, 0},
      {"another by that step", {{"/usr/lib/systemd/systemd-executor", {}}, {"/usr/bin/app", {}}}, 1},
      {"that step's name elsewhere", {{"/home/u/systemd-executor", {}}}, 1},
      {"a known one that is told more", {{"/usr/bin/nextcloud", {"nextcloud", "-l=x"}}}, 1},
      {"a known one through env", {{"/usr/bin/env", {"env", "LD_PRELOAD=x"}}, {"/usr/bin/nextcloud", {}}}, 1},
      {"a panel", {{"/usr/bin/lxqt-panel", {"lxqt-panel", "-c", "x"}}}, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    for (const std::string rule : {kTuned, kAny}) {
      CAPTURE(rule);
      Desk desk(rule);
      for (const auto& exec : row.execs) desk.exec({kEntryPid, kManagerPid, 1000, exec.first, kUnit, exec.second});
      desk.fork(kEntryPid, kManagerPid, 1100, kChildPid);
      desk.exec({kChildPid, kEntryPid, 1200, "/usr/bin/curl"});
      CHECK(desk.connect(kChildPid, kEntryPid, 2000) == (rule == kAny ? 1 : row.alerts));
    }
  }
  // What asks whether a known program shall start is no start.
  Desk desk(kTuned);
  desk.exec({8, kManagerPid, 900, "/usr/lib/systemd/systemd-xdg-autostart-condition"});
  desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/nextcloud"});
  CHECK(desk.connect(kEntryPid, kManagerPid, 2000) == 0);
}

TEST_CASE("the tuned rule looks at public addresses, the other at all") {
  for (const char* address : {"127.0.0.53", "192.168.1.1", "fd00::1"}) {
    CAPTURE(address);
    Desk tuned(kTuned);
    tuned.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/app"});
    CHECK(tuned.connect(kEntryPid, kManagerPid, 2000, address) == 0);
    Desk any(kAny);
    any.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/app"});
    CHECK(any.connect(kEntryPid, kManagerPid, 2000, address) == 1);
  }
}

TEST_CASE("the tuned rule leaves out a lookup that is known to be UDP, and not what follows it") {
  const std::pair<std::optional<audit::Transport>, std::size_t> rows[] = {
      {audit::Transport::kUdp, 0}, {std::nullopt, 1}, {audit::Transport::kTcp, 1}};
  for (const auto& row : rows) {
    Desk desk(kTuned);
    desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/app"});
    if (row.first) desk.make_socket(kEntryPid, kManagerPid, 1100, *row.first);
    CHECK(desk.connect(kEntryPid, kManagerPid, 1200, kPublic, 53) == row.second);
  }
  Desk desk(kTuned);
  desk.exec({kEntryPid, kManagerPid, 1000, "/usr/bin/app"});
  desk.make_socket(kEntryPid, kManagerPid, 1100, audit::Transport::kUdp);
  CHECK(desk.connect(kEntryPid, kManagerPid, 1200, kPublic, 53) == 0);
  CHECK(desk.connect(kEntryPid, kManagerPid, 1400, kPublic, 443) == 1);
}
