// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/exceptions.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/engine/engine.h"
#include "lib/engine/rule.h"
#include "tests/support/audit_events.h"

namespace audisp_eql::engine {
namespace {

constexpr char kRule[] =
    "[rule]\nname = \"n\"\nrule_id = \"shell-calls-out\"\nseverity = \"low\"\ntype = \"eql\"\nquery = '''\n"
    "sequence by process.entity_id with maxspan=5s\n"
    "  [process where event.action == \"exec\"]\n  [network where true]\n'''\n";

std::string entry(const std::string& condition, const std::string& more = {}) {
  return "[[exception]]\nrule_id = \"shell-calls-out\"\ncondition = '''" + condition + "'''\nreason = \"known\"\n" +
         more + "\n";
}

RuleSet with(const std::string& exceptions, EventTime now = {}) {
  RuleSet set = load_rules({{"r.toml", kRule}});
  REQUIRE(set.refused == 0);
  load_exceptions({"e.toml", exceptions}, now, set);
  return set;
}

struct World {
  explicit World(const std::string& exceptions) { engine.set_rules(with(exceptions)); }

  // One exec and one connect of `exe`, at `at` ms.
  void call_out(const std::string& exe, std::int64_t at, std::uint16_t port = 443) {
    engine.handle(say.exec({.pid = ++pid, .at = at, .exe = exe}, {exe, "-x"}), alerts);
    engine.handle(say.connect({.pid = pid, .at = at + 1, .exe = exe}, port), alerts);
  }
  [[nodiscard]] std::uint64_t hits(std::size_t i = 0) const { return engine.exception_hits().at(i).hits; }

  Engine engine{EngineOptions{}};
  test::Script say;
  std::uint32_t pid = 100;
  std::vector<alert::Alert> alerts;
};

TEST_CASE("an exception takes the alerts whose evidence it matches, and counts them") {
  World w(entry("process.executable == \"/usr/bin/sync\" and destination.port == 443"));
  w.call_out("/usr/bin/sync", 1000);
  CHECK(w.alerts.empty());
  CHECK(w.hits() == 1);
  CHECK(w.engine.counters().alerts == 0);
  CHECK(w.engine.counters().alerts_excepted == 1);
  w.call_out("/usr/bin/sync", 2000, 444);
  w.call_out("/usr/bin/other", 3000);
  CHECK(w.alerts.size() == 2);
  CHECK(w.engine.counters().alerts_by_rule.at("shell-calls-out") == 2);
  CHECK(w.hits() == 1);
}

// What the connect does not say, the exec may: but no condition is put together from two events.
TEST_CASE("one event must match the whole condition, and any one of the evidence will do") {
  World first(entry("event.action == \"exec\" and process.args == \"-x\""));
  first.call_out("/usr/bin/a", 1000);
  CHECK(first.alerts.empty());
  World both(entry("event.action == \"exec\" and destination.port == 443"));
  both.call_out("/usr/bin/a", 1000);
  CHECK(both.alerts.size() == 1);
}

TEST_CASE("an event that is missing from a sequence matches no condition") {
  RuleSet set = load_rules({{"r.toml",
                             "[rule]\nname = \"n\"\nrule_id = \"shell-calls-out\"\nseverity = \"low\"\n"
                             "type = \"eql\"\nquery = '''\nsequence by process.entity_id with maxspan=5s\n"
                             "  [process where event.action == \"exec\"]\n  ![network where true]\n'''\n"}});
  load_exceptions({"e.toml", entry("destination.port == null")}, {}, set);
  Engine engine{EngineOptions{}};
  engine.set_rules(std::move(set));
  test::Script say;
  std::vector<alert::Alert> alerts;
  engine.handle(say.exec({.pid = 7, .at = 1000, .exe = "/usr/bin/a"}), alerts);
  engine.finish(alerts);
  CHECK(alerts.empty());  // by the exec, which has no port
  CHECK(engine.exception_hits().front().hits == 1);
}

TEST_CASE("an exception is of one rule alone") {
  World w("[[exception]]\nrule_id = \"another\"\ncondition = \"true\"\nreason = \"r\"\n");
  w.call_out("/usr/bin/a", 1000);
  CHECK(w.alerts.size() == 1);
}

TEST_CASE("the first exception that matches is counted") {
  World w(entry("process.name == \"b\"") + entry("process.name : \"*\"") + entry("destination.port == 443"));
  w.call_out("/usr/bin/a", 1000);
  CHECK(w.hits(0) == 0);
  CHECK(w.hits(1) == 1);
  CHECK(w.hits(2) == 0);
}

// 2027-01-31 24:00 UTC is 1801440000.
TEST_CASE("an exception ends with its day in UTC, or at its time, by the time of the alert") {
  const struct {
    const char* expires;
    std::int64_t end;
  } rows[] = {{"expires = 2027-01-31", 1'801'440'000},
              {"expires = 2027-02-01T00:00:00Z", 1'801'440'000},
              {"expires = 2027-02-01T01:30:00+01:30", 1'801'440'000},
              {"expires = 2027-01-31T18:00:05-06:00", 1'801'440'005},
              {"expires = 2028-02-29", 1'835'481'600}};
  for (const auto& row : rows) {
    CAPTURE(row.expires);
    World w(entry("true", row.expires));
    w.call_out("/usr/bin/a", row.end * 1000 - 2);  // its connect is a millisecond before the end
    CHECK(w.alerts.empty());
    w.call_out("/usr/bin/a", row.end * 1000 - 1);
    CHECK(w.alerts.size() == 1);
    CHECK(w.hits() == 1);
  }
}

TEST_CASE("a condition may look at what no rule reads") {
  World w(entry("process.command_line == \"/usr/bin/a -x\""));
  w.call_out("/usr/bin/a", 1000);
  CHECK(w.alerts.empty());
}

TEST_CASE("hits are kept over a reload where rule and condition are the same") {
  World w(entry("destination.port == 443") + entry("destination.port == 444"));
  w.call_out("/usr/bin/a", 1000, 443);
  w.call_out("/usr/bin/a", 2000, 444);
  w.engine.set_rules(with(entry("destination.port == 445") + entry("destination.port == 443", "expires = 2099-01-01")));
  CHECK(w.hits(0) == 0);
  CHECK(w.hits(1) == 1);
  CHECK(w.engine.counters().alerts_excepted == 2);
  w.call_out("/usr/bin/a", 3000, 444);
  CHECK(w.alerts.size() == 1);
}

TEST_CASE("what is wrong is named with its place, and the other entries count") {
  const struct {
    std::string text;
    std::size_t line, column;
    std::string message, hint;
  } rows[] = {
      {entry("proces.name =="), 3, 30, "expected a condition, found the end of the query", ""},
      {entry("process where true"), 3, 16, "a condition stands alone, without a category", "after `where`"},
      {"[[exception]]\nrule_id = \"x\"\nreason = \"r\"\n", 1, 1, "this exception has no `condition`", "an EQL"},
      {"[[exception]]\ncondition = \"true\"\nreason = \"r\"\n", 1, 1, "this exception has no `rule_id`", "id of the"},
      {"[[exception]]\ncondition = \"true\"\nrule_id = \"x\"\n", 1, 1, "this exception has no `reason`", "why"},
      {"[[exception]]\ncondition = \"true\"\nrule_id = \"x\"\nreason = \"\"\n", 4, 10, "`reason` is empty", "why"},
      {"[[exception]]\ncondition = 1\nrule_id = \"x\"\nreason = \"r\"\n", 2, 13, "`condition` must be a string", "EQL"},
      {entry("true", "expire = 2027-01-31"), 5, 1, "unknown key `expire`", "did you mean `expires`?"},
      {entry("true", "expires = \"2027-01-31\""), 5, 11, "`expires` is neither a date", "without quotes"},
      {entry("true", "expires = 2027-01-31T10:00:00"), 5, 11, "`expires` is neither a date", "with its offset"},
      {entry("true", "expires = 10:00:00"), 5, 11, "`expires` is neither a date", "with its offset"},
      {"[[exceptions]]\nrule_id = \"x\"\n", 1, 3, "unknown key `exceptions`", "did you mean `exception`?"},
      {"exception = 1\n", 1, 13, "`exception` must be a list of tables", "[[exception]]"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const RuleSet set = with(row.text + (row.text.starts_with("[[exception]]") ? entry("user.id == \"0\"") : ""));
    CHECK(set.exceptions_refused == 1);
    CHECK_FALSE(set.exceptions_unusable);
    CHECK(set.exceptions.size() == (row.text.starts_with("[[exception]]") ? 1 : 0));
    REQUIRE_FALSE(set.diagnostics.empty());
    const Diagnostic& d = set.diagnostics.front();
    CHECK(d.severity == Severity::kError);
    CHECK(d.file == "e.toml");
    CHECK(d.line == row.line);
    CHECK(d.column == row.column);
    CHECK_MESSAGE(d.message.starts_with(row.message), d.message);
    CHECK_MESSAGE(d.hint.find(row.hint) != std::string::npos, d.hint);
  }
}

TEST_CASE("a mistake is shown with its line and a caret") {
  const RuleSet set =
      with("[[exception]]\nrule_id = \"shell-calls-out\"\nreason = \"r\"\ncondition = '''\n  user.id = 5\n'''\n");
  CHECK(render(set.diagnostics) ==
        "e.toml:5:11: error: `=` does not compare\n"
        "    user.id = 5\n"
        "            ^\n"
        "  hint: write `==`\n");
}

TEST_CASE("a text that is no TOML gives no exception at all") {
  const RuleSet set = with(entry("true") + "[[exception\n");
  CHECK(set.exceptions_unusable);
  CHECK(set.exceptions.empty());
  REQUIRE(set.diagnostics.size() == 1);
  CHECK(set.diagnostics.front().line == 6);
  const RuleSet empty = with("# nothing\n");
  CHECK_FALSE(empty.exceptions_unusable);
  CHECK(empty.diagnostics.empty());
}

TEST_CASE("an id that no rule has, an entry without a field and one that has expired are warned of") {
  RuleSet set = with("[[exception]]\nrule_id = \"shell-calls-outt\"\ncondition = \"true\"\nreason = \"r\"\n" +
                         entry("user.id == \"0\"", "expires = 2027-01-31"),
                     seconds(1'801'440'000));
  CHECK(set.exceptions.size() == 2);
  REQUIRE(set.diagnostics.size() == 3);
  for (const Diagnostic& d : set.diagnostics) CHECK(d.severity == Severity::kWarning);
  CHECK(set.diagnostics[1].message == "this condition looks at no field of an event");
  CHECK(set.diagnostics[0].message == "no rule with the id shell-calls-outt is loaded");
  CHECK(set.diagnostics[0].hint == "did you mean shell-calls-out?");
  CHECK(set.diagnostics[2].message == "this exception expired with 2027-01-31: alerts since then are given");
  CHECK(set.diagnostics[2].line == 9);
  CHECK(with(entry("user.id == \"0\"", "expires = 2027-01-31"), seconds(1'801'439'999)).diagnostics.empty());
}

}  // namespace
}  // namespace audisp_eql::engine
