// SPDX-License-Identifier: Apache-2.0
// The plugin as auditd runs it: how it begins, ends, and is spoken to.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

constexpr char kRuleId[] = "dd52d45a-4602-4195-9018-ebe0f219c273";

TEST_CASE("end of file drains everything and exits 0") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
  std::size_t alerts = 0;
  for (const std::string& datagram : place.syslog().take_all()) {
    if (datagram.find(kRuleId) == std::string::npos) continue;
    ++alerts;
    CHECK(datagram.substr(0, 4) == "<84>");  // authpriv, warning: medium
    CHECK(datagram.find(" audisp-eql[") != std::string::npos);
    CHECK(datagram.find("]: @cee: {\"@timestamp\":") != std::string::npos);
    CHECK(datagram.size() <= 8096);
  }
  CHECK(alerts == 3);
}

TEST_CASE("no records at all: exits 0") {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("TERM from the parent stops, with what was sent before") {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  auditd.signal(SIGTERM);
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("TERM from another process goes on reading to the end of file") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.signal_from_other(SIGTERM);
  auditd.signal(SIGUSR1);  // answered after TERM was seen
  place.syslog().receive_until("state:");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("TERM from another process ends it within seconds even without end of file") {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  const auto before = std::chrono::steady_clock::now();
  auditd.signal_from_other(SIGTERM);
  CHECK(auditd.wait() == 0);
  CHECK(std::chrono::steady_clock::now() - before > std::chrono::seconds(2));
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("HUP loads new rules; a bad one keeps the old") {
  Place place;
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("no usable rule");
  place.use_shipped_rule();
  auditd.signal(SIGHUP);
  place.syslog().receive_until("reload: 1 rules loaded, 0 refused");
  place.write_rule("bad.toml", "[rule]\nname = 1\n");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("bad.toml:");
  place.syslog().receive_until("the 1 old rules stay");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("a rule that the config disables does not run, from the next reload on") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("start: 1 rules loaded, 0 refused, 0 disabled");
  place.write_rule("second.toml",
                   "[rule]\nname = \"any connect\"\nrule_id = \"second\"\ntype = \"eql\"\nseverity = \"low\"\n"
                   "risk_score = 1\nquery = \"network where destination.port == 4008\"\n");
  place.write_config(std::string("disabled_rules = [\"") + kRuleId + "\", \"secnd\"]\n");
  auditd.signal(SIGHUP);
  // It is in force: nothing is said of a next start.
  for (std::string said; said.find("did you mean \"second\"?") == std::string::npos; said = place.syslog().receive()) {
    CHECK_MESSAGE(said.find("from the next start") == std::string::npos, said);
  }
  place.syslog().receive_until("reload: 1 rules loaded, 0 refused, 1 disabled");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::string alerts = read_file(place.alerts());
  CHECK(alerts.find("\"id\":\"second\"") != std::string::npos);
  CHECK(alerts.find(kRuleId) == std::string::npos);
}

TEST_CASE("a rule written between two reloads is used for what comes later, and only that") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("start: 1 rules loaded");
  std::filesystem::remove(place.rules() + "/first.toml");
  place.write_rule("second.toml",
                   "[rule]\nname = \"any connect\"\nrule_id = \"second\"\ntype = \"eql\"\nseverity = \"low\"\n"
                   "risk_score = 1\nquery = \"network where destination.port == 4008\"\n");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("reload: 1 rules loaded, 0 refused");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::string alerts = read_file(place.alerts());
  CHECK(alerts.find("\"id\":\"second\"") != std::string::npos);
  CHECK(alerts.find(kRuleId) == std::string::npos);
}

TEST_CASE("a bad config means the defaults, is said as critical, and is mended by HUP") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  place.write_config("unknown_key = 1");
  FakeAuditd auditd(AUDISP_EQL, {"--config", place.config(), "--rules", place.rules()});
  // The default socket is not ours: only the reload tells us.
  auditd.write(recording("live-stream").substr(0, 1000));
  place.write_config("");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("reload: 1 rules loaded");
  CHECK(auditd.is_running());
  place.write_config("unknown_key = 1");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("config.toml:3:1: unknown key `unknown_key`");
  place.syslog().receive_until("the old config stays");
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

// The defaults, which a bad config means at the start, name other rules: they must not come in at a reload.
TEST_CASE("HUP with a broken config keeps the rules that run, whatever lies in the default place") {
  Place place;
  place.write_rule("own.toml",
                   "[rule]\nname = \"own\"\nrule_id = \"own\"\ntype = \"eql\"\nseverity = \"low\"\n"
                   "risk_score = 1\nquery = \"network where destination.port == 4008\"\n");
  place.syslog().start();
  FakeAuditd auditd(
      "/usr/bin/unshare",
      {"-m", "/bin/sh", "-c",
       "mount -t tmpfs tmpfs /etc && mkdir -p /etc/audisp-eql/rules && cp \"$0\" /etc/audisp-eql/rules/ && "
       "exec \"$1\" --config \"$2\"",
       kRuleFile, AUDISP_EQL, place.config()});
  place.syslog().receive_until("start: 1 rules loaded");
  place.write_config("unknown_key = 1");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("the old config stays");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::string alerts = read_file(place.alerts());
  CHECK(alert_ids(alerts).size() == 1);
  CHECK(alerts.find("\"id\":\"own\"") != std::string::npos);
}

TEST_CASE("a heartbeat repeats that there is no usable rule") {
  Place place("heartbeat_seconds = 1");
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("no usable rule");
  place.syslog().receive_until("alive:");
  const std::string again = place.syslog().receive_until("no usable rule");
  CHECK(again.substr(0, 4) == "<26>");  // daemon, critical
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("USR1 prints all counters") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("rules loaded");
  auditd.signal(SIGUSR1);
  std::string state;
  while (state.find(" alerts=") == std::string::npos) state += place.syslog().receive_until("state:");
  for (const char* name : {" rules=1", " lines=", " lines_dropped=0", " syslog_alerts_dropped=0", " partials="}) {
    CAPTURE(name);
    CHECK(state.find(name) != std::string::npos);
  }
  CHECK(auditd.is_running());
}

TEST_CASE("counters are written for Prometheus, whole, for others to read") {
  Place place;
  place.use_shipped_rule();
  place.write_config("[metrics]\npath = \"" + place.file("eql.prom") + "\"\n");
  REQUIRE(::mkfifo(place.file("eql.prom.new").c_str(), 0666) == 0);  // somebody's, to make the writer wait
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::string metrics = read_file(place.file("eql.prom"));
  CHECK(metrics.find("# TYPE audisp_eql_alerts_total counter\naudisp_eql_alerts_total 3\n") != std::string::npos);
  CHECK(metrics.find("audisp_eql_rule_alerts_total{rule_id=\"" + std::string(kRuleId) + "\"} 3\n") !=
        std::string::npos);
  struct stat st {};
  REQUIRE(::stat(place.file("eql.prom").c_str(), &st) == 0);
  CHECK((st.st_mode & 0777U) == 0644U);
  CHECK_FALSE(std::filesystem::exists(place.file("eql.prom.new")));
}

// The file sink writes to a FIFO, which tells when the alerts have been made.
TEST_CASE("a syslog socket that is not there at the start is used when it appears") {
  Place place;
  place.use_shipped_rule();
  REQUIRE(::mkfifo(place.alerts().c_str(), 0600) == 0);
  const plugin::UniqueFd fifo(::open(place.alerts().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  std::string lines;
  while (std::count(lines.begin(), lines.end(), '\n') < 3) {
    pollfd ready = {fifo.get(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 10'000) == 1);
    std::array<char, 65536> buffer;
    const ssize_t n = ::read(fifo.get(), buffer.data(), buffer.size());
    if (n > 0) lines.append(buffer.data(), static_cast<std::size_t>(n));
  }
  place.syslog().start();
  for (const std::string& id : alert_ids(lines)) {
    CAPTURE(id);
    CHECK(place.syslog().receive_until(kRuleId).find("\"pid\":") != std::string::npos);
  }
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("without a syslog daemon it ends as well, with its alerts in the file") {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
}

TEST_CASE("a rule that others can write is not used, and the message says what to do") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  std::filesystem::permissions(place.rules() + "/first.toml", std::filesystem::perms(0666));
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  const std::string said = place.syslog().receive_until("first.toml can be changed by its group or by every user");
  CHECK(said.find("chmod go-w") != std::string::npos);
  place.syslog().receive_until("no usable rule");
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("a silent stream: an event without its end is taken as it is") {
  Place place("[input]\nidle_milliseconds = 100\n");
  place.use_shipped_rule();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  std::string log = recording("live-stream");
  const std::size_t last = log.find("type=EOE", log.find("saddr=02000FA0"));  // port 4000
  auditd.write(log.substr(0, last));
  const std::string alert = place.syslog().receive_until(kRuleId);
  CHECK(alert.find("\"port\":4000") != std::string::npos);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

}  // namespace
}  // namespace audisp_eql::test
