// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/support/eql_oracle_functions.h"

namespace audisp_eql::test::oracle {
namespace {

// Reads the pattern and matches it at once: each part turns the set of places
// where it may begin into the set of places where it may end.
class Matcher {
 public:
  using Places = std::set<std::size_t>;

  Matcher(const std::u32string& pattern, const std::u32string& text) : pattern_(pattern), text_(text) {}

  Places alternatives(const Places& begin) {
    Places out = sequence(begin);
    while (at('|')) {
      ++next_;
      out.merge(sequence(begin));
    }
    return out;
  }

 private:
  [[nodiscard]] bool at(char32_t c) const { return next_ < pattern_.size() && pattern_[next_] == c; }

  Places sequence(Places begin) {
    while (next_ < pattern_.size() && !at('|') && !at(')')) begin = repeated(begin);
    return begin;
  }

  Places repeated(const Places& begin) {
    const std::size_t start = next_;
    Places out = atom(begin);
    const std::size_t behind = next_;
    if (at('*') || at('+')) {
      for (std::size_t size = 0; size != out.size();) {
        size = out.size();
        next_ = start;
        out.merge(atom(Places(out)));
      }
    }
    next_ = behind;
    if (at('*') || at('?')) out.insert(begin.begin(), begin.end());
    if (at('*') || at('+') || at('?')) ++next_;
    return out;
  }

  Places atom(const Places& begin) {
    const char32_t c = pattern_[next_++];
    if (c == '(') {
      Places out = alternatives(begin);
      ++next_;
      return out;
    }
    char32_t low = c == '.' ? 0 : c;
    char32_t high = c == '.' ? 0x10ffff : c;
    if (c == '[') {
      low = pattern_[next_];
      high = pattern_[next_ + 2];
      next_ += 4;
    }
    Places out;
    for (const std::size_t place : begin) {
      if (place < text_.size() && text_[place] >= low && text_[place] <= high) out.insert(place + 1);
    }
    return out;
  }

  const std::u32string& pattern_;
  const std::u32string& text_;
  std::size_t next_ = 0;
};

}  // namespace

bool regex_matches(const std::u32string& pattern, const std::u32string& text) {
  return Matcher(pattern, text).alternatives({0}).count(text.size()) == 1;
}

}  // namespace audisp_eql::test::oracle
