// SPDX-License-Identifier: Apache-2.0
// scan and check as people run them: what comes out where, and the exit status.
#include <filesystem>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

constexpr char kXfce[] = FIXTURES "/audit/xfce.log";
constexpr char kGnome[] = FIXTURES "/audit/gnome.log";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("exit status and message") {
  Place place;
  const std::string bad_rule = place.file("bad.toml");
  write_file(bad_rule,
             "[rule]\nname = \"n\"\nrule_id = \"x\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
             "query = \"process where proces.name ==\"\n");
  const std::string bad_config = place.file("bad_config.toml");
  write_file(bad_config, "heartbeet_seconds = 5\n");
  const std::string empty = place.file("empty.log");
  write_file(empty, "");
  const std::string interpreted = place.file("interpreted.log");
  write_file(interpreted, "type=SYSCALL msg=audit(11/24/26 07:41:02.930:5655) : arch=x86_64 syscall=connect\n");
  const std::string journal = place.file("journal.log");
  write_file(journal, "Nov 24 07:41:02 desk kernel: audit: type=1400 audit(1795506062.930:1): apparmor=\"x\"\n");
  const std::string gz = place.file("old.gz");
  write_file(gz, "\x1f\x8b\x08");

  const std::string r = kRuleFile;
  const struct {
    std::vector<std::string> args;
    int status;
    std::string message;
  } rows[] = {
      {{"scan", "--rules", r, kXfce}, 0, "2 alerts by 1 rule"},
      {{"scan", "--rules", r, "--fail-on-alert", kXfce}, 1, "2 alerts by 1 rule"},
      {{"scan", "--rules", r, "--fail-on-alert", kGnome}, 0, "0 alerts by 1 rule"},
      {{"scan", "--rules", r, "--rules", bad_rule, kXfce}, 2, "bad.toml:7:"},
      {{"scan", "--rules", r, "--rules", bad_rule, "--keep-going", kXfce}, 0, "(1 rule file refused)"},
      {{"scan", "--rules", bad_rule, "--keep-going", kXfce}, 2, "no usable rule"},
      {{"scan", "--rules", place.file("none"), kXfce}, 2, "none: No such file or directory"},
      {{"scan", "--config", bad_config, kXfce}, 2, "bad_config.toml:1:1: error: unknown key `heartbeet_seconds`"},
      {{"scan", "--config", bad_config, kXfce}, 2, "did you mean `heartbeat_seconds`?"},
      {{"scan", "--config", place.file("none.toml"), kXfce}, 2, "none.toml: No such file"},
      {{"scan", "--rulse", r, kXfce}, 2, "Did you mean --rules?"},
      {{"scan", "--format", "xml", kXfce}, 2, "--format"},
      {{"scan", "--rules", r, place.file("no.log")}, 3, "cannot read " + place.file("no.log") + ": No such file"},
      {{"scan", "--rules", r, place.rules()}, 3, "holds no audit log"},
      {{"scan", "--rules", r, interpreted}, 3, "without -i or --format"},
      {{"scan", "--rules", r, journal}, 3, "holds no audit records"},
      {{"scan", "--rules", r, gz}, 3, "its gzip data ends in the middle"},
      {{"scan", "--rules", r, "--since", "yesterdy", kXfce}, 2, "did you mean `yesterday`?"},
      {{"scan", "--rules", r, "--until", "2026-13-01", kXfce}, 2, "--until:1:6: error: this is no time"},
      {{"scan", "--rules", r, "--since", "", kXfce}, 2, "there is no time"},
      {{"scan", "--rules", r, "--since", "now", "--until", "week-ago", kXfce}, 2, "is before --since"},
      {{"scan", "--rules", r, "--fail-on-alert", "--until", "@1", kXfce}, 0, "2 alerts outside of it not shown"},
      {{"scan", "--rules", r, empty}, 0, "not there: any audit record at all"},
      {{"scan", "--rules", r, kXfce, kXfce}, 0, "left out"},
      // Precedence: 2, then 3, then 1.
      {{"scan", "--rules", r, "--fail-on-alert", kXfce, place.file("no.log")}, 3, "2 alerts"},
      {{"scan", "--rules", r, "--rules", bad_rule, "--fail-on-alert", kXfce, place.file("no.log")}, 2, "2 alerts"},
      {{"scan", "--rules", r, "--rules", bad_rule, "--keep-going", "--fail-on-alert", kXfce}, 1, "2 alerts"},
      {{"frobnicate"}, 2, "audisp-eql scan frobnicate"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.args);
    const Ran ran = audisp_eql_run(row.args);
    CHECK(ran.status == row.status);
    CHECK_MESSAGE(has(ran.err, row.message), ran.err);
  }
}

TEST_CASE("alerts alone are on standard output, one JSON object a line") {
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, kXfce});
  CHECK(alert_ids(ran.out).size() == 2);
  CHECK(has(ran.err, "events: "));
}

TEST_CASE("text is written when asked for, in UTC with --utc") {
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "--format", "text", "--utc", kXfce});
  CHECK(ran.out.rfind("2026-11-24T07:40:25.106Z  MEDIUM  ", 0) == 0);
  CHECK(has(ran.out, "ausearch -a 5010"));
  CHECK(has(ran.err, "time: 2026-11-24T07:40:"));
}

TEST_CASE("standard input is read by name and without one") {
  const std::string log = recording("xfce");
  const Ran named = audisp_eql_run({"scan", "--rules", kRuleFile, "-"}, log);
  const Ran unnamed = audisp_eql_run({"scan", "--rules", kRuleFile}, log);
  CHECK(alert_ids(named.out).size() == 2);
  CHECK(named.out == unnamed.out);
}

TEST_CASE("rotated files give what the whole gives, in any order") {
  Place place;
  const std::string log = recording("xfce");
  const std::size_t third = log.find('\n', log.size() / 3) + 1;
  const std::size_t half = log.size() / 2;  // in the middle of a line? then of one line, two files
  write_file(place.file("audit.log.2"), log.substr(0, third));
  write_file(place.file("audit.log.1"), log.substr(third, log.find('\n', half) + 1 - third));
  write_file(place.file("audit.log"), log.substr(log.find('\n', half) + 1));
  const Ran whole = audisp_eql_run({"scan", "--rules", kRuleFile, kXfce});
  const Ran parts = audisp_eql_run(
      {"scan", "--rules", kRuleFile, place.file("audit.log"), place.file("audit.log.1"), place.file("audit.log.2")});
  CHECK(whole.out == parts.out);
}

TEST_CASE("a tree with a folder per host keeps hosts apart and names them") {
  Place place;
  for (const char* host : {"alpha", "beta"}) {
    std::filesystem::create_directories(place.file(host));
    std::filesystem::copy_file(kXfce, place.file(host) + "/audit.log");
  }
  const std::vector<std::string> args = {"scan", "--rules", kRuleFile, place.file("alpha/audit.log"),
                                         place.file("beta/audit.log")};
  const Ran tree = audisp_eql_run(args);
  CHECK(alert_ids(tree.out).size() == 4);
  CHECK(has(tree.out, "\"host\":{\"id\":\"alpha\"}"));
  CHECK(has(tree.out, "\"host\":{\"id\":\"beta\"}"));
  CHECK(has(tree.err, "hosts are named after folders: alpha, beta"));
  std::vector<std::string> one = args;
  one.insert(one.end(), {"--host", "gamma"});
  const Ran same = audisp_eql_run(one);  // the same events twice: one host's
  CHECK(alert_ids(same.out).size() == 2);
  CHECK(has(same.out, "\"host\":{\"id\":\"gamma\"}"));
}

TEST_CASE("a full disk on standard output is an error") {
  const Ran ran =
      run({"/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full", AUDISP_EQL, "scan", "--rules", kRuleFile, kXfce});
  CHECK(ran.status == 3);
  CHECK(has(ran.err, "cannot write standard output"));
}

TEST_CASE("a full disk is an error of --version, --help and check, too") {
  for (const std::string& args : {std::string("--version"), std::string("--help"), "check " + std::string(kRuleFile)}) {
    CAPTURE(args);
    const Ran ran = run({"/bin/sh", "-c", "exec \"$0\" " + args + " >/dev/full", AUDISP_EQL});
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "cannot write to standard output"));
  }
}

TEST_CASE("live on a regular file or a directory points to scan") {
  for (const std::string& input : {std::string(kXfce), std::string("/")}) {
    CAPTURE(input);
    const Ran ran = run({"/bin/sh", "-c", "exec \"$0\" <\"$1\"", AUDISP_EQL, input});
    CHECK(ran.status == 2);
    CHECK(has(ran.err, "audisp-eql scan FILE"));
  }
}

TEST_CASE("--version names both versions, --help gives examples") {
  const Ran version = audisp_eql_run({"--version"});
  CHECK(version.status == 0);
  CHECK(has(version.out, "audisp-eql "));
  CHECK(has(version.out, "libauparse "));
  const Ran help = audisp_eql_run({"--help"});
  CHECK(help.status == 0);
  CHECK(has(help.out, "Examples:"));
  CHECK(has(help.out, "ausearch --raw"));
}

TEST_CASE("check says what a rule needs") {
  const Ran ran = audisp_eql_run({"check", kRuleFile});
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "ok: "));
  CHECK(has(ran.out, "process.parent.executable"));
  CHECK(has(ran.out, "-S execve,execveat"));
  CHECK(has(ran.out, "-S connect"));
  CHECK(has(ran.out, "1 rule can run, 0 cannot"));
}

TEST_CASE("check and scan say that a rule on systemd units, and what it needs of sockets, is not in a log") {
  const std::string rule = SHIPPED_RULES "/xdg_autostart_unit_network.toml";
  const Ran checked = audisp_eql_run({"check", rule});
  CHECK(checked.status == 0);
  CHECK(has(checked.out, "  live only    process.parent.systemd.unit, process.systemd.unit: cannot match in a log"));
  CHECK(has(checked.out, "  fed by       socket (SYSCALL), for network.transport\n"));
  const Ran scanned = audisp_eql_run({"scan", "--rules", rule, "-"}, recording("live-stream"));
  CHECK(scanned.status == 0);
  CHECK(scanned.out.empty());
  CHECK(has(scanned.err, "note: Program of an Autostart Unit Connects to a Public Address: needs what no log has"));
  CHECK(has(scanned.err, "not there: no socket records"));
  const Ran other = audisp_eql_run({"scan", "--rules", kRuleFile, "-"}, recording("live-stream"));
  CHECK_FALSE(has(other.err, "what no log has"));
  CHECK_FALSE(has(other.err, "no socket records"));
}

TEST_CASE("the config's disabled rules are shown by check, left out by scan, and run where a flag names them") {
  Place place;
  place.use_shipped_rule();
  place.write_config("disabled_rules = [\"Network Connections Initiated Through XDG Autostart Entry\"]\n");
  const Ran checked = audisp_eql_run({"check", "--config", place.config()});
  CHECK(has(checked.out, "disabled: " + place.rules() + "/first.toml: Network Connections"));
  CHECK(has(checked.out, "0 rules can run, 0 cannot, 1 disabled by `disabled_rules`"));
  CHECK(checked.status == 2);
  CHECK(audisp_eql_run({"scan", "--config", place.config(), "-"}, recording("live-stream")).status == 2);
  const Ran named =
      audisp_eql_run({"scan", "--config", place.config(), "--rules", place.rules(), "-"}, recording("live-stream"));
  CHECK(named.status == 0);
  CHECK(alert_ids(named.out).size() == 3);

  place.write_rule("second.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"second\"\ntype = \"eql\"\nseverity = \"low\"\n"
                   "risk_score = 1\nquery = \"network where destination.port == 4008\"\n");
  const Ran scanned = audisp_eql_run({"scan", "--config", place.config(), "-"}, recording("live-stream"));
  CHECK(scanned.status == 0);
  CHECK(has(scanned.err, "1 alert by 1 rule (1 disabled)"));
}

TEST_CASE("check explains a query stage by stage") {
  const Ran ran = audisp_eql_run({"check", "--explain", kRuleFile});
  CHECK(ran.status == 0);
  for (const char* stage : {"-- tokens --", "-- ast --", "-- typed --", "-- folded --", "-- program --"}) {
    CHECK(has(ran.out, stage));
  }
}

TEST_CASE("check fails on a bad rule and on a bad config, and names what no audit event has") {
  Place place;
  place.write_rule("odd.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"odd\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = \"process where dll.name == \\\"x\\\" or event.id == \\\"x\\\"\"\n");
  const Ran odd = audisp_eql_run({"check", "--config", place.config()});
  CHECK(odd.status == 0);
  CHECK(has(odd.out, "never there  event.id, dll.name\n"));
  place.write_rule("odd2.toml", read_file(place.rules() + "/odd.toml"));
  const Ran twice = audisp_eql_run({"check", "--config", place.config()});
  CHECK(twice.status == 2);
  CHECK(has(twice.out, "odd2.toml"));
  std::filesystem::remove(place.rules() + "/odd2.toml");
  place.write_config("[sylog]\n");
  const Ran config = audisp_eql_run({"check", "--config", place.config(), place.rules()});
  CHECK(config.status == 2);
  CHECK(has(config.out, "did you mean `syslog`?"));
}

TEST_CASE("check sends one marked alert through every sink") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  const Ran ran = audisp_eql_run({"check", "--config", place.config(), "--send-test-alert"});
  CHECK(ran.status == 0);
  const std::string datagram = place.syslog().receive();
  CHECK(has(datagram, "audisp-eql test alert"));
  CHECK(has(datagram, "nothing happened on this host"));
  CHECK(alert_ids(read_file(place.alerts())).size() == 1);
  place.syslog().stop();
  const Ran nobody = audisp_eql_run({"check", "--config", place.config(), "--send-test-alert"});
  CHECK(nobody.status == 3);
  CHECK(has(nobody.out, "NOT sent"));
}

}  // namespace
}  // namespace audisp_eql::test
