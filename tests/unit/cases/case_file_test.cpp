// SPDX-License-Identifier: Apache-2.0
#include "lib/cases/case_file.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace audisp_eql::cases {
namespace {

using event::FieldId;

constexpr char kHead[] = "[[case]]\nname = \"n\"\nexpect = 0\n";
constexpr char kExec[] = "[[case.event]]\nevent.action = \"exec\"\n";

CaseFile parse(const std::string& text) {
  event::FieldTable fields;
  fields.intern("process.env_vars");  // as a rule that reads it would
  return parse_cases({"t.toml", text}, fields, "here");
}

std::vector<std::string> words(const event::Event& event, FieldId field) {
  std::vector<std::string> out;
  for (const event::Value value : event.get(field)) out.emplace_back(value.as_string());
  return out;
}

TEST_CASE("an event has what it says, and what every event of its kind has") {
  const CaseFile file = parse(std::string(kHead) + kExec +
                              "process.args = [\"a\", \"b\"]\nprocess.pid = 7\nprocess.interactive = true\n"
                              "process.env_vars = \"X=1\"\n");
  REQUIRE(file.diagnostics.empty());
  REQUIRE(file.cases.size() == 1);
  const Case& one = file.cases.front();
  CHECK(one.name == "n");
  CHECK(one.expect == 0);
  CHECK(one.place.line == 1);
  REQUIRE(one.events.size() == 1);
  const event::Event& event = one.events.front();
  CHECK(words(event, FieldId::kProcessArgs) == std::vector<std::string>{"a", "b"});
  CHECK(event.first(FieldId::kProcessPid) == event::Value::integer(7));
  CHECK(event.first(FieldId::kProcessInteractive) == event::Value::boolean(true));
  CHECK(event.text(FieldId::kEventCategory) == "process");
  CHECK(event.text(FieldId::kEventType) == "start");
  CHECK(words(event, FieldId::kEventAction).front() == "exec");
  CHECK(words(event, FieldId::kEventAction).size() > 1);
  CHECK(event.text(FieldId::kHostId) == "here");
  CHECK(event.text(FieldId::kAgentId) == "here");
  CHECK(event.text(FieldId::kHostOsType) == "linux");
}

TEST_CASE("a synonym stands for its kind, and an event with a category is as it is written") {
  const CaseFile file = parse(std::string(kHead) +
                              "[[case.event]]\nevent.action = \"deleted\"\nhost.id = \"there\"\n"
                              "[[case.event]]\nevent.category = \"network\"\nevent.action = \"exec\"\n");
  REQUIRE(file.cases.size() == 1);
  const auto& events = file.cases.front().events;
  CHECK(events[0].text(FieldId::kEventCategory) == "file");
  CHECK(words(events[0], FieldId::kEventAction).front() == "deletion");
  CHECK(events[0].text(FieldId::kAgentId) == "there");
  CHECK(events[1].text(FieldId::kEventCategory) == "network");
  CHECK(words(events[1], FieldId::kEventAction) == std::vector<std::string>{"exec"});
  CHECK_FALSE(events[1].has(FieldId::kEventType));
}

TEST_CASE("events follow each other in a millisecond, or when they say, and are put in order") {
  const CaseFile file = parse(std::string(kHead) + kExec + kExec + kExec + "after_seconds = 2.5\n" + kExec +
                              "\"@timestamp\" = \"2025-12-31T23:59:59.250Z\"\n" + kExec + "after_seconds = 1\n");
  REQUIRE(file.diagnostics.empty());
  std::vector<std::int64_t> times;
  std::vector<std::string> ids;
  const std::int64_t begin = 1'767'225'600'000;
  for (const event::Event& event : file.cases.front().events) {
    times.push_back(event.order.time.ms - begin);
    ids.emplace_back(event.text(FieldId::kEventId));
    CHECK(event.first(FieldId::kTimestamp) == event::Value::integer(event.order.time.ms));
  }
  CHECK(times == std::vector<std::int64_t>{-750, 0, 1, 250, 2501});
  CHECK(ids == std::vector<std::string>{"4", "1", "2", "5", "3"});
}

TEST_CASE("records are text or a file, and an alert's fields have any name") {
  const CaseFile file = parse(
      "[[case]]\nname = \"a\"\nexpect = 1\nrecords = '''\ntype=X\n'''\nalert = { rule.name = \"r\", destination.port = "
      "4 }\n"
      "[[case]]\nname = \"b\"\nexpect = 2\nrecords_file = \"b.log\"\n"
      "[[case.alert]]\nuser.id = \"1\"\n[[case.alert]]\nuser.id = \"2\"\n");
  REQUIRE(file.diagnostics.empty());
  REQUIRE(file.cases.size() == 2);
  CHECK(file.cases[0].records == "type=X\n");
  CHECK(file.cases[0].records_place.line == 4);
  REQUIRE(file.cases[0].alerts.size() == 1);
  CHECK(file.cases[0].alerts[0].fields().size() == 2);
  CHECK(file.cases[1].records_file == "b.log");
  CHECK(file.cases[1].alerts.size() == 2);
}

TEST_CASE("each mistake is told at its place, and costs its own case only") {
  const std::string head = kHead;
  const struct {
    std::string text;
    std::size_t line, column;
    std::string message, hint;
  } rows[] = {
      {"[[case]\n", 1, 8, "", "not valid TOML"},
      {"[[cases]]\n", 1, 3, "unknown key `cases`", "did you mean `case`?"},
      {"[rule]\nname = \"x\"\n", 1, 2, "unknown key `rule`", "[[case]]"},
      {"case = 3\n", 1, 8, "`case` must be a list of tables", "[[case]]"},
      {"[[case]]\nexpect = 0\n" + std::string(kExec), 1, 1, "this case has no `name`", "in a few words"},
      {"[[case]]\nname = \" \"\nexpect = 0\n" + std::string(kExec), 2, 8, "`name` is empty", ""},
      {"[[case]]\nname = 3\nexpect = 0\n" + std::string(kExec), 2, 8, "`name` must be a string", ""},
      {"[[case]]\nname = \"n\"\n" + std::string(kExec), 1, 1, "this case has no `expect`", "how many alerts"},
      {"[[case]]\nname = \"n\"\nexpect = -1\n" + std::string(kExec), 3, 10, "`expect` must be a whole number", ""},
      {"[[case]]\nname = \"n\"\nexpect = \"no\"\n" + std::string(kExec), 3, 10, "`expect` must be a whole number", ""},
      {head + "expects = 1\n" + kExec, 4, 1, "unknown key `expects`", "did you mean `expect`?"},
      {head, 1, 1, "this case has no events", "give one of"},
      {head + "records = \"x\"\n" + kExec, 1, 1, "events of more than one kind", "give one of"},
      {head + "records = \"\"\n", 4, 11, "`records` is empty", "ausearch --raw"},
      {head + "records_file = 1\n", 4, 16, "`records_file` must be a string", ""},
      {head + "records_file = \"a\\u0000b\"\n", 4, 16, "`records_file` is no file name", "NUL"},
      {head + "event = []\n", 4, 9, "`event` must be a list of tables", "[[case.event]]"},
      {head + "event = 1\n", 4, 9, "`event` must be a list of tables", "[[case.event]]"},
      {head + "[[case.event]]\nprocess.pid = 1\n", 4, 1, "not clear what kind of event", "event.action"},
      {head + "[[case.event]]\nevent.action = \"exce\"\n", 4, 1, "not clear what kind of event", "audisp-eql fields"},
      {head + kExec + "proces.name = \"x\"\n", 6, 8, "unknown field `proces.name`", "did you mean `process.name`?"},
      {head + kExec + "process.pid = \"7\"\n", 6, 15, "`process.pid` must be a whole number", ""},
      {head + kExec + "process.name = 7\n", 6, 16, "`process.name` must be text in quotes", ""},
      {head + kExec + "process.interactive = \"yes\"\n", 6, 23, "must be true or false", ""},
      {head + kExec + "process.args = [\"a\", [\"b\"]]\n", 6, 22, "`process.args` must be text in quotes", ""},
      {head + kExec + "process.args = []\n", 6, 9, "an empty list is no value", "leave the field out"},
      {head + kExec + "process.name = 2026-01-01\n", 6, 16, "must be text in quotes", ""},
      {head + kExec + "after_seconds = -1\n", 6, 17, "`after_seconds` must be a number", "0.5"},
      {head + kExec + "after_seconds = nan\n", 6, 17, "`after_seconds` must be a number", ""},
      {head + kExec + "after_seconds = 1e10\n", 6, 17, "`after_seconds` must be a number", ""},
      {head + kExec + "\"@timestamp\" = \"soon\"\n", 6, 16, "`@timestamp` must be a time in quotes, as \"2026", ""},
      {head + kExec + "destination.ip = \"192.0.2.300\"\n", 6, 18, "must be an IP address in quotes", ""},
      {head + kExec + "destination.ip = [\"::1\", \"::x\"]\n", 6, 26, "must be an IP address in quotes", ""},
      {head + kExec + "event.category = \"proces\"\n", 6, 18, "unknown event.category `proces`", "`process`"},
      {head + kExec + "event.category = \"iam\"\n", 6, 18, "unknown event.category `iam`",
       "one of process, network, file"},
      {head + kExec + "event.category = [\"file\", \"\"]\n", 6, 18, "unknown event.category ``", "one of"},
      {head + "alert = { user.id = \"1\" }\n" + kExec, 4, 9, "more alerts are described than expected", ""},
      {head + "alert = 1\n" + kExec, 4, 9, "`alert` must be a table", ""},
      {head + "alert = {}\n" + kExec, 4, 9, "`alert` names no field", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const CaseFile file = parse(row.text);
    CHECK(file.cases.empty());
    CHECK(file.refused == 1);
    REQUIRE_FALSE(file.diagnostics.empty());
    const Diagnostic& d = file.diagnostics.front();
    CAPTURE(render(d));
    CHECK(d.file == "t.toml");
    CHECK(d.line == row.line);
    CHECK(d.column == row.column);
    CHECK(d.message.find(row.message) != std::string::npos);
    CHECK(d.hint.find(row.hint) != std::string::npos);
  }
  const CaseFile mixed = parse(head + kExec + head + head + kExec);
  CHECK(mixed.cases.size() == 2);
  CHECK(mixed.refused == 1);
}

TEST_CASE("hostile text is refused, and shown without its control characters") {
  std::string deep = kHead;
  deep += "[[case.event]]\na = ";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  CHECK(parse(deep).refused == 1);
  std::string dotted = "[[case.event]]\na";
  for (int i = 0; i < 127; ++i) dotted += ".a";
  CHECK(parse(kHead + dotted + " = 1\n").diagnostics.front().message.starts_with("unknown field `a.a.a.a."));
  dotted += ".a";
  CHECK(parse(kHead + dotted + " = 1\n").diagnostics.front().message == "this key has more than 128 parts");
  for (int i = 0; i < 200'000; ++i) dotted += ".a";
  const CaseFile file = parse(kHead + dotted + " = 1\n");
  CHECK(file.cases.empty());
  CHECK(file.refused == 1);
  const CaseFile escaped = parse(std::string(kHead) + kExec + "\"\\u001b[31m\" = 1\n");
  REQUIRE(escaped.diagnostics.size() == 1);
  CHECK(escaped.diagnostics.front().message == "unknown field `\\x1B[31m`");
  CHECK(parse("").cases.empty());
  CHECK(parse("").refused == 0);
}

}  // namespace
}  // namespace audisp_eql::cases
