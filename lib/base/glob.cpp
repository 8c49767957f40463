// SPDX-License-Identifier: Apache-2.0
#include "lib/base/glob.h"

#include <algorithm>
#include <cstddef>

namespace audisp_eql {
namespace {

bool same(char a, char b, CaseMode mode) {
  return a == b || (mode == CaseMode::kAsciiInsensitive && ascii_lower(a) == ascii_lower(b));
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Position after the code point that begins at `i`.
std::size_t next_code_point(std::string_view s, std::size_t i) {
  ++i;
  while (i < s.size() && is_continuation(s[i])) ++i;
  return i;
}

}  // namespace

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?") != std::string_view::npos; }

// Greedy match with one point to return to: a later `*` makes every earlier one
// final, so only the last needs retrying.
bool glob_match(std::string_view pattern, std::string_view text, CaseMode mode) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = kNone;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
      if (p == pattern.size()) return true;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = next_code_point(text, t);
    } else if (p < pattern.size() && same(pattern[p], text[t], mode)) {
      ++p;
      ++t;
    } else if (star != kNone) {
      p = star + 1;
      retry = next_code_point(text, retry);
      t = retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool text_equal(std::string_view a, std::string_view b, CaseMode mode) {
  if (mode == CaseMode::kSensitive) return a == b;
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

}  // namespace audisp_eql
