// SPDX-License-Identifier: Apache-2.0
// The rules for autostart entries that are written: what counts as one, who is left
// out, and what must follow for the chain.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/engine/engine.h"
#include "tests/support/audit_events.h"
#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;
using Action = audit::FileChange::Action;
using Type = audit::FileChange::Type;

namespace {

constexpr char kEntry[] = "/home/u/.config/autostart/x.desktop";
constexpr std::int64_t kHour = 3'600'000;

RuleSet rule(const std::string& name) {
  return load_rules({test::read_source(SHIPPED_RULES "/xdg_autostart_" + name + ".toml")});
}

struct Desk {
  explicit Desk(const std::string& rule_name) : engine({}) { engine.set_rules(rule(rule_name)); }

  void write(const std::string& path, Action action = Action::kCreation, Type type = Type::kFile,
             const std::string& by = "/usr/bin/vi", std::uint32_t uid = 1000) {
    audit::AuditEvent event = say.file({.pid = 3, .at = 0, .exe = by}, action, path);
    std::get<audit::FileChange>(event.what).type = type;
    event.syscall.uid = event.syscall.euid = uid;
    engine.handle(event, alerts);
  }
  // A session manager of uid 1000 starts the program, which connects.
  void run(std::int64_t at, const std::string& exe = "/usr/bin/curl", std::string_view to = "198.51.100.7",
           const std::string& manager = "/usr/bin/mate-session", std::vector<std::string> args = {}) {
    start(at, exe, manager, std::move(args));
    connect(at, exe, to);
  }
  void start(std::int64_t at, const std::string& exe = "/usr/bin/curl",
             const std::string& manager = "/usr/bin/mate-session", std::vector<std::string> args = {}) {
    engine.handle(say.exec({.pid = 5, .at = at - 200, .exe = manager}), alerts);
    engine.handle(say.exec({.pid = 10, .ppid = 5, .at = at - 100, .exe = exe}, std::move(args)), alerts);
  }
  // Asks a resolver through a socket of its own, which it then closes.
  void look_up(std::int64_t at, audit::Transport transport) {
    const test::Says curl{.pid = 10, .ppid = 5, .at = at, .exe = "/usr/bin/curl"};
    engine.handle(say.socket(curl, {3, transport, false}), alerts);
    engine.handle(say.connect(curl, 53, "198.51.100.53"), alerts);
    engine.handle(say.socket(curl, {3, audit::Transport::kTcp, false}), alerts);
  }
  void connect(std::int64_t at, const std::string& exe = "/usr/bin/curl", std::string_view to = "198.51.100.7") {
    engine.handle(say.connect({.pid = 10, .ppid = 5, .at = at, .exe = exe}, 443, to), alerts);
  }

  Engine engine;
  test::Script say;
  std::vector<alert::Alert> alerts;
};

}  // namespace

TEST_CASE("an entry is written when a .desktop file, or the whole directory, comes into place") {
  const struct {
    std::string path;
    Action action;
    Type type;
    std::size_t alerts;
  } rows[] = {
      {kEntry, Action::kCreation, Type::kFile, 1},
      {kEntry, Action::kCreation, Type::kSymlink, 1},
      {kEntry, Action::kModification, Type::kFile, 1},
      {kEntry, Action::kRename, Type::kFile, 1},
      {kEntry, Action::kDeletion, Type::kFile, 0},
      {"/etc/xdg/autostart/x.desktop", Action::kCreation, Type::kFile, 1},
      {"/srv/conf/autostart/x.desktop", Action::kCreation, Type::kFile, 1},
      {"/home/u/.config/autostart/x.desktop.bak", Action::kRename, Type::kFile, 0},
      {"/home/u/.config/autostart/.goutputstream-K7", Action::kCreation, Type::kFile, 0},
      {"/home/u/.config/x.desktop", Action::kCreation, Type::kFile, 0},
      {"/home/u/.config/autostart", Action::kCreation, Type::kDirectory, 0},
      {"/home/u/.config/autostart", Action::kCreation, Type::kSymlink, 1},
      {"/home/u/.config/autostart", Action::kRename, Type::kDirectory, 1},
      {"/home/u/.config/autostart", Action::kDeletion, Type::kDirectory, 0},
      // A name alone is no match.
      {"", Action::kCreation, Type::kFile, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    CAPTURE(static_cast<int>(row.action));
    CAPTURE(static_cast<int>(row.type));
    Desk desk("entry_written");
    desk.write(row.path, row.action, row.type);
    CHECK(desk.alerts.size() == row.alerts);
  }
}

TEST_CASE("package managers are left out as root and for the whole system only") {
  const struct {
    std::string exe, path;
    std::uint32_t uid;
    std::size_t alerts;
  } rows[] = {
      {"/usr/bin/dpkg", "/etc/xdg/autostart/x.desktop", 0, 0},
      {"/usr/bin/dnf", "/usr/share/gnome/autostart/x.desktop", 0, 0},
      {"/usr/bin/dpkg", "/etc/xdg/autostart/x.desktop", 1000, 1},
      {"/usr/bin/dpkg", kEntry, 0, 1},
      {"/home/u/usr/bin/dpkg", "/etc/xdg/autostart/x.desktop", 0, 1},
      {"/usr/bin/cp", "/etc/xdg/autostart/x.desktop", 0, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.exe);
    CAPTURE(row.path);
    CAPTURE(row.uid);
    Desk desk("entry_written");
    desk.write(row.path, Action::kRename, Type::kFile, row.exe, row.uid);
    CHECK(desk.alerts.size() == row.alerts);
  }
}

TEST_CASE("an entry that is written, then a program of the session that calls out") {
  Desk desk("entry_written_then_run");
  desk.write(kEntry);
  CHECK(desk.alerts.empty());
  desk.run(kHour);
  REQUIRE(desk.alerts.size() == 1);
  REQUIRE(desk.alerts[0].evidence.size() == 3);
  CHECK(desk.alerts[0].evidence[0].file == kEntry);
  CHECK(desk.alerts[0].process.executable == "/usr/bin/curl");
  CHECK(desk.alerts[0].parent.executable == "/usr/bin/mate-session");
  CHECK(desk.alerts[0].rule.severity == alert::RuleSeverity::kHigh);
}

TEST_CASE("a lookup that is known to be UDP does not end the chain before the connection that it is for") {
  const std::pair<audit::Transport, std::int64_t> rows[] = {{audit::Transport::kUdp, 443},
                                                            {audit::Transport::kTcp, 53}};
  for (const auto& row : rows) {
    CAPTURE(row.second);
    Desk desk("entry_written_then_run");
    desk.write(kEntry);
    desk.start(kHour);
    desk.look_up(kHour, row.first);
    desk.connect(kHour);
    REQUIRE(desk.alerts.size() == 1);
    REQUIRE(desk.alerts[0].destination);
    CHECK(desk.alerts[0].destination->port == row.second);
  }
}

TEST_CASE("what is no chain") {
  const auto alerts_of = [](const auto& acts) {
    Desk desk("entry_written_then_run");
    acts(desk);
    return desk.alerts.size();
  };
  CHECK(alerts_of([](Desk& d) { d.run(kHour); }) == 0);
  CHECK(alerts_of([](Desk& d) {
          d.run(-kHour);
          d.write(kEntry);
        }) == 0);
  // Started before the entry was written, and connects again.
  CHECK(alerts_of([](Desk& d) {
          d.run(-kHour);
          d.write(kEntry);
          d.connect(kHour);
        }) == 0);
  CHECK(alerts_of([](Desk& d) {
          d.write("/etc/xdg/autostart/x.desktop", Action::kCreation, Type::kFile, "/usr/bin/cp", 0);
          d.run(kHour);
        }) == 0);
  const struct {
    std::string what, exe, to, manager;
    std::vector<std::string> args;
    std::int64_t at;
    std::size_t alerts;
  } rows[] = {
      {"by a shell", "/usr/bin/curl", "198.51.100.7", "/usr/bin/bash", {}, kHour, 0},
      {"to the local network", "/usr/bin/curl", "192.168.1.1", "/usr/bin/mate-session", {}, kHour, 0},
      {"a known program", "/usr/bin/nextcloud", "198.51.100.7", "/usr/bin/mate-session", {}, kHour, 0},
      {"one that is told more", "/usr/bin/nextcloud", "198.51.100.7", "/usr/bin/mate-session", {"n", "-l=x"}, kHour, 1},
      {"its base name", "/home/u/nextcloud", "198.51.100.7", "/usr/bin/mate-session", {}, kHour, 1},
      {"after twelve hours", "/usr/bin/curl", "198.51.100.7", "/usr/bin/mate-session", {}, 12 * kHour, 1},
      {"later", "/usr/bin/curl", "198.51.100.7", "/usr/bin/mate-session", {}, 12 * kHour + 1, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Desk desk("entry_written_then_run");
    desk.write(kEntry);
    desk.run(row.at, row.exe, row.to, row.manager, row.args);
    CHECK(desk.alerts.size() == row.alerts);
  }
}
