// SPDX-License-Identifier: Apache-2.0
// What the right side of `:`, `like` and `regex` becomes: a set of exact texts,
// wildcard patterns sorted by shape, or one regular expression with a memory
// budget. Matching is total, allocates nothing of its own, and is linear in the
// text for a regular expression.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/glob.h"
#include "lib/eql/lucene.h"
#include "lib/eql/text_set.h"

namespace audisp_eql::eql {

class Regex {
 public:
  // One alternation of all patterns, in Lucene's syntax, matching whole values.
  [[nodiscard]] static std::variant<Regex, RegexError> make(const std::vector<std::string>& patterns, CaseMode mode,
                                                            std::int64_t memory_bytes);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] bool has_anchor() const { return has_anchor_; }

 private:
  struct Compiled;
  Regex();
  std::unique_ptr<const Compiled> compiled_;
  bool has_anchor_ = false;
};

// One wildcard pattern. The common shapes need no search: `text*`, `*text`,
// `*text*`.
class Wildcard {
 public:
  Wildcard(std::string_view pattern, CaseMode mode);
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  enum class Shape : std::uint8_t { kAnything, kPrefix, kSuffix, kContains, kGeneral };
  [[nodiscard]] bool contains(std::string_view text) const;

  Shape shape_ = Shape::kGeneral;
  CaseMode mode_ = CaseMode::kSensitive;
  std::string pattern_;  // as written
  std::string fixed_;    // the part without `*`
};

struct PatternSet {
  TextSet texts;
  std::vector<Wildcard> wildcards;
  std::optional<Regex> regex;

  [[nodiscard]] bool matches(std::string_view text) const;
};

[[nodiscard]] PatternSet make_wildcards(const std::vector<std::string>& patterns, CaseMode mode);
// No character is special.
[[nodiscard]] PatternSet make_texts(const std::vector<std::string>& texts, CaseMode mode);

}  // namespace audisp_eql::eql
