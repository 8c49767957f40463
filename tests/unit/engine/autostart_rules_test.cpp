// SPDX-License-Identifier: Apache-2.0
// What the rules for programs that a session manager starts leave out, and what
// tries to pass for it. Real sessions are in tests/golden/desktop_test.cpp.
#include <cstdint>
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

constexpr char kGio[] = "/usr/lib/x86_64-linux-gnu/glib-2.0/gio-launch-desktop";
constexpr std::uint32_t kManagerPid = 5;
constexpr std::uint32_t kEntryPid = 10;
constexpr std::uint32_t kChildPid = 20;

RuleSet rule(const std::string& name) {
  return load_rules({test::read_source(SHIPPED_RULES "/xdg_autostart_" + name + ".toml")});
}

// A session manager, and an entry that it starts by these execs in turn.
struct Session {
  struct Exec {
    std::string exe;
    std::vector<std::string> args;
    std::string path;
  };

  explicit Session(const std::string& rule_name, const std::string& manager = "/usr/libexec/gnome-session-binary")
      : engine({}) {
    engine.set_rules(rule(rule_name));
    engine.handle(say.exec({.pid = kManagerPid, .at = 0, .exe = manager}), alerts);
  }

  void start(const std::vector<Exec>& execs) {
    for (const Exec& exec : execs) {
      last = exec.exe;
      engine.handle(
          say.exec({.pid = kEntryPid, .ppid = kManagerPid, .at = 1000, .exe = exec.exe}, exec.args, exec.path), alerts);
    }
  }
  void child(const std::string& exe) {
    engine.handle(say.fork({.pid = kEntryPid, .ppid = kManagerPid, .at = 1100, .exe = last}, kChildPid), alerts);
    last = exe;
    engine.handle(say.exec({.pid = kChildPid, .ppid = kEntryPid, .at = 1200, .exe = exe}), alerts);
  }
  // Alerts of a connect by `pid`, who is a child of `ppid`.
  std::size_t connect(std::uint32_t pid, std::uint32_t ppid, std::string_view address = "198.51.100.7",
                      std::int64_t at = 2000, std::uint16_t port = 443) {
    engine.handle(say.connect({.pid = pid, .ppid = ppid, .at = at, .exe = last}, port, address), alerts);
    return alerts.size();
  }
  // What it then connects.
  void make_socket(std::uint32_t pid, std::uint32_t ppid, audit::Transport transport) {
    engine.handle(say.socket({.pid = pid, .ppid = ppid, .at = 1900, .exe = last}, {3, transport, false}), alerts);
  }

  Engine engine;
  test::Script say;
  std::string last;
  std::vector<alert::Alert> alerts;
};

}  // namespace

TEST_CASE("session managers are known by name wherever they are installed, and nobody else is one") {
  const std::pair<std::string, std::size_t> rows[] = {
      {"/usr/libexec/gnome-session-binary", 1},
      {"/usr/lib/gnome-session/gnome-session-binary", 1},
      {"/nix/store/0abc-gnome-session/libexec/gnome-session-binary", 1},
      {"/usr/bin/mate-session", 1},
      {"/usr/bin/lxqt-session", 1},
      {"/usr/bin/lxsession", 1},
      {"/usr/bin/xfce4-session", 1},
      {"/usr/local/bin/xfce4-session", 1},
      {"/usr/libexec/cinnamon-session-binary", 1},
      {"/usr/bin/cinnamon-session", 1},
      {"/usr/bin/ksmserver", 1},
      {"/usr/bin/plasma_session", 1},
      {"/usr/bin/budgie-session", 1},
      {"/usr/bin/startdde", 1},
      {"/usr/bin/bash", 0},
      {"/usr/bin/xfce4-session-settings", 0},
      {"/usr/bin/xfce4-session/other", 0},
  };
  for (const auto& row : rows) {
    const auto& manager = row.first;
    const std::size_t alerts = row.second;
    for (const std::string name : {"session_network", "session_network_any"}) {
      CAPTURE(manager);
      CAPTURE(name);
      Session session(name, manager);
      session.start({{"/usr/bin/curl", {}, {}}});
      CHECK(session.connect(kEntryPid, kManagerPid) == alerts);
    }
  }
}

TEST_CASE("a known program is left out when started in the usual way, and nothing passes for it") {
  const std::string good = "/usr/bin/nextcloud";
  const struct {
    std::string what;
    std::vector<Session::Exec> execs;
    std::size_t alerts;
  } rows[] = {
      {"as it is", {{good, {}, {}}}, 0},
      {"by gio-launch-desktop", {{kGio, {kGio, "nextcloud"}, {}}, {good, {}, {}}}, 0},
      {"one option", {{good, {"nextcloud", "--background"}, {}}}, 0},
      {"an option with a value", {{good, {"nextcloud", "--launcher=/tmp/x"}, {}}}, 1},
      {"a value of its own", {{good, {"nextcloud", "/tmp/x"}, {}}}, 1},
      {"two options", {{good, {"nextcloud", "--launcher", "x"}, {}}}, 1},
      {"its base name elsewhere", {{"/home/u/nextcloud", {}, {}}}, 1},
      {"through env", {{"/usr/bin/env", {"env", "LD_PRELOAD=x.so", "nextcloud"}, {}}, {good, {}, {}}}, 1},
      {"gio-launch-desktop elsewhere", {{"/home/u/gio-launch-desktop", {}, {}}}, 1},
      {"a script of that name", {{"/usr/bin/dash", {"sh", "/home/u/nextcloud"}, "/home/u/nextcloud"}}, 1},
      {"something else by gio-launch-desktop", {{kGio, {}, {}}, {"/usr/bin/curl", {}, {}}}, 1},
      {"its wrapper, a script", {{"/usr/bin/dash", {"/bin/sh", "-e"}, "/usr/bin/thunderbird"}}, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Session session("session_network");
    session.start(row.execs);
    CHECK(session.connect(kEntryPid, kManagerPid) == row.alerts);
    Session any("session_network_any");
    any.start(row.execs);
    CHECK(any.connect(kEntryPid, kManagerPid) == 1);
  }
}

TEST_CASE("the tuned rules look at public addresses, the others at all") {
  const std::pair<std::string_view, std::size_t> rows[] = {
      {"8.8.8.8", 1},       {"198.18.0.1", 1},  {"192.0.2.1", 1},       {"2001:db8::1", 1},     {"64:ff9b::808:808", 1},
      {"9.255.255.255", 1}, {"11.0.0.0", 1},    {"172.15.255.255", 1},  {"172.32.0.0", 1},      {"223.255.255.255", 1},
      {"0.0.0.0", 0},       {"10.0.0.1", 0},    {"100.64.0.1", 0},      {"127.0.0.53", 0},      {"169.254.169.254", 0},
      {"172.16.0.1", 0},    {"192.168.1.1", 0}, {"239.255.255.250", 0}, {"255.255.255.255", 0}, {"::", 0},
      {"::1", 0},           {"fd00::1", 0},     {"fe80::1", 0},         {"ff02::fb", 0},
  };
  for (const auto& row : rows) {
    const auto& address = row.first;
    const std::size_t alerts = row.second;
    CAPTURE(address);
    for (const std::string kind : {"session", "child"}) {
      CAPTURE(kind);
      const std::uint32_t pid = kind == "child" ? kChildPid : kEntryPid;
      const std::uint32_t ppid = kind == "child" ? kEntryPid : kManagerPid;
      Session tuned(kind + "_network");
      tuned.start({{"/usr/bin/app", {}, {}}});
      if (pid == kChildPid) tuned.child("/usr/bin/curl");
      CHECK(tuned.connect(pid, ppid, address) == alerts);
      Session any(kind + "_network_any");
      any.start({{"/usr/bin/app", {}, {}}});
      if (pid == kChildPid) any.child("/usr/bin/curl");
      CHECK(any.connect(pid, ppid, address) == 1);
    }
  }
}

TEST_CASE("the tuned rules leave out a lookup that is known to be UDP, and nothing that is not") {
  const struct {
    std::string what;
    std::optional<audit::Transport> transport;  // by its socket's record; nullopt: there is none
    std::uint16_t port;
    std::size_t tuned;
  } rows[] = {
      {"UDP to a resolver", audit::Transport::kUdp, 53, 0}, {"who knows", std::nullopt, 53, 1},
      {"TCP to a resolver", audit::Transport::kTcp, 53, 1}, {"other UDP", audit::Transport::kUdp, 443, 1},
      {"other TCP", audit::Transport::kTcp, 443, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    for (const std::string kind : {"session", "child"}) {
      CAPTURE(kind);
      const std::uint32_t pid = kind == "child" ? kChildPid : kEntryPid;
      const std::uint32_t ppid = kind == "child" ? kEntryPid : kManagerPid;
      const auto alerts_of = [&](const std::string& rule_name) {
        Session session(rule_name);
        session.start({{"/usr/bin/app", {}, {}}});
        if (pid == kChildPid) session.child("/usr/bin/curl");
        if (row.transport) session.make_socket(pid, ppid, *row.transport);
        return session.connect(pid, ppid, "198.51.100.7", 2000, row.port);
      };
      CHECK(alerts_of(kind + "_network") == row.tuned);
      CHECK(alerts_of(kind + "_network_any") == 1);
    }
  }
}

TEST_CASE(
    "children of panels are what the user starts; a known program's children are left out by the tuned rule only") {
  const struct {
    std::string what;
    std::vector<Session::Exec> execs;
    std::string child;
    std::size_t tuned, any;
  } rows[] = {
      {"a script", {{"/usr/bin/dash", {"/bin/sh", "/home/u/x"}, "/home/u/x"}}, "/usr/bin/curl", 1, 1},
      {"a panel, restored",
       {{"/usr/bin/xfce4-panel", {"xfce4-panel", "--sm-client-id", "2c"}, {}}},
       "/usr/bin/x",
       0,
       0},
      {"gnome-shell", {{kGio, {}, {}}, {"/usr/bin/gnome-shell", {}, {}}}, "/usr/bin/x", 0, 0},
      {"a window manager that is told what to start",
       {{"/usr/bin/openbox", {"openbox", "--startup", "curl"}, {}}},
       "/usr/bin/curl",
       1,
       1},
      {"a panel's name elsewhere", {{"/home/u/xfce4-panel", {}, {}}}, "/usr/bin/curl", 1, 1},
      {"a known program", {{"/usr/bin/thunderbird", {}, {}}}, "/usr/bin/x", 0, 1},
      {"a known program as the child", {{"/usr/bin/dash", {}, "/home/u/x"}}, "/usr/bin/nextcloud", 1, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const std::pair<std::string, std::size_t> rules[] = {{"child_network", row.tuned}, {"child_network_any", row.any}};
    for (const auto& rule : rules) {
      const std::string& name = rule.first;
      CAPTURE(name);
      Session session(name);
      session.start(row.execs);
      session.child(row.child);
      CHECK(session.connect(kChildPid, kEntryPid) == rule.second);
    }
  }
}

TEST_CASE("half a minute after the start, and not later") {
  const std::pair<std::int64_t, std::size_t> rows[] = {{30'999, 1}, {31'000, 1}, {31'001, 0}};
  for (const auto& row : rows) {
    const std::int64_t at = row.first;
    const std::size_t alerts = row.second;
    CAPTURE(at);
    Session session("session_network");
    session.start({{"/usr/bin/curl", {}, {}}});
    CHECK(session.connect(kEntryPid, kManagerPid, "198.51.100.7", at) == alerts);
    Session child("child_network");
    child.start({{"/home/u/x", {}, {}}});
    child.child("/usr/bin/curl");
    CHECK(child.connect(kChildPid, kEntryPid, "198.51.100.7", at) == alerts);
  }
}
