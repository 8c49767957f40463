// SPDX-License-Identifier: Apache-2.0
// The plugin started by root: who it is then, in every thread, and that it works as before. The account is one that
// every system has.
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

namespace fs = std::filesystem;

constexpr char kUser[] = "nobody";
// CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
constexpr char kBoth[] = "0000000000080004";
constexpr char kNone[] = "0000000000000000";

const passwd& account() {
  const passwd* entry = ::getpwnam(kUser);
  REQUIRE(entry != nullptr);
  return *entry;
}

bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("not root: a plugin started by us has nothing to give up");
  return false;
}

// The value of a line in a /proc status file.
std::string value(const std::string& status, const std::string& name) {
  const std::size_t at = status.find("\n" + name + ":\t");
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + name.size() + 3;
  return status.substr(begin, status.find('\n', begin) - begin);
}

std::string four_times(unsigned id) {
  const std::string text = std::to_string(id);
  return text + "\t" + text + "\t" + text + "\t" + text;
}

struct Expected {
  unsigned uid, gid;
  std::string capabilities;
};

// The reader's, the engine's, the disk's, and who looks for entries. One that read a command line at the start may not
// be gone yet.
std::vector<fs::path> threads_of(int pid) {
  constexpr std::size_t kThreads = 4;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    std::vector<fs::path> found;
    std::error_code gone;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone))
      found.push_back(task.path());
    if (found.size() == kThreads) return found;
    CAPTURE(found.size());
    REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
  }
}

// Every thread: what is one thread's is not always the other's.
void check_threads(int pid, const Expected& expected) {
  for (const fs::path& thread : threads_of(pid)) {
    const std::string status = read_file(thread / "status");
    CAPTURE(status);
    CHECK(value(status, "Uid") == four_times(expected.uid));
    CHECK(value(status, "Gid") == four_times(expected.gid));
    CHECK(value(status, "CapInh") == kNone);
    CHECK(value(status, "CapPrm") == expected.capabilities);
    CHECK(value(status, "CapEff") == expected.capabilities);
    CHECK(value(status, "CapBnd") == kNone);
    CHECK(value(status, "CapAmb") == kNone);
    CHECK(value(status, "NoNewPrivs") == "1");
    CHECK(value(status, "Seccomp") == "2");
    if (expected.uid != 0) CHECK(value(status, "Groups").find_first_not_of(' ') == std::string::npos);
  }
  const std::string limits = read_file("/proc/" + std::to_string(pid) + "/limits");
  const std::size_t core = limits.find("Max core file size");
  CHECK(limits.substr(core, limits.find('\n', core) - core).find(" 0 ") != std::string::npos);
}

TEST_CASE("root's plugin becomes another user with two capabilities, and finds the same") {
  if (!is_root()) return;
  Place place({}, kUser);
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("capabilities: CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH");
  place.syslog().receive_until("start: 1 rules loaded, 0 refused");
  check_threads(auditd.pid(), {account().pw_uid, account().pw_gid, kBoth});
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
  struct stat st {};
  REQUIRE(::stat(place.alerts().c_str(), &st) == 0);
  CHECK(st.st_uid == account().pw_uid);
  CHECK((st.st_mode & 07777) == 0640);
}

TEST_CASE("without proc_enrichment and desktop_entries no capability is left; root's TERM still stops it") {
  if (!is_root()) return;
  Place place("proc_enrichment = false\ndesktop_entries = false", kUser);
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("capabilities: none");
  place.syslog().receive_until("start: 1 rules loaded, 0 refused");
  check_threads(auditd.pid(), {account().pw_uid, account().pw_gid, kNone});
  auditd.write(recording("live-stream"));
  auditd.signal(SIGTERM);
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("HUP reads config and rules as that user; what it cannot read or could write is told") {
  if (!is_root()) return;
  Place place("desktop_entries = false", kUser);  // with it every file can be read
  place.use_shipped_rule();
  place.syslog().start();
  const std::string rule = place.rules() + "/first.toml";
  fs::permissions(rule, fs::perms(0640));
  REQUIRE(::chown(rule.c_str(), 0, account().pw_gid) == 0);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("start: 1 rules loaded");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("reload: 1 rules loaded, 0 refused");

  REQUIRE(::chown(rule.c_str(), 0, 0) == 0);
  auditd.signal(SIGHUP);
  const std::string unread = place.syslog().receive_until("cannot read " + rule + ": Permission denied");
  CHECK(unread.find("chgrp " + std::to_string(account().pw_gid) + " " + rule) != std::string::npos);
  place.syslog().receive_until("the 1 old rules stay");

  REQUIRE(::chown(rule.c_str(), account().pw_uid, 0) == 0);
  auditd.signal(SIGHUP);
  const std::string own = place.syslog().receive_until("first.toml belongs to user");
  CHECK(own.find("not to root (hint: chown root " + rule) != std::string::npos);
  place.syslog().receive_until("the 1 old rules stay");

  place.write_config("desktop_entries = false\nproc_enrichment = false");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("changed host, user or limits count from the next start");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("a user that does not exist: root without capabilities reads on, and says so again and again") {
  if (!is_root()) return;
  Place place("heartbeat_seconds = 1", "no-such-user");
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  constexpr char kComplaint[] = "still root: there is no user `no-such-user`";
  const std::string said = place.syslog().receive_until(kComplaint);
  CHECK(said.substr(0, 4) == "<26>");  // daemon, critical
  CHECK(said.find("useradd --system no-such-user") != std::string::npos);
  check_threads(auditd.pid(), {0, 0, kBoth});
  place.syslog().receive_until("alive:");
  place.syslog().receive_until(kComplaint);
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("an alert file that cannot be reopened is told with what to do, and the old one is used") {
  if (!is_root()) return;
  Place place({}, kUser);
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("start: 1 rules loaded");
  fs::rename(place.alerts(), place.alerts() + ".1");
  REQUIRE(::chown(place.file("out").c_str(), 0, 0) == 0);
  auditd.signal(SIGHUP);
  const std::string said = place.syslog().receive_until("cannot write " + place.alerts() + ": Permission denied");
  CHECK(said.find("chown " + std::to_string(account().pw_uid) + " " + place.alerts()) != std::string::npos);
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts() + ".1")).size() == 3);
}

TEST_CASE("check says that the plugin's user is not there, unless it is asked for rules alone") {
  Place place({}, "no-such-user");
  place.use_shipped_rule();
  const Ran all = audisp_eql_run({"check", "--config", place.config()});
  CHECK(all.status == 0);
  CHECK(all.out.find("warning: live would stay root: there is no user `no-such-user`") != std::string::npos);
  const Ran rules = audisp_eql_run({"check", "--config", place.config(), place.rules()});
  CHECK(rules.status == 0);
  CHECK(rules.out.find("no-such-user") == std::string::npos);
  CHECK(all.out.find("\nkernel: ") != std::string::npos);
  CHECK(rules.out.find("\nkernel: ") == std::string::npos);
}

// Otherwise the file would be root's, and the plugin could not write to it.
TEST_CASE("the test alert goes the way that live's go: a new file belongs to the plugin's user") {
  if (!is_root()) return;
  Place place({}, kUser);
  place.use_shipped_rule();
  place.syslog().start();
  const Ran ran = audisp_eql_run({"check", "--config", place.config(), "--send-test-alert"});
  CAPTURE(ran.out);
  CHECK(ran.status == 0);
  CHECK(ran.out.find("live would stay root") == std::string::npos);
  // What the kernel of this machine records is another matter, and comes before.
  const std::size_t kernel = ran.out.find("\nkernel: ");
  REQUIRE(kernel != std::string::npos);
  CHECK(ran.out.find("warning", kernel) == std::string::npos);
  struct stat st {};
  REQUIRE(::stat(place.alerts().c_str(), &st) == 0);
  CHECK(st.st_uid == account().pw_uid);
}

}  // namespace
}  // namespace audisp_eql::test
