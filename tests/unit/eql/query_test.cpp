// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/query.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

Query compiled(const std::string& text, event::FieldTable& fields) {
  auto query = compile_query(test::source_of(text), fields);
  if (!query) FAIL(render(query.error().diagnostics));
  return std::move(query.value());
}

TEST_CASE("an event query has one stage") {
  event::FieldTable fields;
  const Query query = compiled("process where true | head 3 | tail 2", fields);
  CHECK(query.kind == QueryKind::kEvent);
  REQUIRE(query.stages.size() == 1);
  CHECK(query.stages.front().category == "process");
  CHECK(query.stages.front().keys.empty());
  REQUIRE(query.pipes.size() == 2);
  CHECK(query.pipes[0].kind == Pipe::Kind::kHead);
  CHECK(query.pipes[0].count == 3);
  CHECK(query.pipes[1].kind == Pipe::Kind::kTail);
  CHECK_FALSE(query.maxspan);
  CHECK_FALSE(query.needs_clock());
}

TEST_CASE("a sequence keeps its keys, span, runs, missing stages and until") {
  event::FieldTable fields;
  const Query query = compiled(
      "sequence by host.id with maxspan=2m [process where true] by ?user.id with runs=2 "
      "![any where true] by user.name [network where true] by process.pid until [file where true] by group.id",
      fields);
  CHECK(query.kind == QueryKind::kSequence);
  CHECK(query.maxspan == seconds(120));
  REQUIRE(query.stages.size() == 4);
  CHECK(query.stages[0].category == "process");
  CHECK(query.stages[2].category.empty());
  CHECK(query.stages[2].missing);
  CHECK_FALSE(query.stages[3].missing);
  CHECK(query.stages[0].written_as == 0);
  CHECK(query.stages[1].written_as == 0);
  CHECK(query.stages[2].written_as == 2);
  CHECK(query.stages[3].written_as == 3);
  for (const Stage& stage : query.stages) {
    REQUIRE(stage.keys.size() == 2);
    CHECK(stage.keys[0].field == event::FieldId::kHostId);
    CHECK_FALSE(stage.keys[0].optional);
  }
  CHECK(query.stages[1].keys[1].field == event::FieldId::kUserId);
  CHECK(query.stages[1].keys[1].optional);
  REQUIRE(query.until);
  CHECK(query.until->keys[1].field == event::FieldId::kGroupId);
  CHECK_FALSE(query.needs_clock());
}

TEST_CASE("a query that ends in a missing stage needs a clock") {
  event::FieldTable fields;
  CHECK(compiled("sequence with maxspan=1s [a where true] ![b where true]", fields).needs_clock());
  CHECK(compiled("sequence with maxspan=1s ![a where true] [b where true] ![c where true]", fields).needs_clock());
  CHECK_FALSE(compiled("sequence with maxspan=1s ![a where true] [b where true]", fields).needs_clock());
}

TEST_CASE("a sample has keys and stages") {
  event::FieldTable fields;
  const Query query = compiled("sample by host.id [process where true] [network where true]", fields);
  CHECK(query.kind == QueryKind::kSample);
  CHECK(query.stages.size() == 2);
}

TEST_CASE("a query lists every field it reads, keys and category included") {
  event::FieldTable fields;
  const Query query = compiled("sequence by host.id [process where user.name == \"x\"] [any where ?new.field]", fields);
  const std::vector<event::FieldId> wanted = {event::FieldId::kEventCategory, event::FieldId::kHostId,
                                              event::FieldId::kUserName, *fields.find("new.field")};
  CHECK(query.fields == wanted);
}

TEST_CASE("a place in a rule file is the file's own line and column") {
  event::FieldTable fields;
  Source source;
  source.file = "rules/a.toml";
  source.text = "any where\n a = 1";
  source.first_line = 10;
  source.first_column = 4;
  const Diagnostic error = compile_query(source, fields).error().diagnostics.front();
  CHECK(error.file == "rules/a.toml");
  CHECK(error.line == 11);
  CHECK(error.column == 4);
}

TEST_CASE("a condition alone is that of any event") {
  event::FieldTable fields;
  const auto query = compile_condition(test::source_of("process.name == \"a\" or user.id : \"1*\""), fields);
  REQUIRE(query.has_value());
  REQUIRE(query->stages.size() == 1);
  CHECK(query->stages.front().category.empty());
  CHECK(query->stages.front().predicate.dump() ==
        compile_query(test::source_of("any where process.name == \"a\" or user.id : \"1*\""), fields)
            ->stages.front()
            .predicate.dump());
  CHECK(query->fields == std::vector<event::FieldId>{event::FieldId::kProcessName, event::FieldId::kUserId});
}

TEST_CASE("what is no condition alone is refused at its place") {
  const struct {
    const char* text;
    std::size_t column;
    const char* message;
    const char* hint;
  } rows[] = {
      {"process where true", 1, "a condition stands alone, without a category", "write only what comes after `where`"},
      {"any where true", 1, "a condition stands alone, without a category", "write only what comes after `where`"},
      {"true | head 1", 6, "expected the end of the condition, found `|`", "`and` and `or` join conditions"},
      {"true false", 6, "expected the end of the condition, found `false`", "`and` and `or` join conditions"},
      {"", 1, "expected a condition, found the end of the query", ""},
      {"length(1, 2, 3) == 1", 1, "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    event::FieldTable fields;
    const auto query = compile_condition(test::source_of(row.text), fields);
    REQUIRE(query.has_error());
    const Diagnostic d = query.error().diagnostics.front();
    CHECK(d.column == row.column);
    if (*row.message != '\0') CHECK(d.message == row.message);
    if (*row.hint != '\0') CHECK(d.hint == row.hint);
  }
}

TEST_CASE("explain shows each stage on one line") {
  event::FieldTable fields;
  const Explanation shown =
      explain_query(test::source_of("process where /* x */ process.name like \"a\"\n and 1 == 1"), fields).value();
  CHECK(shown.tokens == "process where process.name like \"a\" and 1 == 1");
  CHECK(shown.ast == "(event (stage \"process\" (and (like process.name \"a\") (== 1 1))))");
  CHECK(shown.typed ==
        "(event (stage (and {(== event.category \"process\")} (and {(like process.name \"a\")} {(== 1 1)}))))");
  CHECK(shown.folded == "(event (stage (and {(text process.name \"a\")} {(== event.category \"process\")})))");
  CHECK(shown.program == "[0: (text process.name \"a\") ? 1 : no; 1: (== event.category \"process\") ? yes : no]");
  CHECK(explain_query(test::source_of("any where"), fields).has_error());
  CHECK(explain_query(test::source_of("any where x("), fields).has_error());
  CHECK(explain_query(test::source_of("any where x()"), fields).has_error());
}

}  // namespace
}  // namespace audisp_eql::eql
