// SPDX-License-Identifier: Apache-2.0
#include "lib/base/escape.h"

#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;

TEST_CASE("validity of UTF-8 is RFC 3629's") {
  struct Row {
    std::string_view bytes;
    bool valid;
  };
  constexpr Row kRows[] = {
      {"", true},
      {"plain", true},
      {"\xC2\x80", true},   // first of two bytes
      {"\xC1\xBF", false},  // overlong
      {"\xE0\xA0\x80", true},
      {"\xE0\x9F\xBF", false},  // overlong
      {"\xED\x9F\xBF", true},
      {"\xED\xA0\x80", false},  // surrogate
      {"\xF0\x90\x80\x80", true},
      {"\xF0\x8F\xBF\xBF", false},  // overlong
      {"\xF4\x8F\xBF\xBF", true},   // U+10FFFF
      {"\xF4\x90\x80\x80", false},  // above it
      {"\xF5\x80\x80\x80", false},
      {"\x80", false},  // lone continuation
      {"\xFF", false},
      {"a\xE2\x82", false},  // cut short
      {"\xE2\x82\xAC tail", true},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.bytes));
    CHECK(is_valid_utf8(row.bytes) == row.valid);
    CHECK(is_valid_utf8(to_valid_utf8(row.bytes)));
    CHECK(is_valid_utf8(escape_printable(row.bytes)));
  }
}

TEST_CASE("each invalid byte becomes one replacement character, valid text stays") {
  CHECK(to_valid_utf8("\xFFx\xFE") == "\xEF\xBF\xBDx\xEF\xBF\xBD");
  CHECK(to_valid_utf8("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(to_valid_utf8("\xE2\x82\xAC") == "\xE2\x82\xAC");
}

TEST_CASE("characters are counted, not bytes") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("abc") == 3);
  CHECK(count_code_points("\xE2\x82\xAC\xF0\x9F\x98\x80") == 2);
}

TEST_CASE("what an alert shows is printable and can be undone") {
  CHECK(escape_printable("a\nb\x1b[0m\x7f") == "a\\x0Ab\\x1B[0m\\x7F");
  CHECK(escape_printable("C:\\dir") == "C:\\\\dir");
  CHECK(escape_printable("\xff\xfe bad") == "\\xFF\\xFE bad");
  CHECK(escape_printable("\xE2\x98\x83") == "\xE2\x98\x83");
  CHECK(escape_printable(std::string_view("\0x", 2)) == "\\x00x");
}

TEST_CASE("characters that turn a line around or break it are not shown as such") {
  CHECK(escape_printable("\xE2\x80\xAE") == "\\xE2\\x80\\xAE");  // right-to-left override
  CHECK(escape_printable("\xE2\x80\xA8") == "\\xE2\\x80\\xA8");  // line separator
  CHECK(escape_printable("\xE2\x81\xA6") == "\\xE2\\x81\\xA6");  // isolate
  CHECK(escape_printable("\xC2\x85") == "\\xC2\\x85");           // next line (C1)
}

TEST_CASE("characters that show nothing are shown, their neighbours stay") {
  constexpr std::string_view kRows[][2] = {
      {"cu\xE2\x80\x8Brl", "cu\\xE2\\x80\\x8Brl"},                               // zero width space
      {"\xE2\x80\x8A", "\xE2\x80\x8A"},                                          // U+200A hair space
      {"\xE2\x80\x90", "\xE2\x80\x90"},                                          // U+2010 hyphen
      {"\xC2\xAD", "\\xC2\\xAD"},                                                // soft hyphen
      {"\xE1\x85\xA0", "\\xE1\\x85\\xA0"},                                       // Hangul filler
      {"\xE2\x81\xA0", "\\xE2\\x81\\xA0"},                                       // word joiner
      {"\xEF\xB8\x8F", "\\xEF\\xB8\\x8F"},                                       // variation selector
      {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},                                          // U+FFFD
      {"\xF3\xA0\x81\xA1", "\\xF3\\xA0\\x81\\xA1"},                              // tag
      {"\xD7\x90\xD8\xA7\xF0\x9F\x98\x80", "\xD7\x90\xD8\xA7\xF0\x9F\x98\x80"},  // letters, emoji
  };
  for (const auto& row : kRows) CHECK(escape_printable(row[0]) == row[1]);
}

TEST_CASE("a word is quoted where a shell would change it") {
  CHECK(shell_quoted("plain-1.2/x") == "plain-1.2/x");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b") == "'a b'");
  CHECK(shell_quoted("it's") == "'it'\"'\"'s'");
  CHECK(shell_quoted("new\\x0Aline") == "new\\x0Aline");
}
