// SPDX-License-Identifier: Apache-2.0
// Each limit at n-1, n, n+1, and inputs made to break a parser.
#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "lib/eql/program_code.h"
#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

struct NestingRow {
  std::string name;
  std::function<std::string(std::size_t)> query;
};

const std::vector<NestingRow>& nestings() {
  static const std::vector<NestingRow> kRows = {
      {"(", [](std::size_t n) { return "any where " + repeated("(", n) + "a" + repeated(")", n); }},
      {"not", [](std::size_t n) { return "any where " + repeated("not ", n) + "a"; }},
      {"-", [](std::size_t n) { return "any where a == " + repeated("- ", n) + "1"; }},
      {"+", [](std::size_t n) { return "any where a == " + repeated("+", n) + "1"; }},
      {"call", [](std::size_t n) { return "any where " + repeated("string(", n) + "a" + repeated(")", n) + " == 1"; }},
      {"in", [](std::size_t n) { return "any where a in (" + repeated("b in (", n - 1) + "1" + repeated(")", n); }},
      {"and", [](std::size_t n) { return "any where a" + repeated(" and (b or c", n) + " and d" + repeated(")", n); }},
  };
  return kRows;
}

TEST_CASE("nesting is limited, whatever nests") {
  const CompileLimits limits;
  for (const NestingRow& row : nestings()) {
    CAPTURE(row.name);
    CHECK(test::errors_of(row.query(limits.max_depth - 1)).empty());
    CHECK(test::errors_of(row.query(limits.max_depth)).empty());
    const std::string error = test::errors_of(row.query(limits.max_depth + 1));
    CHECK(error.find("this condition is nested too deep") != std::string::npos);
    CHECK(error.find("at most 250 levels") != std::string::npos);
  }
}

TEST_CASE("100,000 of anything that nests is an error and not a crash") {
  CompileLimits limits;
  limits.max_text_bytes = 16 << 20;
  for (const NestingRow& row : nestings()) {
    CAPTURE(row.name);
    CHECK(test::errors_of(row.query(100'000), limits).find("nested too deep") != std::string::npos);
  }
  for (const std::string_view piece : {"(", "not ", "-", "[", "![", "a(", "?", "sequence ", "a in ("}) {
    CAPTURE(piece);
    CHECK_FALSE(test::errors_of("any where " + repeated(piece, 100'000), limits).empty());
  }
}

TEST_CASE("flat chains of 100,000 terms take no stack in any stage") {
  CompileLimits limits;
  limits.max_text_bytes = 16 << 20;
  limits.max_instructions = 1 << 20;
  const std::size_t count = 100'000;
  for (const std::string& query :
       {"any where a == 1" + repeated(" and a == 1", count), "any where a == 1" + repeated(" or a == 1", count),
        "any where a == 1" + repeated(" + 1", count), "any where a == b" + repeated(" * 1", count),
        "any where a in (1" + repeated(", 1", count) + ")", "any where a in (b" + repeated(", b", count) + ")",
        "any where a : (\"x\"" + repeated(", \"y*\"", count) + ")", "any where concat(a" + repeated(", b", count) + ")",
        "any where (a" + repeated(" and b", count) + ") == c",
        "any where a == 1" + repeated(" and b == 1 or c == 2", count / 10)}) {
    CAPTURE(query.substr(0, 30));
    event::FieldTable fields;
    if (query.find(" or ") == std::string::npos) {
      CHECK(explain_query(test::source_of(query), fields, limits).has_value());
    }
    const auto compiled = compile_query(test::source_of(query), fields, limits);
    test::EventBuilder event(fields);
    event.with("a", {std::int64_t{1}}).with("b", {std::int64_t{1}});
    Evaluator evaluator;
    static_cast<void>(evaluator.matches(compiled.value().stages.front().predicate, event.event()));
    CHECK(compiled.value().stages.front().predicate.could_match(event.event()));
  }
}

TEST_CASE("the text is limited") {
  CompileLimits limits;
  limits.max_text_bytes = 100;
  const std::string query = "any where true";
  CHECK(test::errors_of(query + std::string(99 - query.size(), ' '), limits).empty());
  CHECK(test::errors_of(query + std::string(100 - query.size(), ' '), limits).empty());
  const std::string error = test::errors_of(query + std::string(101 - query.size(), ' '), limits);
  CHECK(error.find("this query is too long") != std::string::npos);
  CHECK(error.find("at most 100 bytes") != std::string::npos);
}

TEST_CASE("instructions are limited over all stages and runs") {
  CompileLimits limits;
  // Three stages of two tests, and one leaf of four more instructions.
  const std::string query = "sequence [p where a == 1] with runs=2 [p where length(b) == 1]";
  limits.max_instructions = 11;
  CHECK(test::errors_of(query, limits).empty());
  limits.max_instructions = 10;
  CHECK(test::errors_of(query, limits).empty());
  limits.max_instructions = 9;
  const std::string error = test::errors_of(query, limits);
  CHECK(error.find("this query is too large") != std::string::npos);
  event::FieldTable fields;
  CHECK(explain_query(test::source_of(query), fields, limits).has_error());
  limits.max_instructions = 0;
  CHECK_FALSE(test::errors_of("any where true", limits).empty());
}

TEST_CASE("stages are limited, runs counted") {
  CompileLimits limits;
  limits.max_stages = 10;
  const auto query = [](int runs) {
    return "sequence [a where true] with runs=" + std::to_string(runs) + " [b where true]";
  };
  CHECK(test::errors_of(query(8), limits).empty());
  CHECK(test::errors_of(query(9), limits).empty());
  CHECK(test::errors_of(query(10), limits).find("more than 10 stages") != std::string::npos);
}

TEST_CASE("a regular expression has a memory budget") {
  CompileLimits limits;
  const std::string query = "any where a regex \"(abcdefgh{1,100}){1,9}\"";
  CHECK(test::errors_of(query, limits).empty());
  limits.regex_memory_bytes = 4096;
  CHECK(test::errors_of(query, limits).find("this regular expression is too large") != std::string::npos);
}

TEST_CASE("a leaf on several fields tries a limited number of choices and counts it") {
  const auto run = [](std::size_t count, bool last_pair) {
    event::FieldTable fields;
    const auto compiled = compile_query(test::source_of("any where a == concat(b, \"\")"), fields);
    std::vector<Constant> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.emplace_back("n" + std::to_string(i));
    test::EventBuilder event(fields);
    event.with("a", numbers).with("b", {last_pair ? numbers.back() : Constant("none")});
    Evaluator evaluator;
    const bool matched = evaluator.matches(compiled.value().stages.front().predicate, event.event());
    return std::pair(matched, evaluator.capped_leaves());
  };
  constexpr std::size_t kMax = Evaluator::kMaxChoices;
  CHECK(run(kMax - 1, true) == std::pair(true, std::uint64_t{0}));
  CHECK(run(kMax, true) == std::pair(true, std::uint64_t{0}));
  CHECK(run(kMax, false) == std::pair(false, std::uint64_t{0}));
  CHECK(run(kMax + 1, true) == std::pair(false, std::uint64_t{1}));
}

TEST_CASE("a leaf on one field looks at all values") {
  event::FieldTable fields;
  const auto compiled = compile_query(test::source_of("any where length(a) == 7"), fields);
  std::vector<Constant> values(Evaluator::kMaxChoices * 2, Constant("n"));
  values.emplace_back("1234567");
  test::EventBuilder event(fields);
  event.with("a", values);
  Evaluator evaluator;
  CHECK(evaluator.matches(compiled.value().stages.front().predicate, event.event()));
  CHECK(evaluator.capped_leaves() == 0);
}

TEST_CASE("arbitrary bytes are an error or a query, never more") {
  std::mt19937 dice(3);
  const std::vector<std::string> words = {"any",
                                          "where",
                                          "sequence",
                                          "by",
                                          "with",
                                          "maxspan",
                                          "=",
                                          "1",
                                          "s",
                                          "[",
                                          "]",
                                          "![",
                                          "(",
                                          ")",
                                          ",",
                                          "|",
                                          "head",
                                          "a.b",
                                          "?",
                                          "\"x\"",
                                          "\"\"\"y\"\"\"",
                                          "and",
                                          "or",
                                          "not",
                                          "in",
                                          "~",
                                          ":",
                                          "like",
                                          "regex",
                                          "==",
                                          "!=",
                                          "<",
                                          "-",
                                          "*",
                                          "/",
                                          "until",
                                          "sample",
                                          "runs",
                                          "true",
                                          "null",
                                          "length(",
                                          "`",
                                          "'",
                                          "\\",
                                          "\n",
                                          "/*",
                                          "*/",
                                          "//",
                                          std::string(1, '\0'),
                                          "\xff",
                                          "\xc3\xa9",
                                          "1e400",
                                          "99999999999999999999"};
  event::FieldTable fields;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? "any where " : "";
    for (std::size_t i = 0; i < 1 + dice() % 12; ++i) text += words[dice() % words.size()] + (dice() % 3 ? " " : "");
    const auto compiled = compile_query(test::source_of(text), fields);
    if (!compiled) CHECK_FALSE(render(compiled.error().diagnostics).empty());
  }
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (std::size_t i = 0; i < dice() % 40; ++i) text += static_cast<char>(dice() % 256);
    CHECK(compile_query(test::source_of(text), fields).has_error());
  }
}

TEST_CASE("a megabyte of one byte is an error at once") {
  for (const char byte : std::string_view("\0 \n\"'`()[]!/*\\-.:|&~?a1\xff\xc3", 25)) {
    CAPTURE(byte);
    event::FieldTable fields;
    const auto compiled = compile_query(test::source_of(std::string(1 << 20, byte)), fields);
    CHECK(compiled.has_error());
    CHECK(compiled.error().diagnostics.size() <= 10);
  }
}

}  // namespace
}  // namespace audisp_eql::eql
