// SPDX-License-Identifier: Apache-2.0
#include "lib/cases/case_run.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

namespace audisp_eql::cases {
namespace {

engine::RuleSet rule(const std::string& query) {
  return engine::load_rules(
      {{"r.toml",
        "[rule]\nname = \"R\"\nrule_id = \"r\"\ntype = \"eql\"\nseverity = \"low\"\nquery = '''" + query + "'''\n"}});
}

Outcome run(const std::string& query, const std::string& text) {
  CaseFile file = parse_cases({"t.toml", text}, rule(query).fields, "here");
  REQUIRE_MESSAGE(file.diagnostics.empty(), render(file.diagnostics));
  REQUIRE(file.cases.size() == 1);
  return run_case(file.cases.front(), rule(query), {});
}

std::string with(std::size_t expect, const std::string& more) {
  return "[[case]]\nname = \"n\"\nexpect = " + std::to_string(expect) + "\n" + more;
}

constexpr char kNamed[] = "process where process.name == \"nc\"";
const std::string kTwo =
    "[[case.event]]\nevent.action = \"exec\"\nprocess.name = \"nc\"\nprocess.pid = 7\n"
    "[[case.event]]\nevent.action = \"exec\"\nprocess.name = \"nc\"\nprocess.pid = 8\nprocess.args = [\"nc\", "
    "\"-l\"]\n";
const std::string kRecords =
    "records = '''\n"
    "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=7 uid=0 euid=0 "
    "exe=\"/usr/bin/nc\"\n"
    "type=EXECVE msg=audit(1.000:1): argc=1 a0=\"nc\"\ntype=PROCTITLE msg=audit(1.000:1): proctitle=\"nc\"\n'''\n";

TEST_CASE("alerts are counted, and a wrong number names them") {
  CHECK(run(kNamed, with(2, kTwo)).passed);
  const Outcome one = run(kNamed, with(1, kTwo));
  CHECK_FALSE(one.passed);
  CHECK(one.alerts == 2);
  CHECK(one.details == std::vector<std::string>{"an alert of event 1", "an alert of event 2"});
  const Outcome none = run("process where process.name == \"x\"", with(1, kTwo));
  CHECK_FALSE(none.passed);
  CHECK(none.alerts == 0);
  CHECK(run("process where process.name == \"x\"", with(0, kTwo)).passed);
}

TEST_CASE("an alert must have all fields that a case asks for, and another may be the one") {
  CHECK(run(kNamed, with(2, "alert = { process.pid = 8, process.args = \"-l\", rule.name = \"R\" }\n" + kTwo)).passed);
  CHECK(run(kNamed, with(2, "alert = { process.pid = 7.0 }\n" + kTwo)).passed);
  const Outcome wrong =
      run(kNamed, with(2, "alert = { process.pid = 8, process.args = [\"nc\", \"-x\"], a.b = true }\n" + kTwo));
  CHECK_FALSE(wrong.passed);
  CHECK(wrong.alerts == 2);
  CHECK(wrong.details == std::vector<std::string>{"process.args: expected \"nc\", \"-x\", came \"nc\", \"-l\"",
                                                  "a.b: expected true, came nothing"});
}

TEST_CASE("each alert that a case asks for is another one, whatever their order") {
  const std::string any = "[[case.alert]]\nprocess.name = \"nc\"\n";
  const std::string seven = "[[case.alert]]\nprocess.pid = 7\n";
  const std::string eight = "[[case.alert]]\nprocess.pid = 8\n";
  CHECK(run(kNamed, with(2, any + any + kTwo)).passed);
  CHECK(run(kNamed, with(2, seven + eight + kTwo)).passed);
  CHECK(run(kNamed, with(2, eight + any + kTwo)).passed);
  // The first alert would do for the first of these, but is the only one for the second.
  CHECK(run(kNamed, with(2, any + seven + kTwo)).passed);
  const std::string three = kTwo + "[[case.event]]\nevent.action = \"exec\"\nprocess.name = \"nc\"\nprocess.pid = 9\n";
  const std::string not_nine = "[[case.alert]]\nprocess.args = \"nc\"\n";
  CHECK(run(kNamed, with(3, any + any + seven + three)).passed);
  CHECK(run(kNamed, with(3, any + not_nine + seven + three)).passed);
  for (const std::string& twice : {seven + seven + any, any + seven + seven}) {
    const Outcome same = run(kNamed, with(3, twice + three));
    CHECK_FALSE(same.passed);
    CHECK(same.alerts == 3);
    CHECK(same.details == std::vector<std::string>{"process.pid: expected 7, came 9"});
  }
}

TEST_CASE("a sample is looked for in all events") {
  const std::string query =
      "sample by host.id [process where process.name == \"nc\"] [process where process.args == \"-l\"]";
  CHECK(run(query, with(1, kTwo)).passed);
}

TEST_CASE("records go the way of a log, and such as say nothing are a problem") {
  CHECK(run(kNamed, with(1, "alert = { process.pid = 7, auditd.data.exe = \"/usr/bin/nc\" }\n" + kRecords)).passed);
  CHECK(run("process where process.name == \"x\"", with(0, kRecords)).passed);
  CHECK(run(kNamed, with(0, "records = 'hello'\n")).problem == "1 of the lines is no audit record");
  CHECK(run(kNamed, with(0, "records = '''\nhello\nworld\n'''\n")).problem == "2 of the lines are no audit records");
  CHECK_FALSE(run(kNamed, with(0, "records = 'hello'\n")).passed);
  CHECK(run(kNamed, with(0, "records = 'type=EOE msg=audit(1.000:1): '\n")).problem ==
        "the rule looks at no event of these records");
  CHECK(
      run(kNamed, with(0,
                       "records = 'type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59 success=yes exit=0 ppid=1 "
                       "pid=7'\n"))
          .problem == "1 of the events has no last record, PROCTITLE or EOE");
}

TEST_CASE("an exception that is given takes its alerts") {
  engine::RuleSet rules = rule(kNamed);
  engine::load_exceptions(
      {"x.toml", "[[exception]]\nrule_id = \"r\"\ncondition = 'process.pid == 7'\nreason = \"x\"\n"}, {}, rules);
  CaseFile file = parse_cases({"t.toml", with(1, kTwo)}, rules.fields, "here");
  REQUIRE(file.cases.size() == 1);
  CHECK(run_case(file.cases.front(), std::move(rules), {}).passed);
}

}  // namespace
}  // namespace audisp_eql::cases
