// SPDX-License-Identifier: Apache-2.0
// `audisp-eql test` and `fields` as people run them, and the documents that show them.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string rule(const std::string& id, const std::string& query) {
  return "[rule]\nname = \"R\"\nrule_id = \"" + id + "\"\ntype = \"eql\"\nseverity = \"low\"\nquery = '''" + query +
         "'''\n";
}

constexpr char kQuery[] = "process where process.name == \"nc\"";
constexpr char kNc[] = "[[case.event]]\nevent.action = \"exec\"\nprocess.name = \"nc\"\n";

std::string one_case(const std::string& name, int expect, const std::string& events = kNc) {
  return "[[case]]\nname = \"" + name + "\"\nexpect = " + std::to_string(expect) + "\n" + events;
}

// A folder of rules, in it `tests`.
struct Rules {
  Rules() {
    std::filesystem::create_directories(place.rules() + "/tests");
    place.write_rule("nc.toml", rule("nc", kQuery));
  }
  void cases(const std::string& text, const std::string& name = "nc") {
    write_file(place.rules() + "/tests/" + name + ".toml", text);
  }
  [[nodiscard]] Ran run(std::vector<std::string> more = {}) const {
    std::vector<std::string> args = {"test", "--config", place.config()};
    args.insert(args.end(), more.begin(), more.end());
    return audisp_eql_run(std::move(args));
  }

  Place place;
};

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos;) text.erase(at, part.size());
  return text;
}

// The blocks between ```LANGUAGE and ```.
std::vector<std::string> blocks(const std::string& page, const std::string& language) {
  std::vector<std::string> out;
  const std::string open = "\n```" + language + "\n";
  for (std::size_t at = 0; (at = page.find(open, at)) != std::string::npos;) {
    at += open.size();
    const std::size_t end = page.find("```", at);
    out.push_back(page.substr(at, end - at));
  }
  return out;
}

TEST_CASE("the example in docs/rules.md gives what the page says") {
  const std::string page = read_file(DOCS "/rules.md");
  const auto toml = blocks(page, "toml");
  const auto text = blocks(page, "text");
  REQUIRE(toml.size() == 2);
  REQUIRE(text.size() == 1);
  const Place place;
  std::filesystem::create_directories(place.rules() + "/tests");
  write_file(place.rules() + "/shell_calls_out.toml", toml[0]);
  write_file(place.rules() + "/tests/shell_calls_out.toml", toml[1]);
  const Ran ran = audisp_eql_run({"test", place.rules()});
  CHECK_MESSAGE(ran.status == 0, ran.err);
  CHECK(ran.err.empty());
  CHECK(without(ran.out, place.file("")) == text[0]);
}

TEST_CASE("docs/fields.md is what `fields` prints") {
  const Ran ran = audisp_eql_run({"fields"});
  CHECK(ran.status == 0);
  CHECK(ran.out == read_file(DOCS "/fields.md"));
  CHECK(audisp_eql_run({"fields", "--format", "md"}).out == ran.out);
  CHECK(audisp_eql_run({"fields", "--format", "json"}).out.rfind("{\"fields\":[", 0) == 0);
  CHECK(audisp_eql_run({"fields", "--format", "text"}).status == 2);
}

TEST_CASE("every shipped rule has cases of both kinds, and all come out as they say") {
  const Ran ran = audisp_eql_run({"test", SHIPPED_RULES});
  CHECK_MESSAGE(ran.status == 0, (ran.out + ran.err));
  CHECK_FALSE(has(ran.out, "without cases"));
  for (const auto& file : files_in(SHIPPED_RULES, ".toml")) {
    CAPTURE(file.string());
    const std::string begin = "ok: " + std::string(SHIPPED_RULES) + "/tests/" + file.filename().string() + ":";
    std::size_t found = 0;
    std::size_t missed = 0;
    for (std::size_t at = 0; (at = ran.out.find(begin, at)) != std::string::npos; ++at) {
      const std::string line = ran.out.substr(at, ran.out.find('\n', at) - at);
      ++(line.ends_with(": no alert") ? missed : found);
    }
    CHECK(found >= 2);
    CHECK(missed >= 2);
  }
}

TEST_CASE("a case that fails says what was expected and what came, and the exit status is 1") {
  Rules rules;
  rules.cases(one_case("as it is", 1) + one_case("too many", 0) +
              "[[case]]\nname = \"other fields\"\nexpect = 1\nalert = { process.name = \"x\" }\n" + kNc);
  const std::string file = rules.place.rules() + "/tests/nc.toml";
  const Ran ran = rules.run();
  CHECK(ran.status == 1);
  CHECK(ran.err.empty());
  CHECK(ran.out == "ok: " + file + ":1: as it is: 1 alert\n" + "FAILED: " + file +
                       ":7: too many: expected no alert, came 1\n  an alert of event 1\n" + "FAILED: " + file +
                       ":13: other fields: the alerts are not as expected\n" +
                       "  process.name: expected \"x\", came \"nc\"\n3 cases of 1 rule: 1 ok, 2 failed\n");
  const Ran tap = rules.run({"--format", "tap"});
  CHECK(tap.status == 1);
  CHECK(tap.out ==
        "TAP version 13\nok 1 - " + file + ":1: as it is\nnot ok 2 - " + file + ":7: too many\n" +
            "# expected no alert, came 1\n#   an alert of event 1\nnot ok 3 - " + file +
            ":13: other fields\n# the alerts are not as expected\n#   process.name: expected \"x\", came \"nc\"\n" +
            "1..3\n# 3 cases of 1 rule: 1 ok, 2 failed\n");
}

TEST_CASE("what cannot be used is told with its place, the rest is run, and the exit status is 2") {
  Rules rules;
  rules.cases(one_case("good", 1) +
              one_case("bad", 1, "[[case.event]]\nevent.action = \"exec\"\nproces.name = \"x\"\n"));
  const std::string file = rules.place.rules() + "/tests/nc.toml";
  Ran ran = rules.run();
  CHECK(ran.status == 2);
  CHECK_MESSAGE(has(ran.err, file + ":12:8: error: unknown field `proces.name`"), ran.err);
  CHECK(has(ran.err, "hint: did you mean `process.name`?"));
  CHECK(has(ran.out, "ok: " + file + ":1: good: 1 alert\n1 case of 1 rule: 1 ok, 0 failed, 1 could not be run\n"));
  ran = rules.run({"--format", "tap"});
  CHECK(has(ran.out, "not ok 1 - " + file + ": cannot be run, see standard error\n"));
  CHECK(has(ran.out, "\n1..2\n"));

  rules.cases(one_case("good", 1));
  rules.place.write_rule("broken.toml", rule("broken", "process where"));
  ran = rules.run();
  CHECK(ran.status == 2);
  CHECK(has(ran.err, "broken.toml:6:"));
  CHECK(has(ran.out, "1 case of 1 rule: 1 ok, 0 failed, 1 could not be run\n"));
}

TEST_CASE("records that say nothing make no case pass") {
  Rules rules;
  const std::string file = rules.place.rules() + "/tests/nc.toml";
  const struct {
    std::string input, message;
  } rows[] = {
      {"records = \"hello\"\n", "this holds no audit records"},
      {"records = \"type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59\\nhello\"\n",
       "1 of the lines is no audit record"},
      {"records_file = \"none.log\"\n", "none.log"},
      {"records_file = \"/dev/zero\"\n", "/dev/zero"},
      {"records_file = \".\"\n", "tests/."},
      {"records_file = \"a\\u001b[31m\\nok 1\\u009b\"\n", "a\\x1B[31m\\x0Aok 1\\xC2\\x9B"},
      {"records_file = \"a\\u0000b\"\n", "`records_file` is no file name"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    rules.cases(one_case("n", 0, row.input));
    const Ran ran = rules.run();
    CHECK(ran.status == 2);
    CHECK_MESSAGE(has(ran.err, file + ":4:"), ran.err);
    CHECK_MESSAGE(has(ran.err, row.message), ran.err);
    CHECK(has(ran.out, "0 cases of 1 rule: 0 ok, 0 failed, 1 could not be run\n"));
  }
}

TEST_CASE("a log beside the cases is read whatever its layout") {
  Rules rules;
  rules.place.write_rule("nc.toml", read_file(kRuleFile));
  write_file(rules.place.rules() + "/tests/xfce.log", recording("xfce"));
  write_file(rules.place.rules() + "/tests/stream.log", recording("live-stream"));
  const auto count = std::to_string(scan_ids(recording("xfce")).size());
  rules.cases("[[case]]\nname = \"log\"\nexpect = " + count + "\nrecords_file = \"xfce.log\"\n" +
              "[[case]]\nname = \"stream\"\nexpect = " + std::to_string(scan_ids(recording("live-stream")).size()) +
              "\nrecords_file = \"stream.log\"\n");
  const Ran ran = rules.run();
  CHECK_MESSAGE(ran.status == 0, (ran.out + ran.err));
}

TEST_CASE("cases belong to rules: those without some are named, cases without a rule are an error") {
  Rules rules;
  Ran ran = rules.run();
  CHECK(ran.status == 2);
  CHECK(has(ran.err, "there is no case to run"));
  CHECK(ran.out == "0 cases of 1 rule: 0 ok, 0 failed\nwithout cases: " + rules.place.rules() + "/nc.toml\n");

  rules.cases(one_case("good", 1));
  rules.place.write_rule("more.toml", rule("more", kQuery));
  ran = rules.run();
  CHECK(ran.status == 0);
  CHECK(ran.out.ends_with("1 case of 2 rules: 1 ok, 0 failed\nwithout cases: " + rules.place.rules() + "/more.toml\n"));

  rules.cases(one_case("good", 1), "renamed");
  ran = rules.run();
  CHECK(ran.status == 2);
  CHECK(has(ran.err, rules.place.rules() + "/tests/renamed.toml: error: there is no rule of this name"));

  // Cases kept elsewhere may be of more rules than are here.
  const std::string elsewhere = rules.place.file("elsewhere");
  std::filesystem::rename(rules.place.rules() + "/tests", elsewhere);
  CHECK(rules.run().status == 2);
  CHECK(rules.run({"--cases", elsewhere}).status == 0);
  CHECK(rules.run({"--cases", elsewhere, rules.place.rules() + "/nc.toml"}).out.ends_with("1 ok, 0 failed\n"));
}

// The name of a file once made a line that a reader of TAP took for a result.
TEST_CASE("no name of a file makes a line of its own") {
  Rules rules;
  const std::string name = "y\nok 99 - f\x1B[2J";
  const std::string shown = "y\\x0Aok 99 - f\\x1B[2J.toml";
  const auto check = [&](const Ran& ran, int status) {
    CHECK(ran.status == status);
    CHECK_MESSAGE(has(ran.out + ran.err, shown), ran.out);
    CHECK_FALSE(has(ran.out + ran.err, "\nok 99"));
    CHECK_FALSE(has(ran.out + ran.err, "\x1B"));
  };
  rules.place.write_rule(name + ".toml", rule("y", kQuery));
  check(rules.run({"--format", "tap"}), 2);  // no cases
  for (const char* format : {"tap", "text"}) {
    rules.cases(one_case("good", 1) + one_case("wrong", 0), name);
    check(rules.run({"--format", format}), 1);
    rules.cases("[[case]]\n", name);
    check(rules.run({"--format", format}), 2);
  }
  std::filesystem::remove(rules.place.rules() + "/" + name + ".toml");
  check(rules.run({"--format", "tap"}), 2);  // cases without a rule
}

TEST_CASE("a folder of cases that is not there is an error") {
  Rules rules;
  rules.cases(one_case("good", 1));
  for (const std::string& folder : {rules.place.file("none"), rules.place.rules() + "/nc.toml"}) {
    const Ran ran = rules.run({"--cases", folder});
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK_MESSAGE(ran.err.starts_with(folder + ": error: "), ran.err);
    CHECK(has(ran.err, "--cases takes the folder"));
  }
}

TEST_CASE("cases are no rules to anybody else, and a site's exceptions are no part of them") {
  Rules rules;
  rules.cases(one_case("good", 1));
  const Ran check = audisp_eql_run({"check", rules.place.rules()});
  CHECK(check.status == 0);
  CHECK(has(check.out, "1 rule can run, 0 cannot"));

  const std::string exceptions = rules.place.file("exceptions.toml");
  write_file(exceptions, "[[exception]]\nrule_id = \"nc\"\ncondition = 'process.name == \"nc\"'\nreason = \"x\"\n");
  rules.place.write_config("exceptions = \"" + exceptions + "\"\n");
  CHECK(rules.run().status == 0);
  CHECK(rules.run({"--exceptions", exceptions}).status == 1);
  rules.place.write_config("disabled_rules = [\"nc\"]\n");
  CHECK(has(rules.run().out, "1 case of 1 rule: 1 ok"));
}

}  // namespace
}  // namespace audisp_eql::test
