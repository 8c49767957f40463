// SPDX-License-Identifier: Apache-2.0
// What must not lose an alert, and what must not stop the plugin.
#include <signal.h>
#include <sys/mount.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"
#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

// Alike alerts by the hundred: none is to be held back here.
constexpr char kNoStorm[] = "[storm]\nenabled = false\n";

constexpr char kConnectRule[] =
    "[rule]\nname = \"any connect\"\nrule_id = \"connect\"\ntype = \"eql\"\nseverity = \"low\"\n"
    "risk_score = 1\nquery = \"network where event.action == \\\"connection_attempted\\\"\"\n";

std::string connects(unsigned from, unsigned to) {
  std::string text;
  for (; from <= to; ++from) {
    const Actor actor{.pid = 1000 + from % 1000, .uid = 1000, .exe = "/usr/bin/x"};
    text +=
        connect_event(actor, {1'795'506'100'000 + from % 1000, from}, static_cast<std::uint16_t>(from % 60'000 + 1));
  }
  return text;
}

unsigned serial_of(const std::string& datagram) {
  const std::size_t at = datagram.find("\"serial\":");
  REQUIRE(at != std::string::npos);
  return static_cast<unsigned>(std::stoul(datagram.substr(at + 9)));
}

// The serials of alerts in the order of arrival, until the last of `to`.
std::vector<unsigned> serials_until(SyslogServer& server, unsigned to) {
  std::vector<unsigned> serials;
  while (serials.empty() || serials.back() != to) {
    serials.push_back(serial_of(server.receive_until("\"id\":\"connect\"")));
  }
  return serials;
}

std::vector<unsigned> range(unsigned from, unsigned to) {
  std::vector<unsigned> all;
  for (; from <= to; ++from) all.push_back(from);
  return all;
}

// Asks for the state, and gives its lines; alerts that come before it are put to `serials`.
std::string state_of(FakeAuditd& auditd, SyslogServer& server, std::vector<unsigned>& serials) {
  auditd.signal(SIGUSR1);
  std::string state;
  while (state.find(" alerts=") == std::string::npos) {
    const std::string datagram = server.receive();
    if (datagram.find("\"id\":\"connect\"") != std::string::npos) serials.push_back(serial_of(datagram));
    if (datagram.find("state:") != std::string::npos) state += datagram;
  }
  return state;
}

// A file system of 64 KiB.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    REQUIRE_MESSAGE(::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=64k") == 0, "needs root");
  }
  ~SmallDisk() { ::umount2(path_.c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  std::string path_;
};

// Waits until so many bytes are in a file: the disk thread writes when it can.
void await_size(const std::string& path, std::uintmax_t bytes) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::error_code error;
  while (std::filesystem::file_size(path, error) < bytes || error) REQUIRE(std::chrono::steady_clock::now() < end);
}

// The same for so many alerts in the file.
void await_alerts(const Place& place, std::ptrdiff_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::ptrdiff_t lines = 0;
  while (lines < count) {
    INFO(lines << " of " << count << " alerts");
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::ifstream in(place.alerts());
    lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }
}

TEST_CASE("killed between spool and daemon: the next run sends all, in order, once") {
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  constexpr unsigned kAlerts = 100;
  {
    FakeAuditd auditd(AUDISP_EQL, place.live_args());
    auditd.write(connects(1, kAlerts));
    // Each record has the alert's text and more; the file sink has them too.
    await_alerts(place, kAlerts);
    await_size(place.spool(), std::filesystem::file_size(place.alerts()));
    auditd.signal(SIGKILL);
    CHECK(auditd.wait() != 0);
  }
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(connects(kAlerts + 1, kAlerts + 10));
  CHECK(serials_until(place.syslog(), kAlerts + 10) == range(1, kAlerts + 10));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(std::filesystem::file_size(place.spool()) < 100);
}

TEST_CASE("a daemon that is restarted again and again while alerts flow gets every one") {
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("1 rules loaded");
  std::vector<unsigned> received;
  constexpr unsigned kRounds = 20, kEach = 50;
  for (unsigned round = 0; round < kRounds; ++round) {
    auditd.write(connects(round * kEach + 1, (round + 1) * kEach));
    // What a stopping daemon has in its socket is lost to us: take it first.
    for (const unsigned serial : serials_until(place.syslog(), (round + 1) * kEach)) received.push_back(serial);
    place.syslog().stop();
    auditd.write(connects(kRounds * kEach + round + 1, kRounds * kEach + round + 1));
    await_alerts(place, (round + 1) * (kEach + 1));
    place.syslog().start();
    received.push_back(serials_until(place.syslog(), kRounds * kEach + round + 1).back());
  }
  std::sort(received.begin(), received.end());
  CHECK(received == range(1, kRounds * (kEach + 1)));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("a full disk under the spool: memory keeps what it can, and the rest is counted") {
  Place place;
  place.write_rule("connect.toml", kConnectRule);
  const SmallDisk disk(place.file("disk"));
  write_file(place.config(), "user = \"root\"\nrules = [\"" + place.rules() +
                                 "\"]\n[syslog]\nqueue_messages = 16\nsocket = \"" + place.syslog().path() +
                                 "\"\n[file]\npath = \"" + place.alerts() + "\"\n[spool]\npath = \"" +
                                 place.file("disk/spool") + "\"\n[state]\npath = \"\"\n" + kNoStorm);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  constexpr unsigned kAlerts = 500;
  auditd.write(connects(1, kAlerts));
  await_alerts(place, kAlerts);
  place.syslog().start();
  std::vector<unsigned> serials;
  std::string state;
  while (state.find(" spool_waiting=0 ") == std::string::npos) state = state_of(auditd, place.syslog(), serials);
  CHECK(serials == range(1, static_cast<unsigned>(serials.size())));
  CHECK(serials.size() > 30);
  CHECK(serials.size() < kAlerts);
  CHECK_MESSAGE(state.find(" alerts_lost=" + std::to_string(kAlerts - serials.size()) + " ") != std::string::npos,
                state);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("HUP upon HUP, with good and bad rules in turn: nothing is lost and good rules win") {
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("start: 1 rules loaded");
  constexpr unsigned kRounds = 200;
  for (unsigned round = 1; round <= kRounds; ++round) {
    place.write_rule("connect.toml", round % 2 == 0 ? kConnectRule : "[rule]\nquery = \"process where");
    auditd.signal(SIGHUP);
    auditd.write(connects(round, round));
  }
  CHECK(serials_until(place.syslog(), kRounds) == range(1, kRounds));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

// The plugin with faults_preload.cpp in it.
class Faults {
 public:
  explicit Faults(Place& place) : folder_(place.file("faults")) { std::filesystem::create_directory(folder_); }

  void set(const std::string& name, const std::string& value) const { write_file(folder_ + "/" + name, value); }
  [[nodiscard]] std::vector<std::string> environment() const {
    return {std::string("LD_PRELOAD=") + FAULTS_PRELOAD, "FAULTS=" + folder_};
  }

 private:
  std::string folder_;
};

// Its library must come before a sanitizer's, which must come first; the plain build runs these.
bool can_preload() {
#ifdef __SANITIZE_ADDRESS__
  MESSAGE("not under AddressSanitizer: nothing can be preloaded there");
  return false;
#else
  return true;
#endif
}

TEST_CASE("a disk that hangs holds up neither alerts nor the end") {
  if (!can_preload()) return;
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  const Faults faults(place);
  faults.set("hang", "");
  FakeAuditd auditd(AUDISP_EQL, place.live_args(), faults.environment());
  constexpr unsigned kAlerts = 50;
  auditd.write(connects(1, kAlerts));
  // Without a daemon they go to the spool, where the disk thread stays.
  await_size(place.spool(), kAlerts * 100);
  place.syslog().start();
  CHECK(serials_until(place.syslog(), kAlerts) == range(1, kAlerts));
  auditd.write(connects(kAlerts + 1, kAlerts + 5));
  CHECK(serials_until(place.syslog(), kAlerts + 5) == range(kAlerts + 1, kAlerts + 5));
  auditd.close_input();
  CHECK(auditd.wait(30) == 0);
}

TEST_CASE("the wall clock is set by an hour, forth and back, while the plugin runs") {
  if (!can_preload()) return;
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  place.syslog().start();
  const Faults faults(place);
  FakeAuditd auditd(AUDISP_EQL, place.live_args(), faults.environment());
  unsigned serial = 0;
  std::string last_hour;
  for (const char* offset : {"0", "3600", "-3600", "0"}) {
    faults.set("clock", offset);
    auditd.write(connects(serial + 1, serial + 3));
    CHECK(serials_until(place.syslog(), serial + 2) == range(serial + 1, serial + 2));
    const std::string datagram = place.syslog().receive_until("\"id\":\"connect\"");
    CHECK(serial_of(datagram) == serial + 3);
    // The fault is real: the alert was made in another hour.
    const std::string hour = datagram.substr(datagram.find("\"created\":\"") + 11, 13);
    CHECK(hour != last_hour);
    last_hour = hour;
    serial += 3;
  }
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("what neither syslog nor the spool took is counted when the plugin ends") {
  Place place(kNoStorm);
  place.write_rule("connect.toml", kConnectRule);
  const SmallDisk disk(place.file("disk"));
  write_file(place.config(), "user = \"root\"\nrules = [\"" + place.rules() + "\"]\n[syslog]\nsocket = \"" +
                                 place.syslog().path() + "\"\n[spool]\npath = \"" + place.file("disk/spool") +
                                 "\"\n[state]\npath = \"\"\n[metrics]\npath = \"" + place.file("out/m.prom") + "\"\n" +
                                 kNoStorm);
  constexpr unsigned kAlerts = 500;
  {
    FakeAuditd auditd(AUDISP_EQL, place.live_args());
    auditd.write(connects(1, kAlerts));
    auditd.close_input();
    CHECK(auditd.wait(30) == 0);
  }
  const std::string metrics = read_file(place.file("out/m.prom"));
  const std::string name = "\naudisp_eql_alerts_lost_total ";
  const std::size_t at = metrics.find(name);
  REQUIRE(at != std::string::npos);
  const unsigned lost = static_cast<unsigned>(std::stoul(metrics.substr(at + name.size())));
  CHECK(lost > 0);
  CHECK(lost < kAlerts);
  // The rest comes with the next run.
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  CHECK(serials_until(place.syslog(), kAlerts - lost) == range(1, kAlerts - lost));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

std::size_t resident_kib(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

TEST_CASE("ten thousand reloads leave no memory behind") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  const auto reload_until = [&](int count) {
    // Requests that meet a running reload become one: ask until all were done.
    for (int done = 0; done < count;) {
      auditd.signal(SIGHUP);
      auditd.signal(SIGUSR1);
      std::string state;
      while (state.find(" alerts=") == std::string::npos) state += place.syslog().receive_until("state:");
      const std::size_t at = state.find(" reloads=");
      REQUIRE(at != std::string::npos);
      done = std::stoi(state.substr(at + 9));
    }
  };
  reload_until(1000);
  const std::size_t before = resident_kib(auditd.pid());
  reload_until(10'000);
  const std::size_t after = resident_kib(auditd.pid());
  MESSAGE("resident: " << before << " KiB after 1,000 reloads, " << after << " KiB after 10,000");
  CHECK(after < before + before / 10);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

}  // namespace
}  // namespace audisp_eql::test
