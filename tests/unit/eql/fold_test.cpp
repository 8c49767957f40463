// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/fold.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

struct Row {
  std::string condition, folded;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.condition);
    event::FieldTable fields;
    const auto explained = explain_query(test::source_of("any where " + row.condition), fields);
    CHECK(explained.value().folded == "(event (stage " + row.folded + "))");
  }
}

TEST_CASE("constants are computed") {
  check_rows({
      {"1 + 2 * 3 == 7", "true"},
      {"a == 1 + 2 * 3", "{(== a 7)}"},
      {"a == -5", "{(== a -5)}"},
      {"a == concat(\"x\", 1 / 2)", "{(== a \"x0\")}"},
      {"a == 1 / 0", "false"},
      {"\"a\" in (\"b\", \"A\")", "false"},
      {"\"a\" in~ (\"b\", \"A\")", "true"},
      {"null == null", "true"},
      {"null == (1 == 1)", "false"},
      {"null == (null > 1)", "true"},
      {"not (1 == 1 and 2 == 3)", "true"},
      {"length(\"abc\") > 2 and a", "{(== a true)}"},
      {"startsWith(\"abc\", \"x\") or a", "{(== a true)}"},
      {"null > 1", "false"},
      {"a == (null == (1 > 2 or null > 3))", "{(== a true)}"},
      {"a > (null + 1)", "false"},
  });
}

TEST_CASE("and, or, not become as small as they can") {
  check_rows({
      {"a and true", "{(== a true)}"},
      {"a and false", "false"},
      {"a or true", "true"},
      {"false or a or false", "{(== a true)}"},
      {"not not a", "{(== a true)}"},
      {"not false", "true"},
      {"(a and b) and (c and d)", "(and {(== a true)} {(== b true)} {(== c true)} {(== d true)})"},
      {"a or (b or c)", "(or {(== a true)} {(== b true)} {(== c true)})"},
      {"a and (b or c)", "(and {(== a true)} (or {(== b true)} {(== c true)}))"},
  });
}

TEST_CASE("leaves take the simplest form") {
  check_rows({
      {"a like \"x\"", "{(text a \"x\")}"},
      {"a : (\"x\", \"y\")", "{(text~ a \"x\" \"y\")}"},
      {"a : (\"x\", \"y?\")", "{(like~ a \"x\" \"y?\")}"},
      {"a in (\"x\")", "{(== a \"x\")}"},
      {"a in~ (\"x\")", "{(in~ a \"x\")}"},
      {"a in~ (5)", "{(== a 5)}"},
      {"a in (null)", "{(in a null)}"},
      {"a in (b)", "{(in a b)}"},
      {"destination.ip in (\"::1\")", "{(==:ip destination.ip \"::1\")}"},
      {"5 < a", "{(> a 5)}"},
      {"5 >= a", "{(<= a 5)}"},
      {"\"x\" == a", "{(== a \"x\")}"},
      {"a : 4", "{(== a 4)}"},
  });
}

TEST_CASE("negation and several leaves on one field stay what they are") {
  check_rows({
      {"not a > 5", "(not {(> a 5)})"},
      {"a > 5 and a < 3", "(and {(> a 5)} {(< a 3)})"},
      {"a == \"x\" or a == \"y\"", "(or {(== a \"x\")} {(== a \"y\")})"},
      {"(not (a > 5)) == false", "{(> a 5)}"},
      {"null == (not (a > 5))", "{(is-null (not3 (> a 5)))}"},
  });
}

TEST_CASE("cheap tests come first and the order is stable") {
  check_rows({
      {"x regex \"a+\" and length(y) > 1 and x : \"a*\" and x == \"a\" and event.type == \"start\"",
       "(and {(== x \"a\")} {(== event.type \"start\")} {(like~ x \"a*\")} {(regex x \"a+\")} {(> (length y) 1)})"},
      {"b == 1 and a == 1 and c == null", "(and {(is-null c)} {(== b 1)} {(== a 1)})"},
      {"(b : \"x*\" or c == 1) and a == 1", "(and {(== a 1)} (or {(== c 1)} {(like~ b \"x*\")}))"},
      {"a == b and a in (1, 2) and not event.action == \"x\"",
       "(and {(in a 1 2)} (not {(== event.action \"x\")}) {(== a b)})"},
      {"process.args == \"x\" and process.name like \"x*\"",
       "(and {(like process.name \"x*\")} {(== process.args \"x\")})"},
      {"a like \"*x*\" and b like \"x*\"", "(and {(like b \"x*\")} {(like a \"*x*\")})"},
  });
}

}  // namespace
}  // namespace audisp_eql::eql
