// SPDX-License-Identifier: Apache-2.0
#include "lib/base/glob.h"

#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;

namespace {

constexpr auto kSensitive = CaseMode::kSensitive;
constexpr auto kFolded = CaseMode::kAsciiInsensitive;

}  // namespace

TEST_CASE("wildcards match the whole value") {
  struct Row {
    std::string_view pattern, text;
    bool matches;
  };
  constexpr Row kRows[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*", "anything", true},
      {"a*", "a", true},
      {"a*", "ba", false},
      {"*a", "ba", true},
      {"*a", "ab", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"?", "", false},
      {"?", "\xE2\x82\xAC", true},
      {"??", "\xE2\x82\xAC", false},
      {"*b*d", "abcbd", true},
      {"*b*d", "abcbdc", false},
      {"a**b", "ab", true},
      {"/tmp/*", "/tmp/a/b\nc", true},
      {"[a]", "a", false},
      {"a\\*", "a*", false},
      {"a\\*", "a\\xyz", true},
      {"*?", "", false},
      {"*?*", "x", true},
      {"a*b*c", "a-b-c", true},
      {"a*b*c", "a-c-b", false},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.pattern));
    CAPTURE(std::string(row.text));
    CHECK(glob_match(row.pattern, row.text, kSensitive) == row.matches);
  }
}

TEST_CASE("folding is ASCII only") {
  CHECK(glob_match("GIO_*", "gio_launched", kFolded));
  CHECK_FALSE(glob_match("GIO_*", "gio_launched", kSensitive));
  CHECK_FALSE(glob_match("\xC3\x89*", "\xC3\xA9t\xC3\xA9", kFolded));  // E and e acute
  CHECK(text_equal("AbC", "aBc", kFolded));
  CHECK_FALSE(text_equal("AbC", "aBc", kSensitive));
  CHECK_FALSE(text_equal("ab", "abc", kFolded));
}

TEST_CASE("a hostile pattern costs its product, not its power") {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "a*";
  pattern += "b";
  CHECK_FALSE(glob_match(pattern, std::string(20'000, 'a'), kSensitive));
}

TEST_CASE("wildcards are found") {
  CHECK(has_wildcard("a*"));
  CHECK(has_wildcard("?"));
  CHECK_FALSE(has_wildcard("a.b[c]"));
}
