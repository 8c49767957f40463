// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

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

Wildcard::Wildcard(std::string_view pattern, CaseMode mode) : mode_(mode), pattern_(pattern) {
  const bool first = !pattern.empty() && pattern.front() == '*';
  const bool last = !pattern.empty() && pattern.back() == '*';
  const std::size_t end = pattern.size() - (last && pattern.size() > 1 ? 1 : 0);
  fixed_ = pattern.substr(first ? 1 : 0, end - (first ? 1 : 0));
  if (has_wildcard(fixed_)) return;
  if (first && fixed_.empty()) {
    shape_ = Shape::kAnything;
  } else if (first && last) {
    shape_ = Shape::kContains;
  } else if (first || last) {
    shape_ = first ? Shape::kSuffix : Shape::kPrefix;
  }
}

bool Wildcard::contains(std::string_view text) const {
  if (mode_ == CaseMode::kSensitive) return text.find(fixed_) != std::string_view::npos;
  const char first = ascii_lower(fixed_.front());
  for (std::size_t at = 0; at + fixed_.size() <= text.size(); ++at) {
    if (ascii_lower(text[at]) == first && text_equal(text.substr(at, fixed_.size()), fixed_, mode_)) return true;
  }
  return false;
}

bool Wildcard::matches(std::string_view text) const {
  const std::size_t size = fixed_.size();
  switch (shape_) {
    case Shape::kAnything: return true;
    case Shape::kPrefix: return text.size() >= size && text_equal(text.substr(0, size), fixed_, mode_);
    case Shape::kSuffix: return text.size() >= size && text_equal(text.substr(text.size() - size), fixed_, mode_);
    case Shape::kContains: return contains(text);
    case Shape::kGeneral: break;
  }
  return glob_match(pattern_, text, mode_);
}

bool PatternSet::matches(std::string_view text) const {
  if (!texts.empty() && texts.contains(text)) return true;
  for (const Wildcard& wildcard : wildcards) {
    if (wildcard.matches(text)) return true;
  }
  return regex && regex->matches(text);
}

PatternSet make_wildcards(const std::vector<std::string>& patterns, CaseMode mode) {
  PatternSet out;
  std::vector<std::string> exact;
  for (const std::string& pattern : patterns) {
    if (has_wildcard(pattern)) {
      out.wildcards.emplace_back(pattern, mode);
    } else {
      exact.push_back(pattern);
    }
  }
  out.texts = TextSet(std::move(exact), mode);
  return out;
}

PatternSet make_texts(const std::vector<std::string>& texts, CaseMode mode) {
  PatternSet out;
  out.texts = TextSet(texts, mode);
  return out;
}

}  // namespace audisp_eql::eql
