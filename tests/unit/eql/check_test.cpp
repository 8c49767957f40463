// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/check.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lib/eql/lexer.h"
#include "lib/eql/parser.h"
#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

// The typed tree of `any where CONDITION`.
std::string typed_dump(const std::string& condition) {
  event::FieldTable fields;
  fields.intern("x.version", event::FieldType::kVersion);
  const Source source = test::source_of("any where " + condition);
  const CompileLimits limits;
  const auto parsed = parse(source, lex(source).value(), limits);
  const auto checked = check(source, parsed.value(), fields, limits);
  return dump(checked.value().query.stages.front().filter, fields);
}

struct Row {
  std::string condition, tree;
};

TEST_CASE("conditions get their position") {
  const std::vector<Row> rows = {
      {"a == 1 and not b == 2 or true", "(or (and {(== a 1)} (not {(== b 2)})) true)"},
      {"a != 1", "(not {(== a 1)})"},
      {"a not in (1)", "(not {(in a 1)})"},
      {"a", "{(== a true)}"},
      {"not a", "(not {(== a true)})"},
      {"null", "false"},
      {"5", "false"},
      {"a == null", "{(is-null a)}"},
      {"null != a", "(not {(is-null a)})"},
      {"null == null", "{(is-null null)}"},
      {"null == (a > 1)", "{(is-null (> a 1))}"},
      {"(a > 1) == true", "{(> a 1)}"},
      {"(a > 1) != true", "(not {(> a 1)})"},
      {"false == (a > 1)", "(not {(> a 1)})"},
      {"false != (a and b)", "(and {(== a true)} {(== b true)})"},
      {"((a != 1) == false) == false", "(not (not (not {(== a 1)})))"},
      {"a == false", "{(== a false)}"},
      {"a == b", "{(== a b)}"},
      {"(a == 1) == (b != 2)", "{(== (== a 1) (not3 (== b 2)))}"},
      {"(a and b in (1)) == c", "{(== (and3 (== a true) (in b 1)) c)}"},
      {"concat(a or not b, 1) == \"x\"", "{(== (concat (or3 (== a true) (not3 (== b true))) 1) \"x\")}"},
      {"STARTSWITH~(a, \"b\") == true", "{(startsWith~ a \"b\")}"},
      {"a : (\"x\", 4)", "{(or3 (like~ a \"x\") (in a 4))}"},
      {"a : 4", "{(in a 4)}"},
      {"a regex~ (\"x\", \"y\")", "{(regex~ a \"x\" \"y\")}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.condition);
    CHECK(typed_dump(row.condition) == row.tree);
  }
}

TEST_CASE("the types of fields choose the comparison") {
  const std::vector<Row> rows = {
      {"process.pid == \"4\"", "{(==:number process.pid \"4\")}"},
      {"\"4\" < process.pid", "{(<:number \"4\" process.pid)}"},
      {"user.id == 4", "{(== user.id 4)}"},
      {"destination.ip == \"::1\"", "{(==:ip destination.ip \"::1\")}"},
      {"destination.ip in (\"::1\")", "{(in:ip destination.ip \"::1\")}"},
      {"@timestamp >= \"2024-01-01\"", "{(>=:date @timestamp \"2024-01-01\")}"},
      {"x.version < \"1.2\"", "{(<:version x.version \"1.2\")}"},
      {"length(user.name) == \"4\"", "{(== (length user.name) \"4\")}"},
      {"destination.ip == process.pid", "{(== destination.ip process.pid)}"},
      {"user.name == destination.ip", "{(==:ip user.name destination.ip)}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.condition);
    CHECK(typed_dump(row.condition) == row.tree);
  }
}

TEST_CASE("a category is a test like any other") {
  event::FieldTable fields;
  const auto explained = explain_query(test::source_of("process where true"), fields);
  CHECK(explained.value().typed == "(event (stage (and {(== event.category \"process\")} true)))");
}

struct WarningRow {
  std::string query, text;
};

TEST_CASE("likely slips are warnings") {
  const std::vector<WarningRow> rows = {
      {"any where process.name == \"py*\"", R"(
rule:1:27: warning: `*` is an ordinary character here
  any where process.name == "py*"
                            ^~~~~
  hint: `:` and `like` take wildcards; `==` and `in` do not
)"},
      {"any where process.name not in (\"a\", \"py*\")", R"(
rule:1:37: warning: `*` is an ordinary character here
  any where process.name not in ("a", "py*")
                                      ^~~~~
  hint: `:` and `like` take wildcards; `==` and `in` do not
)"},
      {"any where process.nme == \"x\"", R"(
rule:1:11: warning: no audit event has this field; conditions see it as absent
  any where process.nme == "x"
            ^~~~~~~~~~~
  hint: did you mean `process.name`?
)"},
      {"any where registry.path == \"x\" or registry.path == \"y\"", R"(
rule:1:11: warning: no audit event has this field; conditions see it as absent
  any where registry.path == "x" or registry.path == "y"
            ^~~~~~~~~~~~~
)"},
      {"any where event.id == \"x\"", R"(
rule:1:11: warning: no audit event has this field; conditions see it as absent
  any where event.id == "x"
            ^~~~~~~~
  hint: exported events may have it: scan --input ndjson
)"},
      {"any where process.pid == \"init\"", R"(
rule:1:26: warning: this is not a number, so the comparison is never true
  any where process.pid == "init"
                           ^~~~~~
)"},
      {"any where destination.ip == \"10.0.0.0/8\"", R"(
rule:1:29: warning: this is not an address, so the comparison is never true
  any where destination.ip == "10.0.0.0/8"
                              ^~~~~~~~~~~~
  hint: write `cidrMatch(field, ...)`
)"},
      {"any where process.name regex \"^a$\"", R"(
rule:1:11: warning: `^` and `$` are ordinary characters in a regular expression here
  any where process.name regex "^a$"
            ^~~~~~~~~~~~~~~~~~~~~~~~
  hint: the whole value must match anyway: leave them out, or write `\^`, `\$`
)"},
      {"any where length(process.name)", R"(
rule:1:11: warning: this condition is a number, which is never true
  any where length(process.name)
            ^~~~~~~~~~~~~~~~~~~~
  hint: a condition is a comparison or a boolean
)"},
      {"any where null", R"(
rule:1:11: warning: this condition is never true
  any where null
            ^~~~
  hint: a condition is a comparison or a boolean
)"},
      {"any where length(process.pid) == 1", R"(
rule:1:18: warning: length takes text as argument 1, and this is a number
  any where length(process.pid) == 1
                   ^~~~~~~~~~~
  hint: string(...) makes text of a number, number(...) a number of text
)"},
  };
  for (const WarningRow& row : rows) {
    CAPTURE(row.query);
    CHECK("\n" + test::warnings_of(row.query) == row.text);
  }
}

TEST_CASE("what is meant to be so is no warning") {
  for (const std::string query :
       {"any where ?process.nme == \"x\"", "any where process.name : \"py*\"", "any where process.name == \"a?\"",
        "any where process.name regex \"\\\\^a\"", "any where process.pid == \"4\"", "any where true",
        "any where cidrMatch(destination.ip, \"10.6.48.157/8\", \"::1\")"}) {
    CAPTURE(query);
    CHECK(test::warnings_of(query).empty());
  }
}

TEST_CASE("errors and warnings are capped") {
  const auto errors = [](std::size_t count) {
    std::string text = "any where nosuch()";
    for (std::size_t i = 1; i < count; ++i) text += " or nosuch()";
    event::FieldTable fields;
    return compile_query(test::source_of(text), fields).error().diagnostics.size();
  };
  CHECK(errors(kMaxCheckDiagnostics - 1) == kMaxCheckDiagnostics - 1);
  CHECK(errors(kMaxCheckDiagnostics) == kMaxCheckDiagnostics);
  CHECK(errors(kMaxCheckDiagnostics + 1) == kMaxCheckDiagnostics);
  std::string text = "any where true";
  for (std::size_t i = 0; i < kMaxCheckDiagnostics + 5; ++i) text += " or no.field" + std::to_string(i);
  event::FieldTable fields;
  CHECK(compile_query(test::source_of(text), fields).value().warnings.size() == kMaxCheckDiagnostics);
}

TEST_CASE("a field table that overflows is an error, not another field") {
  event::FieldTable fields;
  std::size_t i = 0;
  while (fields.size() < 65'535) fields.intern("f" + std::to_string(i++));
  CHECK(compile_query(test::source_of("any where f1 == 1"), fields).has_value());
  const auto over = compile_query(test::source_of("any where new1 == 1 or new2 == 1"), fields);
  REQUIRE(over.has_error());
  CHECK(over.error().diagnostics.front().message == "there are too many different field names");
}

}  // namespace
}  // namespace audisp_eql::eql
