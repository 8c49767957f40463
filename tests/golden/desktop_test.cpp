// SPDX-License-Identifier: Apache-2.0
// The rules for programs that a desktop session starts, on recordings of real
// sessions: each finds what it should, and nothing else.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

using Ports = std::vector<std::int64_t>;

constexpr char kSession[] = "xdg_autostart_session_network";
constexpr char kSessionAny[] = "xdg_autostart_session_network_any";
constexpr char kChild[] = "xdg_autostart_child_network";
constexpr char kChildAny[] = "xdg_autostart_child_network_any";
constexpr char kUnit[] = "xdg_autostart_unit_network";
constexpr char kUnitAny[] = "xdg_autostart_unit_network_any";

std::vector<alert::Alert> replay(const std::string& rule, const std::string& recording) {
  test::Replay run(SHIPPED_RULES "/" + rule + ".toml");
  run.feed(test::read_file(FIXTURES "/audit/" + recording + ".log"));
  return run.finish();
}

// The curl of mate.log asks port 53 instead of 8001, by a socket of `type` (socket(2)) whose making is recorded; no
// type, no record.
std::string with_lookup(const std::string& type) {
  std::string log = test::read_file(FIXTURES "/audit/mate.log");
  const std::size_t saddr = log.find("saddr=02001F41");
  REQUIRE(saddr != std::string::npos);
  log.replace(saddr, 14, "saddr=02000035");
  const std::size_t begin = log.rfind("type=SYSCALL", saddr);
  if (type.empty()) return log;
  std::string socket = log.substr(begin, log.find('\n', begin) + 1 - begin);
  // An event of its own: a millisecond before the connect, which has a0=5.
  const std::pair<std::string, std::string> changes[] = {
      {".318:", ".317:"},
      {"syscall=42", "syscall=41"},
      {"success=no exit=-115", "success=yes exit=5"},
      {"a0=5 ", "a0=2 "},
      {"a2=10 ", "a2=0 "},
      {"SYSCALL=connect", "SYSCALL=socket"},
      {"a1=55678ab8f548", "a1=" + type},
  };
  for (const auto& change : changes) {
    const std::size_t at = socket.find(change.first);
    REQUIRE_MESSAGE(at != std::string::npos, change.first);
    socket.replace(at, change.first.size(), change.second);
  }
  return log.insert(begin, socket);
}

// Sorted.
Ports ports_of(const std::vector<alert::Alert>& alerts) {
  Ports ports;
  for (const alert::Alert& alert : alerts) {
    REQUIRE(alert.destination);
    ports.push_back(*alert.destination->port);
  }
  std::sort(ports.begin(), ports.end());
  return ports;
}

}  // namespace

TEST_CASE("each rule finds what a desktop started, and nothing else") {
  // Ports of mate and lxqt: 8001 to 8003 curl, bash, python; 8004 curl of a script; 8005 a fork without exec; 8006 the
  // curl of a program of a script, a grandchild; 8007 curl to the local network. The others connect to loopback only.
  const Ports direct_any = {4000, 4001, 4002, 4004, 4005, 4007, 4008, 4010, 4011, 4013, 4014, 4015, 4016, 4017, 4018};
  const struct {
    std::string rule, recording;
    Ports ports;
  } rows[] = {
      {kSession, "mate", {8001, 8002, 8003}},
      {kSession, "lxqt", {8001, 8002, 8003}},
      {kSession, "gnome", {}},
      {kSession, "xfce", {}},
      {kSession, "shwrap", {}},
      {kSession, "direct", {}},
      {kSession, "pidreuse", {}},
      {kSessionAny, "mate", {8001, 8002, 8003, 8007}},
      {kSessionAny, "lxqt", {8001, 8002, 8003, 8007}},
      {kSessionAny, "gnome", {4444, 8123}},
      {kSessionAny, "xfce", {4444, 8123}},
      {kSessionAny, "shwrap", {}},          // a driver without a session manager started these
      {kSessionAny, "direct", direct_any},  // 4004: after 1.5 s
      {kSessionAny, "pidreuse", {}},
      {kChild, "mate", {8004, 8005}},
      {kChild, "lxqt", {8004, 8005}},
      {kChild, "gnome", {}},
      {kChild, "xfce", {}},
      {kChild, "shwrap", {}},
      {kChild, "direct", {}},
      {kChild, "pidreuse", {}},
      {kChildAny, "mate", {8004, 8005}},
      {kChildAny, "lxqt", {8004, 8005}},
      {kChildAny, "gnome", {}},
      {kChildAny, "xfce", {}},
      {kChildAny, "shwrap", {}},
      {kChildAny, "direct", {4006}},
      {kChildAny, "pidreuse", {}},
      {kUnit, "mate", {}},  // no log has units
      {kUnitAny, "mate", {}},
      {kUnitAny, "gnome", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.rule);
    CAPTURE(row.recording);
    CHECK(ports_of(replay(row.rule, row.recording)) == row.ports);
  }
}

TEST_CASE("the alert of a child names the child, and the script that the session started as its parent") {
  const std::vector<alert::Alert> alerts = replay(kChild, "mate");
  const auto curl = std::find_if(alerts.begin(), alerts.end(),
                                 [](const alert::Alert& a) { return a.destination && a.destination->port == 8004; });
  REQUIRE(curl != alerts.end());
  CHECK(curl->process.executable == "/usr/bin/curl");
  CHECK(curl->parent.executable == "/home/tester/bin/script.sh");
  REQUIRE(curl->evidence.size() == 2);
  CHECK(curl->evidence[0].pid == curl->parent.pid);
  CHECK(curl->evidence[1].pid == curl->process.pid);
}

TEST_CASE("the alert of an entry that GNOME starts shows what gio-launch-desktop became") {
  for (const alert::Alert& alert : replay(kSessionAny, "gnome")) {
    CHECK((alert.process.executable == "/usr/bin/curl" || alert.process.executable == "/usr/bin/bash"));
    CHECK(alert.parent.executable == "/usr/libexec/gnome-session-binary");
  }
}

TEST_CASE("a lookup of a name is left out where its socket is recorded and UDP, in a recording") {
  const std::string udp = "80002", tcp = "80001";  // with SOCK_CLOEXEC
  const struct {
    std::string type;
    Ports ports;
  } rows[] = {{udp, {8002, 8003}}, {"", {53, 8002, 8003}}, {tcp, {53, 8002, 8003}}};
  for (const auto& row : rows) {
    CAPTURE(row.type);
    test::Replay run(SHIPPED_RULES "/xdg_autostart_session_network.toml");
    run.feed(with_lookup(row.type));
    CHECK(ports_of(run.finish()) == row.ports);
  }
}
