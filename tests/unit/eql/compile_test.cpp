// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/compile.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lib/eql/program_code.h"
#include "tests/support/eql_event.h"
#include "tests/support/eql_random.h"

namespace audisp_eql::eql {
namespace {

struct Row {
  std::string query, program;
};

TEST_CASE("queries become programs of tests and jumps") {
  const std::vector<Row> rows = {
      {"any where true", "[0: true ? yes : no]"},
      {"any where a", "[0: (== a true) ? yes : no]"},
      {"any where not a", "[0: (== a true) ? no : yes]"},
      {"process where a", "[0: (== a true) ? 1 : no; 1: (== event.category \"process\") ? yes : no]"},
      {"any where a or b", "[0: (== a true) ? yes : 1; 1: (== b true) ? yes : no]"},
      {"any where not (a or b)", "[0: (== a true) ? no : 1; 1: (== b true) ? no : yes]"},
      {"any where (a or b) and (c or d)",
       "[0: (== a true) ? 2 : 1; 1: (== b true) ? 2 : no; 2: (== c true) ? yes : 3; 3: (== d true) ? yes : no]"},
      {"any where not (a and not b) and c",
       "[0: (== c true) ? 1 : no; 1: (== a true) ? 2 : yes; 2: (== b true) ? yes : no]"},
      {"sequence [a where x] with runs=3 [b where y] until [c where z]",
       "[0: (== x true) ? 1 : no; 1: (== event.category \"a\") ? yes : no] "
       "[0: (== y true) ? 1 : no; 1: (== event.category \"b\") ? yes : no] "
       "until [0: (== z true) ? 1 : no; 1: (== event.category \"c\") ? yes : no]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    event::FieldTable fields;
    CHECK(explain_query(test::source_of(row.query), fields).value().program == row.program);
  }
}

Program program_of(const std::string& query, event::FieldTable& fields) {
  auto compiled = compile_query(test::source_of(query), fields);
  return std::move(compiled.value().stages.front().predicate);
}

struct OpRow {
  std::string condition;
  TestOp op;
};

TEST_CASE("simple leaves take a fast path") {
  const std::vector<OpRow> rows = {
      {"a == \"x\"", TestOp::kEqualText},
      {"a == 5", TestOp::kCompare},
      {"process.pid == \"5\"", TestOp::kCompare},
      {"5 < a", TestOp::kCompare},
      {"a", TestOp::kCompare},
      {"a == null", TestOp::kAbsent},
      {"a == 1 / 0", TestOp::kConstant},
      {"a in (1, \"x\")", TestOp::kIn},
      {"a : \"x\"", TestOp::kMatch},
      {"a like (\"x*\", \"y\")", TestOp::kMatch},
      {"a regex \"x\"", TestOp::kMatch},
      {"cidrMatch(a, \"::1\", \"10.0.0.0/8\")", TestOp::kCidr},
      {"cidrMatch(a, b)", TestOp::kTerm},
      {"cidrMatch(a, null)", TestOp::kTerm},
      {"a == b", TestOp::kTerm},
      {"a in (1, b)", TestOp::kTerm},
      {"length(a) == 1", TestOp::kTerm},
      {"a > 1 / 0", TestOp::kConstant},
      {"null == (a > 1)", TestOp::kTerm},
  };
  for (const OpRow& row : rows) {
    CAPTURE(row.condition);
    event::FieldTable fields;
    const Program program = program_of("any where " + row.condition, fields);
    REQUIRE(program.code().tests.size() == 1);
    CHECK(program.code().tests.front().op == row.op);
  }
}

TEST_CASE("a program names the fields it reads") {
  event::FieldTable fields;
  const Program program = program_of(
      "process where user.name == \"a\" and length(process.name) > destination.port and user.name != null", fields);
  const std::vector<event::FieldId> wanted = {event::FieldId::kDestinationPort, event::FieldId::kEventCategory,
                                              event::FieldId::kProcessName, event::FieldId::kUserName};
  CHECK(std::vector<event::FieldId>(program.fields().begin(), program.fields().end()) == wanted);
}

TEST_CASE("a default program matches nothing") {
  const Program program;
  Evaluator evaluator;
  const event::Event event;
  CHECK_FALSE(evaluator.matches(program, event));
  CHECK_FALSE(program.could_match(event));
  CHECK(program.dump() == "no");
}

TEST_CASE("jumps only go forward") {
  test::RandomEql random(5);
  for (int i = 0; i < 500; ++i) {
    event::FieldTable fields;
    const auto compiled = compile_query(test::source_of(random.query()), fields);
    if (!compiled) continue;
    const std::vector<Test>& tests = compiled->stages.front().predicate.code().tests;
    for (std::size_t at = 0; at < tests.size(); ++at) {
      for (const std::uint32_t target : {tests[at].yes, tests[at].no}) {
        CHECK((target > at && (target < tests.size() || target >= kReject)));
      }
    }
  }
}

struct KindRow {
  std::string query;
  std::string category, action;
  bool could;
};

TEST_CASE("could_match tells which kinds of events a program can match") {
  const std::string exec = "process where event.action == \"exec\" and process.name == \"x\"";
  const std::vector<KindRow> rows = {
      {exec, "process", "exec", true},
      {exec, "process", "fork", false},
      {exec, "network", "exec", false},
      {"any where process.name == \"x\"", "network", "exec", true},
      {"any where false", "process", "exec", false},
      {"process where event.action : \"EX*\" or user.name == \"x\"", "process", "fork", true},
      {"process where event.action : \"EX*\" and event.type != \"start\"", "process", "exec", true},
      {"process where not event.action in (\"exec\", \"fork\")", "process", "exec", false},
      {"any where event.action == null", "process", "exec", false},
      {"any where concat(event.action, \"x\") == \"y\"", "process", "exec", true},
      {"any where not (event.action == \"exec\" and user.name == \"x\")", "process", "exec", true},
      {"any where not (event.action == \"exec\" or user.name == \"x\")", "process", "exec", false},
  };
  for (const KindRow& row : rows) {
    CAPTURE(row.query);
    event::FieldTable fields;
    const Program program = program_of(row.query, fields);
    event::Event kind;
    kind.set_text(event::FieldId::kEventCategory, row.category);
    kind.set_text(event::FieldId::kEventAction, row.action);
    CHECK(program.could_match(kind) == row.could);
  }
}

TEST_CASE("could_match never excludes a match, and start_for skips only what the kind decides") {
  test::RandomEql random(11);
  Evaluator evaluator;
  std::size_t excluded = 0;
  std::size_t skipped = 0;
  for (int i = 0; i < 3000; ++i) {
    event::FieldTable fields;
    test::RandomEql::declare(fields);
    // Let the random conditions read the fields that tell the kind.
    std::string text = random.query();
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"process.name", "event.action"},
                                   std::pair<std::string, std::string>{"process.args", "event.type"}}) {
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) text.replace(at, 12, to);
    }
    const auto compiled = compile_query(test::source_of(text), fields);
    if (!compiled) continue;
    const Program& program = compiled->stages.front().predicate;
    test::EventBuilder whole(fields);
    test::EventBuilder kind(fields);
    for (const auto& [name, values] : random.event()) {
      whole.with(name, values);
      if (name != "process.name" && name != "process.args") continue;
      whole.with(name == "process.name" ? "event.action" : "event.type", values);
      kind.with(name == "process.name" ? "event.action" : "event.type", values);
    }
    CAPTURE(text);
    const Program::Position start = program.start_for(kind.event());
    skipped += start == program.start() ? 0 : 1;
    const bool matches = evaluator.matches(program, whole.event());
    CHECK(evaluator.matches(program, start, whole.event()) == matches);
    if (program.could_match(kind.event())) continue;
    ++excluded;
    CHECK_FALSE(matches);
  }
  CHECK(excluded > 50);
  CHECK(skipped > 50);
}

}  // namespace
}  // namespace audisp_eql::eql
