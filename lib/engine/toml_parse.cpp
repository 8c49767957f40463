// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/toml_parse.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace audisp_eql::engine {
namespace {

// Counts the parts of keys, as toml++ limits the nesting of values but not theirs. Of TOML it knows strings, comments
// and what ends a key. What is no TOML may be counted wrongly: never too low up to where toml++ gives up.
class KeyScan {
 public:
  explicit KeyScan(std::string_view text) : text_(text) {}

  // The first key that has too many.
  std::optional<Span> find() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        begin_key();
        skip_string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (c == '.') ++dots_;
      if (dots_ >= kMaxKeyParts || (c == '=' && outer_ + dots_ >= kMaxKeyParts)) return Span{begin_, at_};
      step(c);
      ++at_;
    }
    return std::nullopt;
  }

 private:
  void begin_key() {
    if (is_between_) begin_ = at_;
    is_between_ = false;
  }

  void step(char c) {
    switch (c) {
      case ' ':
      case '\t': return;
      case '=': inner_ = outer_ + dots_ + 1; break;
      case '{':
        tables_.emplace_back(outer_, inner_);
        outer_ = inner_;
        break;
      case '}':
        if (!tables_.empty()) {
          std::tie(outer_, inner_) = tables_.back();
          tables_.pop_back();
        }
        break;
      case '[':
      case ']':
      case ',':
      case '\r':
      case '\n': break;
      default: return begin_key();
    }
    dots_ = 0;
    is_between_ = true;
  }

  void skip_string(char quote) {
    const std::string_view rest = text_.substr(at_);
    const bool is_long = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
    const std::string_view mark = rest.substr(0, is_long ? 3 : 1);
    for (at_ += mark.size(); at_ < text_.size(); ++at_) {
      if (!is_long && text_[at_] == '\n') return;
      if (text_.substr(at_).starts_with(mark)) break;
      if (quote == '"' && text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + mark.size(), text_.size());
    // Two more may stand before the three that end it.
    for (int i = 0; is_long && i < 2 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;                                    // of the key
  bool is_between_ = true;                                   // no key has begun
  std::size_t dots_ = 0;                                     // of the key, or of a number, which has one
  std::size_t outer_ = 0;                                    // parts around the key
  std::size_t inner_ = 0;                                    // parts around what a table here would hold
  std::vector<std::pair<std::size_t, std::size_t>> tables_;  // inline: both, as they were before it
};

}  // namespace

Result<toml::table> parse_toml(const Source& file) {
  if (const auto key = KeyScan(file.text).find()) {
    return Error(diagnose(file, *key, fmt::format("this key has more than {} parts", kMaxKeyParts),
                          "the parts are joined by `.`; those of the { } around it count"));
  }
  // It throws for text that is no TOML.
  try {
    return toml::parse(file.text, file.file);
  } catch (const toml::parse_error& failure) {
    const toml::source_position where = failure.source().begin;
    const std::size_t at = offset_at(file.text, where.line, where.column);
    return Error(diagnose(file, {at, at + 1}, std::string(failure.description()),
                          "the file is not valid TOML; text with backslashes is safest in ''' quotes"));
  }
}

}  // namespace audisp_eql::engine
