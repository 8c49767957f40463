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

// One wildcard pattern, case minded. The common shapes need no search: `text*`,
// `*text`, `*text*`.
class Wildcard {
 public:
  explicit Wildcard(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  enum class Shape : std::uint8_t { kAnything, kPrefix, kSuffix, kContains, kGeneral };
  [[nodiscard]] bool contained_in(std::string_view text) const;

  Shape shape_ = Shape::kGeneral;
  std::size_t rarest_ = 0;  // where in fixed_ the byte is that texts have least
  std::string pattern_;     // as given
  std::string fixed_;       // the part without `*`
};

// Ignoring case, the patterns are kept in lower case and a value is folded once
// for all of them.
class PatternSet {
 public:
  [[nodiscard]] static PatternSet wildcards(const std::vector<std::string>& patterns, CaseMode mode);
  // No character is special.
  [[nodiscard]] static PatternSet texts(const std::vector<std::string>& texts, CaseMode mode);
  [[nodiscard]] static PatternSet regex(Regex regex);

  [[nodiscard]] bool matches(std::string_view text) const;

  // Longer values are not folded but compared letter by letter.
  static constexpr std::size_t kFoldedBytes = 1024;

 private:
  [[nodiscard]] bool matches_plain(std::string_view text) const;

  CaseMode mode_ = CaseMode::kSensitive;
  TextSet texts_;  // in lower case when case is ignored
  std::vector<Wildcard> wildcards_;
  std::optional<Regex> regex_;
};

}  // namespace audisp_eql::eql
