// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/pattern.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "lib/eql/ascii_fold.h"
#include "lib/eql/lucene.h"
#include "lib/eql/text_set.h"
#include "lib/eql/value_set.h"

namespace audisp_eql::eql {
namespace {

constexpr CaseMode kExact = CaseMode::kSensitive;
constexpr CaseMode kFold = CaseMode::kAsciiInsensitive;

struct MatchRow {
  std::string pattern, text;
  CaseMode mode;
  bool matches;
};

TEST_CASE("wildcards match the whole value") {
  const std::vector<MatchRow> rows = {
      {"a", "a", kExact, true},
      {"a", "A", kExact, false},
      {"a", "A", kFold, true},
      {"a", "ab", kExact, false},
      {"", "", kExact, true},
      {"", "a", kExact, false},
      {"*", "", kExact, true},
      {"*", "a\nb/c", kExact, true},
      {"**", "", kExact, true},
      {"***", "abc", kExact, true},
      {"a*", "a", kExact, true},
      {"a*", "ab/\nc", kExact, true},
      {"a*", "Ab", kExact, false},
      {"a*", "Ab", kFold, true},
      {"a*", "ba", kExact, false},
      {"*a", "a", kExact, true},
      {"*a", "ba", kExact, true},
      {"*A", "ba", kFold, true},
      {"*a", "ab", kExact, false},
      {"*a*", "xay", kExact, true},
      {"*a*", "xAy", kExact, false},
      {"*aB*", "xxAby", kFold, true},
      {"*abc*", "ab", kFold, false},
      {"*abc*", "xababc", kFold, true},
      {"a*b*c", "a1b2c", kExact, true},
      {"a*b*c", "a1c2b", kExact, false},
      {"?", "\xc3\xa9", kExact, true},
      {"??", "\xc3\xa9", kExact, false},
      {"*?", "", kExact, false},
      {"?*", "x", kExact, true},
      {"a\\*", "a\\x", kExact, true},
      {"a\\*", "a*", kExact, false},
      {"[a]", "a", kExact, false},
      {"%_", "xx", kExact, false},
      {"\xc3\x89", "\xc3\xa9", kFold, false},
      {"k*", "\xe2\x84\xaa", kFold, false},
      {"*\xef\xbf\xbd*",
       "a\xef\xbf\xbd"
       "b",
       kFold, true},
      {"\xef\xbf\xbd*",
       "\xef\xbf\xbd"
       "b",
       kExact, true},
      {"*?b",
       "\xef\xbf\xbd"
       "b",
       kExact, true},
  };
  for (const MatchRow& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(PatternSet::wildcards({row.pattern}, row.mode).matches(row.text) == row.matches);
    CHECK(glob_match(row.pattern, row.text, row.mode) == row.matches);
    CHECK(PatternSet::wildcards({"zzz*", row.pattern, "yyy"}, row.mode).matches(row.text) == row.matches);
  }
}

TEST_CASE("values of any length match alike") {
  for (const std::size_t size :
       {PatternSet::kFoldedBytes - 1, PatternSet::kFoldedBytes, PatternSet::kFoldedBytes + 1}) {
    CAPTURE(size);
    const std::string text = "Ab" + std::string(size - 5, 'x') + "/Yz";
    for (const std::string pattern : {"aB*", "*/yZ", "*X/*", "*xX*yz", "a?x*", "*"}) {
      CAPTURE(pattern);
      CHECK(PatternSet::wildcards({pattern}, kFold).matches(text));
      CHECK(PatternSet::wildcards({pattern}, kExact).matches(text) == (pattern == "*"));
    }
    for (const std::string pattern : {"b*", "*y", "*xy*", "a*b", "?", ""}) {
      CAPTURE(pattern);
      CHECK_FALSE(PatternSet::wildcards({pattern}, kFold).matches(text));
    }
    CHECK(PatternSet::texts({"x", lower_ascii(text)}, kFold).matches(text));
    CHECK_FALSE(PatternSet::texts({"x", lower_ascii(text)}, kExact).matches(text));
  }
}

TEST_CASE("a part is found wherever it is, whatever its rarest byte") {
  for (const std::string part : {"a", "ab", "e/e", "eee", "zee", "eez", "eze", "\xc3\xa9"}) {
    const PatternSet set = PatternSet::wildcards({"*" + part + "*"}, kExact);
    for (std::size_t before = 0; before < 9; ++before) {
      for (std::size_t after = 0; after < 9; ++after) {
        CAPTURE(part);
        const std::string around = std::string(before, 'e') + part.substr(0, part.size() - 1) + std::string(after, 'q');
        CHECK(set.matches(std::string(before, 'e') + part + std::string(after, 'q')));
        CHECK(set.matches(around) == (around.find(part) != std::string::npos));
      }
    }
  }
}

TEST_CASE("letters become small at any place, other bytes stay") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'Q');
      std::string wanted(20, 'q');
      text[at] = static_cast<char>(byte);
      wanted[at] = ascii_lower(static_cast<char>(byte));
      REQUIRE(lower_ascii(text) == wanted);
    }
  }
  CHECK(lower_ascii("").empty());
}

TEST_CASE("texts have no special characters") {
  CHECK(PatternSet::texts({"a*", "b?"}, kExact).matches("a*"));
  CHECK_FALSE(PatternSet::texts({"a*", "b?"}, kExact).matches("ab"));
  CHECK(PatternSet::texts({"a*", "b?"}, kFold).matches("B?"));
}

TEST_CASE("a text set of any size holds what it was given and nothing else") {
  for (const std::size_t size : {0u, 1u, 3u, 4u, 5u, 6u, 100u, 5000u}) {
    CAPTURE(size);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < size; ++i) texts.push_back("Text" + std::to_string(i * i));
    for (std::size_t i = 0; i < size; i += 2) texts.push_back(texts[i]);
    const TextSet exact(texts, kExact);
    const TextSet folded(texts, kFold);
    CHECK(exact.texts().size() == size);
    CHECK(exact.empty() == (size == 0));
    for (std::size_t i = 0; i < size; ++i) {
      CHECK(exact.contains("Text" + std::to_string(i * i)));
      CHECK_FALSE(exact.contains("text" + std::to_string(i * i)));
      CHECK(folded.contains("tEXT" + std::to_string(i * i)));
      CHECK_FALSE(folded.contains("Text" + std::to_string(i * i) + "x"));
    }
    CHECK_FALSE(exact.contains(""));
    CHECK_FALSE(folded.contains(std::string(100, 'x')));
  }
  const TextSet long_ones({std::string(100, 'a'), std::string(200, 'b')}, kExact);
  CHECK(long_ones.contains(std::string(200, 'b')));
  CHECK_FALSE(long_ones.contains(std::string(150, 'b')));
}

TEST_CASE("a value set compares each kind with each kind") {
  using event::Value;
  const std::vector<Value> items = {
      Value::string("a"), Value::string("5"), Value::string("true"), Value::integer(7), Value(), Value::boolean(false)};
  const ValueSet set(items, CompareMode::kByValue, kExact);
  CHECK(set.contains(Value::string("a")));
  CHECK_FALSE(set.contains(Value::string("A")));
  CHECK(set.contains(Value::string("7")));
  CHECK(set.contains(Value::string("7.0")));
  CHECK(set.contains(Value::integer(5)));
  CHECK(set.contains(Value::real(5.0)));
  CHECK_FALSE(set.contains(Value::integer(6)));
  CHECK(set.contains(Value::boolean(true)));
  CHECK(set.contains(Value::string("false")));
  const ValueSet ips({Value::string("::1"), Value::string("no address")}, CompareMode::kIp, kExact);
  CHECK(ips.contains(Value::string("0:0::1")));
  CHECK_FALSE(ips.contains(Value::string("no address")));
  CHECK_FALSE(ips.contains(Value::integer(1)));
  const ValueSet folded({Value::string("Ab")}, CompareMode::kByValue, kFold);
  CHECK(folded.contains(Value::string("aB")));
}

struct RegexRow {
  std::string pattern;
  CaseMode mode;
  std::vector<std::string> yes, no;
};

TEST_CASE("regular expressions match whole values in Lucene's way") {
  const std::vector<RegexRow> rows = {
      {"a.c",
       kExact,
       {"abc", "a\nc",
        "a\xc3\xa9"
        "c",
        "a\xef\xbf\xbd"
        "c"},
       {"ac", "xabc", "abcx", "ABC"}},
      {"ab?c*d+", kExact, {"ad", "abccdd"}, {"abbd", "abc"}},
      {"a{2}b{1,2}c{1,}", kExact, {"aabc", "aabbcc"}, {"abc", "aab", "aabbbc"}},
      {"a{0}", kExact, {""}, {"a"}},
      {"foo|ba(r|z)", kExact, {"foo", "bar", "baz"}, {"ba", "foobar"}},
      {"", kExact, {""}, {"a"}},
      {"()", kExact, {""}, {"a"}},
      {"a|", kExact, {"a", ""}, {"b"}},
      {"[a-cx]+", kExact, {"abcx"}, {"abd", ""}},
      {"[^a-c]", kExact, {"d", "\n", "\xc3\xa9"}, {"a"}},
      {"[]a]+", kExact, {"]a"}, {"["}},
      {"[^]]", kExact, {"a"}, {"]"}},
      {"[a-]+", kExact, {"a-"}, {"b"}},
      {"[-a]+", kExact, {"-a"}, {"b"}},
      {"[.*+?(|~&@#<>\"^$]+", kExact, {".*+?(|~&@#<>\"^$"}, {"a"}},
      {"[\\]\\\\a]+", kExact, {"]\\a"}, {"["}},
      {"[\\d_]+", kExact, {"1_2"}, {"a"}},
      {"[\\D]", kExact, {"a"}, {"1"}},
      {"\\d+\\.\\d\\w\\s", kExact, {"12.3_ ", "1.2a\t"}, {"12.3- ", "1.2a\xc2\xa0"}},
      {"\\D\\W\\S", kExact, {"a-b"}, {"1-b", "aab", "a- "}},
      {"\\w", kExact, {"a", "_", "9"}, {"\xc3\xa9", "-"}},
      {"\\*\\?\\(\\)\\[\\]\\{\\}\\|\\.\\+\\\\\\~\\\"", kExact, {"*?()[]{}|.+\\~\""}, {"*"}},
      {"^a$", kExact, {"^a$"}, {"a"}},
      {"}]", kExact, {"}]"}, {"}"}},
      {"a+?", kExact, {"", "a", "aaa"}, {"b"}},
      {"(ab)*+", kExact, {"", "abab"}, {"aba"}},
      {"x(a|b){2}??", kExact, {"x", "xab"}, {"xa"}},
      {"\xc3\xa9+", kExact, {"\xc3\xa9\xc3\xa9"}, {"\xc3"}},
      {"[\xc3\xa0-\xc3\xa9]", kExact, {"\xc3\xa1"}, {"\xc3\xaa", "a"}},
      {"aB[c-d]", kFold, {"AbC", "abD", "abc"}, {"abe"}},
      {"[^c-d]", kFold, {"a", "e"}, {"C", "d"}},
      {"[A-Z]+", kFold, {"abc"}, {"1"}},
      {"[5-_]", kFold, {"7", "Z", "z", "_"}, {"4"}},
      {"k\\d",
       kFold,
       {"K1"},
       {"\xe2\x84\xaa"
        "1"}},
      {"[a-z]", kFold, {"S"}, {"\xc5\xbf"}},
      {"\xc3\xa9", kFold, {"\xc3\xa9"}, {"\xc3\x89"}},
  };
  for (const RegexRow& row : rows) {
    CAPTURE(row.pattern);
    const auto made = Regex::make({row.pattern}, row.mode, 1 << 20);
    REQUIRE(std::holds_alternative<Regex>(made));
    for (const std::string& text : row.yes) {
      CAPTURE(text);
      CHECK(std::get<Regex>(made).matches(text));
    }
    for (const std::string& text : row.no) {
      CAPTURE(text);
      CHECK_FALSE(std::get<Regex>(made).matches(text));
    }
  }
}

TEST_CASE("several regular expressions are one alternation") {
  const auto made = Regex::make({"a|b", "c+"}, kExact, 1 << 20);
  const auto& regex = std::get<Regex>(made);
  for (const std::string text : {"a", "b", "cc"}) CHECK(regex.matches(text));
  for (const std::string text : {"ac", "bc", "ccb"}) CHECK_FALSE(regex.matches(text));
}

struct RegexErrorRow {
  std::string pattern, message;
};

TEST_CASE("what Lucene or we do not have is an error") {
  const std::vector<RegexErrorRow> rows = {
      {"a~", "`~` is an operator that is not supported in a regular expression"},
      {"a&b", "`&` is an operator that is not supported in a regular expression"},
      {"@", "`@` is an operator that is not supported in a regular expression"},
      {"#", "`#` is an operator that is not supported in a regular expression"},
      {"<1-5>", "`<` is an operator that is not supported in a regular expression"},
      {"a>", "`>` is an operator that is not supported in a regular expression"},
      {"\"a\"", "`\"` is an operator that is not supported in a regular expression"},
      {"(?:a)", "`(?` is not supported in a regular expression"},
      {"(a", "a `(` is never closed"},
      {"a)", "a `)` has no `(`"},
      {"[a", "a `[` is never closed"},
      {"[a-", "a `[` is never closed"},
      {"[]", "a `[` is never closed"},
      {"[\\", "a `[` is never closed"},
      {"[z-a]", "a range in `[ ]` ends before it begins"},
      {"[\\b]", "`\\b` has no meaning in a regular expression"},
      {"\\n", "`\\n` has no meaning in a regular expression"},
      {"a\\", "a backslash ends the regular expression"},
      {"*", "`*` has nothing to repeat"},
      {"a|+", "`+` has nothing to repeat"},
      {"(?)", "`(?` is not supported in a regular expression"},
      {"({2})", "`{` has nothing to repeat"},
      {"a{", "a `{` is not followed by a count"},
      {"a{x}", "a `{` is not followed by a count"},
      {"a{,2}", "a `{` is not followed by a count"},
      {"a{2,1}", "a `{` is not followed by a count"},
      {"a{1001}", "a `{` is not followed by a count"},
      {"a?????", "too many quantifiers in a row"},
  };
  for (const RegexErrorRow& row : rows) {
    CAPTURE(row.pattern);
    const auto made = translate_lucene(row.pattern, kExact);
    REQUIRE(std::holds_alternative<RegexError>(made));
    CHECK(std::get<RegexError>(made).message == row.message);
  }
  CHECK(std::holds_alternative<TranslatedRegex>(translate_lucene("a????", kExact)));
  CHECK(std::holds_alternative<TranslatedRegex>(translate_lucene("a{1000}", kExact)));
}

TEST_CASE("a repetition of repetitions that RE2 refuses is an error with its reason") {
  const auto made = Regex::make({"((a{100}){100}){100}"}, kExact, 1 << 20);
  REQUIRE(std::holds_alternative<RegexError>(made));
  CHECK(std::get<RegexError>(made).message.find("this regular expression does not compile: ") == 0);
}

TEST_CASE("every translation is one that RE2 takes, or one it finds too large") {
  std::mt19937 dice(17);
  constexpr std::string_view kLetters = "aB1.?+*|()[]^-{}2,\\dwS$ ";
  int good = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern;
    for (std::size_t i = 0; i < 1 + dice() % 8; ++i) pattern += kLetters[dice() % kLetters.size()];
    if (std::holds_alternative<RegexError>(translate_lucene(pattern, kFold))) continue;
    ++good;
    const auto made = Regex::make({pattern}, kFold, 8 << 20);
    CAPTURE(pattern);
    CHECK(std::holds_alternative<Regex>(made));
  }
  CHECK(good > 2'000);
}

}  // namespace
}  // namespace audisp_eql::eql
