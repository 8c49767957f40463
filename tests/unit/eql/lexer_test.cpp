// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/lexer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

using test::source_of;

struct Row {
  std::string text, tokens;
};

TEST_CASE("texts become tokens") {
  const std::vector<Row> rows = {
      {"", ""},
      {" \t\r\n", ""},
      {"process where a==1", "process where a == 1"},
      {"a!=b<c<=d>e>=f", "a != b < c <= d > e >= f"},
      {"a+b-c*d/e%f", "a + b - c * d / e % f"},
      {"![a] [b] !=", "![ a ] [ b ] !="},
      {"?a,(b):c|d=e", "? a , ( b ) : c | d = e"},
      {"in in~ like like~ regex regex~", "in in~ like like~ regex regex~"},
      {"x in~(1)", "x in~ ( 1 )"},
      {"length~(x)", "length~ ( x )"},
      // L2
      {"12 1.5 1. .5 1e3 1.5E-2 2.e+1", "12 1.5 1.0 0.5 1000.0 0.015 20.0"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "9223372036854775808.0"},
      {"100000000000000000000000000000000", "1e+32"},
      {"30s 5ms", "30 s 5 ms"},
      {"1e 2e+", "1 e 2 e +"},
      // L3
      {"a.b.c _x @timestamp a1.b_2", "a.b.c _x @timestamp a1.b_2"},
      {"`my-field` `a.b`.c a.`b-c/d`.e", "my-field a.b.c a.b-c/d.e"},
      {"`my``field` `sequence`", "my`field sequence"},
      {"a.sequence.by", "a.sequence.by"},
      // L4
      {"and any by false not null of or true where with", "and any by false not null of or true where with"},
      {"join maxspan sample sequence until runs head", "join maxspan sample sequence until runs head"},
      {"android sequences _and", "android sequences _and"},
      // L5
      {"a // b\nc", "a c"},
      {"a /* b /* c */ d */ e", "a e"},
      {"a/**/b", "a b"},
      {"a // never ended", "a"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto list = lex(source_of(row.text));
    REQUIRE(list.has_value());
    CHECK(dump(*list) == row.tokens);
  }
}

struct StringRow {
  std::string text, value;
};

TEST_CASE("strings mean what their escapes say") {
  const std::vector<StringRow> rows = {
      {R"("")", ""},
      {R"("a b")", "a b"},
      {R"("\b\t\n\f\r\"\\\'")", "\b\t\n\f\r\"\\'"},
      {R"("\u{41}\u{e9}\u{200f}\u{0001F600}")", "A\xc3\xa9\xe2\x80\x8f\xf0\x9f\x98\x80"},
      {R"("\u{00}")", std::string(1, '\0')},
      {"\"\xc3\xa9\"", "\xc3\xa9"},
      {R"("// no comment /* here */")", "// no comment /* here */"},
      {R"("""a\d"b""")", R"(a\d"b)"},
      {R"("""""")", ""},
      {R"("""""x""""")", R"(""x"")"},
      {R"(""""x"""")", R"("x")"},
  };
  for (const StringRow& row : rows) {
    CAPTURE(row.text);
    const auto list = lex(source_of(row.text));
    REQUIRE(list.has_value());
    REQUIRE(list->tokens.size() == 2);
    CHECK(list->tokens.front().kind == TokenKind::kString);
    CHECK(list->text(list->tokens.front()) == row.value);
  }
}

struct ErrorRow {
  std::string text;
  std::size_t column;
  std::size_t width;
  std::string message;
};

TEST_CASE("lexical errors say what is wrong and where") {
  const std::vector<ErrorRow> rows = {
      {"a 'b' c", 3, 3, "single quotes do not make a string"},
      {"a == ?\"b\"", 6, 4, "`?` does not make a raw string"},
      {"a == ?'b'", 6, 4, "`?` does not make a raw string"},
      {"\"abc", 1, 1, "this string is never closed"},
      {"\"abc\nx", 1, 1, "this string is never closed"},
      {"\"\"\"abc\nx", 1, 3, "this raw string is never closed"},
      {"`abc", 1, 1, "this field name is never closed"},
      {"``", 1, 2, "a field name is empty"},
      {"a /* /* */", 3, 2, "this comment is never closed"},
      {R"("\q")", 2, 2, "`\\q` is no escape"},
      {R"("\u41")", 2, 2, "a Unicode escape is `\\u{` with 2 to 8 hexadecimal digits and `}`"},
      {R"("\u{4}")", 2, 2, "a Unicode escape is `\\u{` with 2 to 8 hexadecimal digits and `}`"},
      {R"("\u{000000041}")", 2, 2, "a Unicode escape is `\\u{` with 2 to 8 hexadecimal digits and `}`"},
      {R"("\u{d800}")", 2, 8, "there is no such character"},
      {R"("\u{110000}")", 2, 10, "there is no such character"},
      {"1e999", 1, 5, "this number is out of range"},
      {"a && b", 3, 2, "`&&` has no meaning here"},
      {"a || b", 3, 2, "`||` has no meaning here"},
      {"! a", 1, 1, "`!` has no meaning here"},
      {"a;", 2, 1, "`;` has no meaning here"},
      {"a.b~(c)", 4, 1, "`~` has no meaning here"},
      {"a ~ b", 3, 1, "`~` has no meaning here"},
      {"a == \xe2\x80\x9c", 6, 3, "`\xe2\x80\x9c` has no meaning here"},
      {"ab\xff", 3, 1, "this byte is not part of valid UTF-8"},
      {"\"\xc3\"", 2, 1, "this byte is not part of valid UTF-8"},
      {"// \xed\xa0\x80", 4, 1, "this byte is not part of valid UTF-8"},
      {std::string("a \0 b", 5), 3, 1, "`\\x00` has no meaning here"},
  };
  for (const ErrorRow& row : rows) {
    CAPTURE(row.text);
    const auto list = lex(source_of(row.text));
    REQUIRE(list.has_error());
    const Diagnostic first = list.error().diagnostics.front();
    CHECK(list.error().diagnostics.size() == 1);
    CHECK(first.message == row.message);
    CHECK(first.column == row.column);
    CHECK(first.width == row.width);
  }
}

TEST_CASE("all lexical errors of a text are reported, up to a number") {
  CHECK(lex(source_of("a && b || 'c'")).error().diagnostics.size() == 3);
  for (const std::size_t count : {kMaxLexicalErrors - 1, kMaxLexicalErrors, kMaxLexicalErrors + 1}) {
    const auto list = lex(source_of(std::string(count, ';')));
    CHECK(list.error().diagnostics.size() == std::min(count, kMaxLexicalErrors));
  }
  std::string escapes = "\"";
  for (int i = 0; i < 1000; ++i) escapes += "\\q";
  CHECK(lex(source_of(escapes)).error().diagnostics.size() == kMaxLexicalErrors);
}

TEST_CASE("a token knows its place") {
  const auto list = lex(source_of("any where `a b` == 1"));
  const std::vector<Span> spans = {{0, 3}, {4, 9}, {10, 15}, {16, 18}, {19, 20}, {20, 20}};
  REQUIRE(list->tokens.size() == spans.size());
  for (std::size_t i = 0; i < spans.size(); ++i) CHECK(list->tokens[i].span == spans[i]);
}

TEST_CASE("comments nest as deep as one likes") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "/*";
  for (int i = 0; i < 100'000; ++i) text += "*/";
  CHECK(dump(lex(source_of(text + "a")).value()) == "a");
}

}  // namespace
}  // namespace audisp_eql::eql
