// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lib/eql/ascii_fold.h"

namespace audisp_eql::eql {

struct Regex::Compiled {
  Compiled(const std::string& pattern, const re2::RE2::Options& options) : re(pattern, options) {}
  re2::RE2 re;
};

Regex::Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

std::variant<Regex, RegexError> Regex::make(const std::vector<std::string>& patterns, CaseMode mode,
                                            std::int64_t memory_bytes) {
  Regex out;
  std::string all;
  for (const std::string& pattern : patterns) {
    auto translated = translate_lucene(pattern, mode);
    if (auto* error = std::get_if<RegexError>(&translated)) return std::move(*error);
    const auto& good = std::get<TranslatedRegex>(translated);
    out.has_anchor_ = out.has_anchor_ || good.has_anchor;
    all += (all.empty() ? "(?:" : "|(?:") + good.re2 + ')';
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(memory_bytes);
  auto compiled = std::make_unique<Compiled>(all, options);
  if (!compiled->re.ok()) {
    const bool large = compiled->re.error_code() == re2::RE2::ErrorPatternTooLarge;
    if (large) return RegexError{"this regular expression is too large", "use fewer or smaller repetitions"};
    return RegexError{"this regular expression does not compile: " + compiled->re.error(), {}};
  }
  out.compiled_ = std::move(compiled);
  return out;
}

bool Regex::matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_->re);
}

namespace {

// Bytes that paths and command lines have most, the commonest first; all others
// are rarer.
constexpr std::string_view kCommon = "/e-s aitnrolcdupb.m_hgxfyv0128w";

std::size_t rarest_byte(std::string_view text) {
  std::size_t best = 0;
  std::size_t best_rank = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t rank = std::min(kCommon.find(text[i]), kCommon.size());
    if (rank <= best_rank) continue;
    best = i;
    best_rank = rank;
  }
  return best;
}

}  // namespace

Wildcard::Wildcard(std::string_view pattern) : pattern_(pattern) {
  const bool first = !pattern.empty() && pattern.front() == '*';
  const bool last = !pattern.empty() && pattern.back() == '*';
  const std::size_t end = pattern.size() - (last && pattern.size() > 1 ? 1 : 0);
  fixed_ = pattern.substr(first ? 1 : 0, end - (first ? 1 : 0));
  rarest_ = rarest_byte(fixed_);
  if (has_wildcard(fixed_)) return;
  if (first && fixed_.empty()) {
    shape_ = Shape::kAnything;
  } else if (first && last) {
    shape_ = Shape::kContains;
  } else if (first || last) {
    shape_ = first ? Shape::kSuffix : Shape::kPrefix;
  }
}

// Looks for the rarest byte, and compares the rest only where it is.
bool Wildcard::contained_in(std::string_view text) const {
  if (text.size() < fixed_.size()) return false;
  const std::size_t last = text.size() - fixed_.size() + rarest_;
  for (std::size_t at = text.find(fixed_[rarest_], rarest_); at <= last; at = text.find(fixed_[rarest_], at + 1)) {
    if (text.compare(at - rarest_, fixed_.size(), fixed_) == 0) return true;
  }
  return false;
}

bool Wildcard::matches(std::string_view text) const {
  switch (shape_) {
    case Shape::kAnything: return true;
    case Shape::kPrefix: return text.substr(0, fixed_.size()) == fixed_;
    case Shape::kSuffix: return text.size() >= fixed_.size() && text.substr(text.size() - fixed_.size()) == fixed_;
    case Shape::kContains: return contained_in(text);
    case Shape::kGeneral: break;
  }
  return glob_match(pattern_, text, CaseMode::kSensitive);
}

PatternSet PatternSet::wildcards(const std::vector<std::string>& patterns, CaseMode mode) {
  PatternSet out;
  out.mode_ = mode;
  std::vector<std::string> exact;
  for (const std::string& pattern : patterns) {
    std::string text = mode == CaseMode::kSensitive ? pattern : lower_ascii(pattern);
    if (has_wildcard(text)) {
      out.wildcards_.emplace_back(text);
    } else {
      exact.push_back(std::move(text));
    }
  }
  out.texts_ = TextSet(std::move(exact), CaseMode::kSensitive);
  return out;
}

PatternSet PatternSet::texts(const std::vector<std::string>& texts, CaseMode mode) {
  PatternSet out;
  out.mode_ = mode;
  std::vector<std::string> exact = texts;
  if (mode == CaseMode::kAsciiInsensitive) {
    for (std::string& text : exact) text = lower_ascii(text);
  }
  out.texts_ = TextSet(std::move(exact), CaseMode::kSensitive);
  return out;
}

PatternSet PatternSet::regex(Regex regex) {
  PatternSet out;
  out.regex_ = std::move(regex);
  return out;
}

bool PatternSet::matches_plain(std::string_view text) const {
  if (!texts_.empty() && texts_.contains(text)) return true;
  return std::any_of(wildcards_.begin(), wildcards_.end(), [&](const Wildcard& each) { return each.matches(text); });
}

bool PatternSet::matches(std::string_view text) const {
  if (regex_) return regex_->matches(text);
  if (mode_ == CaseMode::kSensitive) return matches_plain(text);
  if (text.size() <= kFoldedBytes) {
    std::array<char, kFoldedBytes> folded;  // filled as far as it is read
    lower_ascii(text, folded.data());
    return matches_plain({folded.data(), text.size()});
  }
  const auto equals = [&](const std::string& each) { return text_equal(each, text, mode_); };
  if (std::any_of(texts_.texts().begin(), texts_.texts().end(), equals)) return true;
  return std::any_of(wildcards_.begin(), wildcards_.end(),
                     [&](const Wildcard& each) { return glob_match(each.pattern(), text, mode_); });
}

}  // namespace audisp_eql::eql
