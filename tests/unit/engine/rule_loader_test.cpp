// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/rule.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kRule[] = R"([rule]
name = "n"
rule_id = "id"
severity = "high"
type = "eql"
query = '''
process where process.name == "x"
'''
)";

Result<Rule> parse(const std::string& text) {
  event::FieldTable fields;
  return parse_rule({"r.toml", text, 1, 1}, fields);
}

std::string errors_of(const std::string& text) {
  const auto rule = parse(text);
  REQUIRE_FALSE(rule.has_value());
  return render(rule.error().diagnostics);
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kRule;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// "# expect: TEXT" on the first line of a bad rule.
std::string expectation(const std::string& text) {
  constexpr std::string_view kMark = "# expect: ";
  REQUIRE(text.starts_with(kMark));
  return text.substr(kMark.size(), text.find('\n') - kMark.size());
}

}  // namespace

TEST_CASE("a rule needs little") {
  const auto rule = parse(kRule);
  REQUIRE(rule.has_value());
  CHECK(rule.value().info.name == "n");
  CHECK(rule.value().info.risk_score == 73);
  CHECK(rule.value().query->kind == eql::QueryKind::kEvent);
}

TEST_CASE("the first rule is Elastic's in id, severity and technique") {
  const auto set = load_rules({test::read_source(SHIPPED_RULES "/xdg_autostart_network.toml")});
  REQUIRE_MESSAGE(set.rules.size() == 1, render(set.diagnostics));
  CHECK(set.diagnostics.empty());
  const Rule& rule = set.rules.front();
  CHECK(rule.info.id == "dd52d45a-4602-4195-9018-ebe0f219c273");
  CHECK(rule.info.name == "Network Connections Initiated Through XDG Autostart Entry");
  CHECK(rule.info.severity == alert::RuleSeverity::kMedium);
  CHECK(rule.info.risk_score == 47);
  REQUIRE(rule.info.threats.size() == 1);
  CHECK(rule.info.threats[0].tactic_id == "TA0003");
  REQUIRE(rule.info.threats[0].techniques.size() == 1);
  CHECK(rule.info.threats[0].techniques[0].id == "T1547");
  REQUIRE(rule.info.threats[0].techniques[0].subtechniques.size() == 1);
  CHECK(rule.info.threats[0].techniques[0].subtechniques[0].id == "T1547.013");
  CHECK(rule.query->maxspan == seconds(1));
  CHECK(rule.query->stages.size() == 2);
}

TEST_CASE("every shipped rule and every good fixture loads") {
  for (const std::string dir : {SHIPPED_RULES, FIXTURES "/rules/good"}) {
    const auto files = test::files_in(dir, ".toml");
    CHECK_FALSE(files.empty());
    for (const auto& file : files) {
      event::FieldTable fields;
      const auto rule = parse_rule(test::read_source(file), fields);
      CHECK_MESSAGE(rule.has_value(), file.string(), "\n", rule ? "" : render(rule.error().diagnostics));
    }
  }
}

TEST_CASE("every bad fixture is refused with the message it expects") {
  const auto files = test::files_in(FIXTURES "/rules/bad", ".toml");
  CHECK(files.size() >= 10);
  for (const auto& file : files) {
    CAPTURE(file.string());
    const Source source = test::read_source(file);
    event::FieldTable fields;
    const auto rule = parse_rule(source, fields);
    REQUIRE_FALSE(rule.has_value());
    const std::string message = render(rule.error().diagnostics);
    CHECK_MESSAGE(message.find(expectation(source.text)) != std::string::npos, message);
  }
}

TEST_CASE("a directory of rules given by environment loads, rules of other types aside") {
  const char* dir = std::getenv("AUDISP_EQL_RULES_DIR");
  if (dir == nullptr) {
    MESSAGE("AUDISP_EQL_RULES_DIR is not set: no foreign rules are tried");
    return;
  }
  for (const auto& file : test::files_in(dir, ".toml")) {
    const Source source = test::read_source(file);
    if (source.text.find("type = \"eql\"") == std::string::npos) continue;
    event::FieldTable fields;
    const auto rule = parse_rule(source, fields);
    CHECK_MESSAGE(rule.has_value(), file.string(), "\n", rule ? "" : render(rule.error().diagnostics));
  }
}

TEST_CASE("a mistake in the query is shown at its place in the file") {
  CHECK(errors_of(with("process where", "process wher")).starts_with("r.toml:7:9: error: "));
  const std::string one_line = with("'''\nprocess where process.name == \"x\"\n'''", "'process wher true'");
  CHECK(errors_of(one_line).starts_with("r.toml:6:18: error: "));
}

TEST_CASE("mistakes in a rule file say what to change") {
  struct Row {
    std::string text;
    std::string message;
  };
  const Row rows[] = {
      {"", "r.toml:1:1: error: no [rule] table\n"},
      {"[rule\n", "r.toml:1:6: error: "},
      {with("rule_id = \"id\"\n", ""), "[rule] has no `rule_id`\n"},
      {with("name = \"n\"\n", ""), "[rule] has no `name`\n"},
      {with("severity = \"high\"", "severity = \"hihg\""), "r.toml:4:12: error: unknown severity \"hihg\"\n"},
      {with("severity = \"high\"", "severity = 3"), "r.toml:4:12: error: `severity` must be a string\n"},
      {with("type = \"eql\"", "type = \"esql\""), "rules of type \"esql\" cannot run here\n"},
      {with("type = \"eql\"", "type = \"eql\"\nlanguage = \"kuery\""), "query language \"kuery\" cannot run here\n"},
      {with("type = \"eql\"", "type = \"eql\"\nrisk_score = 101"),
       "r.toml:6:14: error: `risk_score` must be a whole number from 0 to 100\n"},
      {with("rule_id = \"id\"", "rule_id = \"\""), "r.toml:3:11: error: `rule_id` is empty\n"},
      {with("type = \"eql\"", "type = \"eql\"\nreferences = \"x\""), "`references` must be a list of strings\n"},
  };
  for (const Row& row : rows) {
    const std::string message = errors_of(row.text);
    CHECK_MESSAGE(message.find(row.message) != std::string::npos, message);
  }
}

TEST_CASE("all mistakes of a file are told at once") {
  const std::string message = errors_of("[rule]\ntype = \"eql\"\n");
  for (const char* key : {"name", "rule_id", "severity", "query"}) {
    CHECK(message.find(std::string("[rule] has no `") + key) != std::string::npos);
  }
}

TEST_CASE("one bad rule takes no other down, and an id used twice belongs to the first") {
  const auto set = load_rules({{"a.toml", kRule, 1, 1},
                               {"b.toml", "nonsense", 1, 1},
                               {"c.toml", kRule, 1, 1},
                               {"d.toml", with("\"id\"", "\"other\""), 1, 1}});
  CHECK(set.rules.size() == 2);
  CHECK(set.refused == 2);
  CHECK(render(set.diagnostics).find("c.toml: error: rule_id id is already used by a.toml\n") != std::string::npos);
}

TEST_CASE("rules are disabled by id or name, and a name that is no rule's is told where it was written") {
  const auto place = [](std::size_t line) {
    Diagnostic d;
    d.file = "config.toml";
    d.line = line;
    return d;
  };
  const auto load = [](const std::vector<DisabledName>& names) {
    const std::string header = "name = \"n\"\nrule_id = \"id\"";
    RuleSet set = load_rules({{"a.toml", with(header, "name = \"first rule\"\nrule_id = \"id-a\"")},
                              {"b.toml", with(header, "name = \"other rule\"\nrule_id = \"id-b\"")},
                              {"c.toml", with(header, "name = \"third rule\"\nrule_id = \"id-c\"")}});
    REQUIRE(set.rules.size() == 3);
    disable_rules(names, set);
    return set;
  };
  const RuleSet set = load({{"id-a", place(2)}, {"other rule", place(3)}, {"id-b", place(4)}});
  REQUIRE(set.rules.size() == 1);
  CHECK(set.rules[0].info.id == "id-c");
  REQUIRE(set.disabled.size() == 2);
  CHECK(set.disabled[0].info.id == "id-a");
  CHECK(set.disabled[1].info.id == "id-b");
  CHECK(set.diagnostics.empty());

  const RuleSet unknown =
      load({{"id-a", place(1)}, {"other rile", place(7)}, {"elsewhere", place(8)}, {"default", {}}});
  CHECK(unknown.rules.size() == 2);
  REQUIRE(unknown.diagnostics.size() == 2);
  CHECK(unknown.diagnostics[0].severity == Severity::kWarning);
  CHECK(unknown.diagnostics[0].line == 7);
  CHECK(unknown.diagnostics[0].message == "no rule has the rule_id or name \"other rile\"");
  CHECK(unknown.diagnostics[0].hint == "did you mean \"other rule\"?");
  CHECK(unknown.diagnostics[1].hint.starts_with("take it out of the list"));

  RuleSet none;
  disable_rules({{"elsewhere", place(8)}}, none);
  CHECK(none.diagnostics.empty());
}

TEST_CASE("a bare query is a rule named by its label") {
  event::FieldTable fields;
  const auto rule = rule_from_query({"--query", "any where true", 1, 1}, "1", fields);
  REQUIRE(rule.has_value());
  CHECK(rule.value().info.id == "query:1");
  CHECK_FALSE(rule_from_query({"--query", "any wher true", 1, 1}, "1", fields).has_value());
}

TEST_CASE("hostile files are refused, never fatal") {
  CHECK_FALSE(parse(std::string("\0\0\0", 3)).has_value());
  CHECK_FALSE(parse("\xff\xfe").has_value());
  CHECK_FALSE(parse("a = " + std::string(100'000, '[')).has_value());
  CHECK_FALSE(
      parse(with("process where process.name == \"x\"", "process where " + std::string(100'000, '('))).has_value());
}
