// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/lucene.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/escape.h"
#include "lib/eql/utf8.h"

namespace audisp_eql::eql {

namespace {

// Operators of Lucene that we do not have.
constexpr std::string_view kForeign = "~&@#<>\"";
constexpr std::size_t kMaxRepeat = 1000;    // RE2's own limit
constexpr std::size_t kMaxQuantifiers = 4;  // directly after one another

struct Range {
  char32_t low, high;
};
using Ranges = std::vector<Range>;

// What `\d`, `\w`, `\s` stand for; empty for other letters.
Ranges shorthand(char letter) {
  switch (letter) {
    case 'd': return {{'0', '9'}};
    case 'w': return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    case 's': return {{'\t', '\n'}, {'\r', '\r'}, {' ', ' '}};
    default: return {};
  }
}

Ranges complement(const Ranges& sorted) {
  Ranges out;
  char32_t next = 0;
  for (const Range& range : sorted) {
    if (range.low > next) out.push_back({next, range.low - 1});
    next = range.high + 1;
  }
  out.push_back({next, 0x10ffff});
  return out;
}

void add_other_case(Ranges& ranges) {
  const auto add = [&ranges](const Range& range, char32_t low, char32_t high, int shift) {
    const char32_t first = std::max(range.low, low);
    const char32_t last = std::min(range.high, high);
    if (first <= last) ranges.push_back({first + static_cast<char32_t>(shift), last + static_cast<char32_t>(shift)});
  };
  const Ranges given = ranges;
  for (const Range& range : given) {
    add(range, 'A', 'Z', 'a' - 'A');
    add(range, 'a', 'z', 'A' - 'a');
  }
}

bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

class Translator {
 public:
  Translator(std::string_view pattern, CaseMode mode) : text_(pattern), mode_(mode) {}

  std::variant<TranslatedRegex, RegexError> run() {
    while (at_ < text_.size() && !error_) step();
    if (!error_ && !groups_.empty()) fail("a `(` is never closed", "write `\\(` for the character itself");
    if (error_) return *error_;
    return std::move(out_);
  }

 private:
  void fail(std::string message, std::string hint) {
    if (!error_) error_ = RegexError{std::move(message), std::move(hint)};
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  char32_t take() {
    const char32_t c = code_point_at(text_, at_);
    at_ += sequence_length(text_[at_]);
    return c;
  }

  void step();
  void begin_atom() {
    atom_ = out_.re2.size();
    quantifiers_ = 0;
  }
  void literal(char32_t c);
  void escape();
  void open_group();
  void close_group();
  void quantifier();
  bool bounds(std::string& out);
  std::optional<std::size_t> count();
  void char_class();
  bool class_item(Ranges& ranges);
  std::optional<char32_t> class_char();
  void emit_class(const Ranges& ranges, bool negated);

  std::string_view text_;
  CaseMode mode_;
  std::size_t at_ = 0;
  TranslatedRegex out_;
  std::optional<std::size_t> atom_;  // where in out_.re2 the thing to repeat begins
  std::size_t quantifiers_ = 0;      // behind that atom
  std::vector<std::size_t> groups_;
  std::optional<RegexError> error_;
};

void Translator::step() {
  const char c = peek();
  if (c == '(') return open_group();
  if (c == ')') return close_group();
  if (c == '[') return char_class();
  if (c == '\\') return escape();
  if (c == '?' || c == '*' || c == '+' || c == '{') return quantifier();
  if (c == '|') {
    ++at_;
    out_.re2 += '|';
    atom_.reset();
    return;
  }
  if (kForeign.find(c) != std::string_view::npos) {
    return fail(fmt::format("`{}` is an operator that is not supported in a regular expression", c),
                fmt::format("write `\\{}` for the character itself", c));
  }
  begin_atom();
  if (c == '.') {
    ++at_;
    out_.re2 += "(?s:.)";
    return;
  }
  if (c == '^' || c == '$') out_.has_anchor = true;
  literal(take());
}

void Translator::literal(char32_t c) {
  if (mode_ == CaseMode::kAsciiInsensitive && is_letter(c)) {
    const auto letter = static_cast<char>(c);
    out_.re2 += fmt::format("[{}{}]", letter, static_cast<char>(letter ^ 0x20));
  } else if (is_letter(c) || is_digit(c) || c == '_') {
    out_.re2 += static_cast<char>(c);
  } else {
    out_.re2 += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(c));
  }
}

void Translator::escape() {
  ++at_;
  if (at_ >= text_.size()) {
    return fail("a backslash ends the regular expression", "write `\\\\` for the character itself");
  }
  const char c = peek();
  const Ranges ranges = shorthand(ascii_lower(c));
  if (ranges.empty() && is_letter(static_cast<unsigned char>(c))) {
    return fail(fmt::format("`\\{}` has no meaning in a regular expression", c),
                "a letter after a backslash is one of d, w, s, D, W, S");
  }
  begin_atom();
  if (ranges.empty()) return literal(take());
  ++at_;
  emit_class(ranges, ascii_lower(c) != c);
}

void Translator::open_group() {
  if (peek(1) == '?') return fail("`(?` is not supported in a regular expression", "a group is a plain `( )`");
  ++at_;
  groups_.push_back(out_.re2.size());
  out_.re2 += "(?:";
  atom_.reset();
}

void Translator::close_group() {
  if (groups_.empty()) return fail("a `)` has no `(`", "write `\\)` for the character itself");
  ++at_;
  out_.re2 += ')';
  atom_ = groups_.back();
  groups_.pop_back();
  quantifiers_ = 0;
}

void Translator::quantifier() {
  const char c = peek();
  if (!atom_) {
    return fail(fmt::format("`{}` has nothing to repeat", c), fmt::format("write `\\{}` for the character itself", c));
  }
  if (quantifiers_ == kMaxQuantifiers) return fail("too many quantifiers in a row", "one is enough");
  ++at_;
  std::string text(1, c);
  if (c == '{' && !bounds(text)) {
    return fail("a `{` is not followed by a count",
                "write `{2}`, `{2,}` or `{2,5}` up to 1000, or `\\{` for the character itself");
  }
  // `a+?` is `(a+)?` in Lucene; in RE2 it would be a lazy `a+`.
  if (quantifiers_++ > 0) {
    out_.re2.insert(*atom_, "(?:");
    out_.re2 += ')';
  }
  out_.re2 += text;
}

std::optional<std::size_t> Translator::count() {
  std::size_t out = 0;
  const std::size_t begin = at_;
  for (; is_digit(static_cast<unsigned char>(peek())); ++at_) {
    out = out * 10 + static_cast<std::size_t>(peek() - '0');
    if (out > kMaxRepeat) return std::nullopt;
  }
  return at_ > begin ? std::optional(out) : std::nullopt;
}

// After `{`; appends the rest of the quantifier to `out`.
bool Translator::bounds(std::string& out) {
  const auto low = count();
  if (!low) return false;
  out += std::to_string(*low);
  if (peek() == ',') {
    ++at_;
    out += ',';
    if (peek() != '}') {
      const auto high = count();
      if (!high || *high < *low) return false;
      out += std::to_string(*high);
    }
  }
  if (peek() != '}') return false;
  ++at_;
  out += '}';
  return true;
}

void Translator::char_class() {
  ++at_;
  const bool negated = peek() == '^';
  if (negated) ++at_;
  Ranges ranges;
  const std::size_t begin = at_;
  while (at_ < text_.size() && (text_[at_] != ']' || at_ == begin)) {
    if (!class_item(ranges)) return;
  }
  if (at_ >= text_.size()) return fail("a `[` is never closed", "write `\\[` for the character itself");
  ++at_;
  begin_atom();
  emit_class(ranges, negated);
}

std::optional<char32_t> Translator::class_char() {
  if (peek() == '\\') ++at_;
  if (at_ >= text_.size()) return std::nullopt;
  return take();
}

bool Translator::class_item(Ranges& ranges) {
  if (peek() == '\\' && is_letter(static_cast<unsigned char>(peek(1)))) {
    const char letter = peek(1);
    const Ranges wide = shorthand(ascii_lower(letter));
    if (wide.empty()) {
      fail(fmt::format("`\\{}` has no meaning in a regular expression", letter),
           "a letter after a backslash is one of d, w, s, D, W, S");
      return false;
    }
    at_ += 2;
    const Ranges items = ascii_lower(letter) == letter ? wide : complement(wide);
    ranges.insert(ranges.end(), items.begin(), items.end());
    return true;
  }
  const auto low = class_char();
  if (!low) return true;  // the end: reported by the caller
  if (peek() != '-' || peek(1) == ']' || at_ + 1 >= text_.size()) {
    ranges.push_back({*low, *low});
    return true;
  }
  ++at_;
  const auto high = class_char();
  if (!high) return true;
  if (*high < *low) {
    fail("a range in `[ ]` ends before it begins",
         "write the smaller character first, or `\\-` for the character itself");
    return false;
  }
  ranges.push_back({*low, *high});
  return true;
}

void Translator::emit_class(const Ranges& given, bool negated) {
  Ranges ranges = given;
  if (mode_ == CaseMode::kAsciiInsensitive) add_other_case(ranges);
  out_.re2 += negated ? "[^" : "[";
  for (const Range& range : ranges) {
    out_.re2 += fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", static_cast<std::uint32_t>(range.low),
                            static_cast<std::uint32_t>(range.high));
  }
  out_.re2 += ']';
}

}  // namespace

std::variant<TranslatedRegex, RegexError> translate_lucene(std::string_view pattern, CaseMode mode) {
  return Translator(pattern, mode).run();
}

}  // namespace audisp_eql::eql
