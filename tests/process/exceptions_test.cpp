// SPDX-License-Identifier: Apache-2.0
// Site exceptions, in the plugin and in scan: what they take, how that is told, and what a mistake costs.
#include <signal.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

constexpr char kRuleId[] = "dd52d45a-4602-4195-9018-ebe0f219c273";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string entry(const std::string& condition, const std::string& more = {}) {
  return std::string("[[exception]]\nrule_id = \"") + kRuleId + "\"\ncondition = '''" + condition +
         "'''\nreason = \"the test says so\"\n" + more;
}

// The shipped rule, and these exceptions of it.
class Site : public Place {
 public:
  explicit Site(const std::string& exceptions, const std::string& more_config = {}) {
    write_config("exceptions = \"" + path() + "\"\n" + more_config);
    use_shipped_rule();
    except(exceptions);
  }
  [[nodiscard]] std::string path() const { return file("exceptions.toml"); }
  void except(const std::string& text) const { write_file(path(), text); }
};

// One of the three alerts of live-stream.log.
constexpr char kLoopback6[] = "destination.ip == \"::1\" and destination.port == 4001";

TEST_CASE("live and scan give the same alerts with exceptions, and count what these took") {
  Place out;
  const std::string metrics = out.file("m.prom");
  const Site site(entry(kLoopback6), "[metrics]\npath = \"" + metrics + "\"\n");
  const std::string log = recording("live-stream");
  const Ran scan = audisp_eql_run({"scan", "--config", site.config(), "-"}, log);
  CHECK(scan.status == 0);
  const std::vector<std::string> left = alert_ids(scan.out);
  CHECK(left.size() == 2);
  CHECK_MESSAGE(has(scan.err, "     1  not given, of " + std::string(kRuleId) + ": exception " + site.path() +
                                  ":1: the test says so\n"),
                scan.err);

  FakeAuditd auditd(AUDISP_EQL, site.live_args());
  auditd.write(log);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(site.alerts())) == left);
  const std::string counted = read_file(metrics);
  CHECK(has(counted, "audisp_eql_alerts_excepted_total 1\n"));
  CHECK(has(counted, "audisp_eql_exception_hits_total{rule_id=\"" + std::string(kRuleId) +
                         "\",line=\"1\",reason=\"the test says so\"} 1\n"));
}

TEST_CASE("exceptions come and go with HUP, and USR1 says what each took") {
  Site site("");
  site.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, site.live_args());
  site.syslog().receive_until("start: 0 exceptions loaded, 0 refused");
  site.except(entry(kLoopback6) + entry("user.id == ") + entry("process.name == \"scnapp\"", "expires = 2020-01-01\n"));
  auditd.signal(SIGHUP);
  site.syslog().receive_until("exceptions.toml:7:27: expected a condition, found the end of the query");
  site.syslog().receive_until("exceptions.toml:13:11: this exception expired with 2020-01-01");
  site.syslog().receive_until("reload: 2 exceptions loaded, 1 refused");
  auditd.write(recording("live-stream"));
  site.syslog().receive_until("\"port\":4008}");
  auditd.signal(SIGUSR1);
  site.syslog().receive_until("state: exception " + site.path() + ":1 took 1 alerts of " + kRuleId + ": the test");
  site.syslog().receive_until("state: exception " + site.path() + ":9 took 0 alerts of ");
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(site.alerts())).size() == 2);
}

TEST_CASE("exceptions that cannot be read keep the old ones, and at the start take nothing") {
  Site site("[[exception");
  site.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, site.live_args());
  site.syslog().receive_until("exceptions.toml:1:");
  site.syslog().receive_until("start: 1 rules loaded, 0 refused");
  site.except(entry(kLoopback6));
  auditd.signal(SIGHUP);
  site.syslog().receive_until("reload: 1 exceptions loaded, 0 refused");
  site.except("[[exception");
  auditd.signal(SIGHUP);
  site.syslog().receive_until("the 1 old rules stay, and their exceptions");
  site.except(entry("true"));
  REQUIRE(::chmod(site.path().c_str(), 0666) == 0);
  auditd.signal(SIGHUP);
  site.syslog().receive_until("exceptions.toml can be changed by its group or by every user");
  site.syslog().receive_until("the 1 old rules stay, and their exceptions");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(site.alerts())).size() == 2);
}

TEST_CASE("scan uses the exceptions of the rules it uses, or those it is told") {
  const Site site(entry(kLoopback6));
  const std::string named = site.file("named.toml");
  write_file(named, entry("true"));
  const std::string bad = site.file("bad.toml");
  write_file(bad, entry("true") + entry(""));
  const std::string log = recording("live-stream");
  const struct {
    std::vector<std::string> args;
    std::size_t alerts;
    int status;
  } rows[] = {
      {{"--config", site.config()}, 2, 0},
      {{"--config", site.config(), "--exceptions", named}, 0, 0},
      {{"--config", site.config(), "--exceptions", site.file("none.toml")}, 3, 2},
      {{"--config", site.config(), "--rules", kRuleFile}, 3, 0},
      {{"--rules", kRuleFile, "--exceptions", named}, 0, 0},
      {{"--rules", kRuleFile, "--exceptions", bad}, 0, 2},
      {{"--rules", kRuleFile, "--exceptions", bad, "--keep-going"}, 0, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.args);
    std::vector<std::string> args = {"scan"};
    args.insert(args.end(), row.args.begin(), row.args.end());
    const Ran ran = audisp_eql_run(args, log);
    CHECK(ran.status == row.status);
    CHECK_MESSAGE(alert_ids(ran.out).size() == row.alerts, ran.err);
  }
}

TEST_CASE("results of exported events are taken as well") {
  Place place;
  write_file(place.file("e.toml"),
             "[[exception]]\nrule_id = \"query:1\"\ncondition = 'site.tag == \"b\"'\nreason = \"why not\"\n");
  const Ran ran = audisp_eql_run({"scan", "--input", "ndjson", "--query", "process where true", "--exceptions",
                                  place.file("e.toml"), "--id-field", "id"},
                                 "{\"@timestamp\":1,\"event\":{\"category\":\"process\"},\"id\":\"1\"}\n"
                                 "{\"@timestamp\":2,\"event\":{\"category\":\"process\"},\"id\":\"2\","
                                 "\"site\":{\"tag\":\"b\"}}\n");
  CHECK(ran.status == 0);
  CHECK(ran.out == "{\"ids\":[\"1\"]}\n");
  CHECK(has(ran.err, "     1  not given, of query:1: exception "));
}

TEST_CASE("check shows each exception, and what is wrong with one") {
  const Site site(entry(kLoopback6, "expires = 2999-12-31\n"));
  const Ran good = audisp_eql_run({"check", "--config", site.config()});
  CHECK(good.status == 0);
  CHECK(has(good.out, "ok: " + site.path() + ":1: exception of " + kRuleId + " until 2999-12-31: the test says so\n"));
  CHECK(has(good.out, "1 exception can be used, 0 cannot\n"));
  site.except(entry(kLoopback6, "expires = 2020-01-01\n") +
              "[[exception]]\nrule_id = \"dd52d45a\"\ncondition = \"user.id == '0'\"\nreason = \"r\"\n");
  const Ran bad = audisp_eql_run({"check", "--config", site.config()});
  CHECK(bad.status == 2);
  CHECK(has(bad.out, "exceptions.toml:5:11: warning: this exception expired"));
  CHECK(has(bad.out, "exceptions.toml:8:"));
  CHECK(has(bad.out, "1 exception can be used, 1 cannot\n"));
  site.except("[[exception]]\nrule_id = \"dd52d45a\"\ncondition = 'user.id == \"0\"'\nreason = \"r\"\n");
  const Ran unknown = audisp_eql_run({"check", "--config", site.config()});
  CHECK(unknown.status == 0);
  CHECK(has(unknown.out, "exceptions.toml:2:11: warning: no rule with the id dd52d45a is loaded"));
}

}  // namespace
}  // namespace audisp_eql::test
