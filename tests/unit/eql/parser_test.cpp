// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/parser.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "lib/eql/lexer.h"
#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

Result<ast::Query> parsed(const std::string& text) {
  const Source source = test::source_of(text);
  const auto tokens = lex(source);
  REQUIRE(tokens.has_value());
  return parse(source, *tokens, CompileLimits());
}

struct Row {
  std::string text, tree;
};

// The tree must not depend on the blanks between the tokens.
std::vector<std::string> respaced(const std::string& text) {
  std::vector<std::string> out = {text, "  " + text + "\n"};
  for (const std::string_view blank : {"\n", "\t\t", " /* , */ ", " // x\n"}) {
    std::string copy;
    bool in_string = false;
    for (const char c : text) {
      in_string = in_string != (c == '"');
      if (c == ' ' && !in_string) {
        copy += blank;
      } else {
        copy += c;
      }
    }
    out.push_back(copy);
  }
  return out;
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const std::string& text : respaced(row.text)) {
      CAPTURE(text);
      const auto query = parsed(text);
      REQUIRE(query.has_value());
      CHECK(ast::dump(*query) == row.tree);
    }
  }
}

TEST_CASE("conditions become trees") {
  const auto condition = [](const std::string& text, const std::string& tree) {
    return Row{"any where " + text, "(event (stage any " + tree + "))"};
  };
  check_rows({
      condition("true", "true"),
      condition("a", "a"),
      condition("?a.b", "?a.b"),
      condition("a == \"x\\\"y\"", "(== a \"x\\\"y\")"),
      condition("a or b and c", "(or a (and b c))"),
      condition("a and b and c or d or e", "(or (and a b c) d e)"),
      condition("(a or b) and c", "(and (or a b) c)"),
      condition("not a == b", "(not (== a b))"),
      condition("not a and b", "(and (not a) b)"),
      condition("not not a", "(not (not a))"),
      condition("1 + 2 * 3 - 4 == 7", "(== (1 + (2 * 3) - 4) 7)"),
      condition("(1 + 2) * 3 / 4 % 5 > 0", "(> ((1 + 2) * 3 / 4 % 5) 0)"),
      condition("-a - -1 <= +2", "(<= ((neg a) - (neg 1)) 2)"),
      condition("a in (1, b, length(c))", "(in a 1 b (length c))"),
      condition("a not in (1)", "(not-in a 1)"),
      condition("a in~ (\"x\") or b not in~ (\"y\")", "(or (in~ a \"x\") (not-in~ b \"y\"))"),
      condition("a : \"x*\"", "(: a \"x*\")"),
      condition("a : (\"x\", 4, -1.5, true)", "(: a \"x\" 4 -1.5 true)"),
      condition("a like \"x\" and b like~ (\"y\", \"z\")", "(and (like a \"x\") (like~ b \"y\" \"z\"))"),
      condition("a regex \"x\" and b regex~ (\"y\")", "(and (regex a \"x\") (regex~ b \"y\"))"),
      condition("startsWith~(a, \"b\")", "(startsWith~ a \"b\")"),
      condition("concat (a, concat(b), -1) == null", "(== (concat a (concat b) (neg 1)) null)"),
      condition("number() == 1", "(== (number) 1)"),
      condition("(a > 1) == (b in (2))", "(== (> a 1) (in b 2))"),
      condition("`in` == `a-b`.c", "(== in a-b.c)"),
      condition("-a in (1)", "(neg (in a 1))"),
  });
}

TEST_CASE("queries become trees") {
  check_rows({
      {"process where true", "(event (stage \"process\" true))"},
      {"\"a b\" where true", "(event (stage \"a b\" true))"},
      {"any where true | head 5 | tail 2", "(event (stage any true) (head 5) (tail 2))"},
      {"sequence [a where true] [any where b]", "(sequence (stage \"a\" true) (stage any b))"},
      {"sequence by x, ?y.z with maxspan = 5m [a where true] ![b where true] until [c where true]",
       "(sequence (by x ?y.z) (maxspan 300000ms) (stage \"a\" true) (missing-stage \"b\" true) (until \"c\" true))"},
      {"sequence [a where true] by x, y with runs = 3 [b where true] with runs=2 by ?z, t",
       "(sequence (stage \"a\" true (by x y) (runs 3)) (stage \"b\" true (by ?z t) (runs 2)))"},
      {"sample by x [a where true] by y [b where true] by z | head 1",
       "(sample (by x) (stage \"a\" true (by y)) (stage \"b\" true (by z)) (head 1))"},
  });
}

TEST_CASE("maxspan takes five units") {
  const std::vector<std::pair<std::string, std::int64_t>> rows = {
      {"500ms", 500}, {"1s", 1'000}, {"2m", 120'000}, {"3h", 10'800'000}, {"4d", 345'600'000}, {"0010s", 10'000}};
  for (const auto& row : rows) {
    CAPTURE(row.first);
    const auto query = parsed("sequence with maxspan=" + row.first + " [a where true] [b where true]");
    REQUIRE(query.has_value());
    CHECK(query->maxspan == milliseconds(row.second));
  }
}

TEST_CASE("spans cover what was written") {
  const auto query = parsed("any where (abc == 1) and x in (2)");
  const auto& logic = std::get<ast::Logic>(query->stages.front().filter.condition.node);
  CHECK(query->stages.front().filter.condition.span == Span{11, 33});
  CHECK(logic.operands[0].span == Span{11, 19});
  CHECK(logic.operands[1].span == Span{25, 33});
}

}  // namespace
}  // namespace audisp_eql::eql
