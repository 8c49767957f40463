// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "lib/base/escape.h"
#include "lib/eql/number.h"
#include "lib/eql/utf8.h"

namespace audisp_eql::eql {

namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@'; }
bool is_name_part(char c) { return is_name_start(c) ? c != '@' : is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text) {}

  Result<TokenList> run() {
    if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
      return Error(diagnose(source_, {bad, bad + 1}, "this byte is not part of valid UTF-8", "save the rule as UTF-8"));
    }
    while (errors_.size() < kMaxLexicalErrors && skip_blank() && at_ < text_.size()) next();
    if (!errors_.empty()) return Error(std::move(errors_));
    push(TokenKind::kEnd, text_.size());
    return std::move(list_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts_with(std::string_view word) const { return text_.substr(at_, word.size()) == word; }

  void fail(Span span, std::string message, std::string hint) {
    errors_.push_back(diagnose(source_, span, std::move(message), std::move(hint)));
  }

  void push(TokenKind kind, std::size_t begin) { list_.tokens.push_back({kind, false, 0, {begin, at_}}); }
  void push(TokenKind kind, std::size_t begin, Constant payload) {
    push(kind, begin);
    list_.tokens.back().payload = static_cast<std::uint32_t>(list_.payloads.size());
    list_.payloads.push_back(std::move(payload));
  }

  bool skip_blank();
  bool skip_block_comment();
  void next();
  void name();
  bool name_part(std::string& out, bool& quoted);
  void number();
  void string();
  void raw_string();
  bool escape(std::string& out);
  bool unicode_escape(std::string& out, std::size_t begin);
  void single_quoted(std::size_t begin, std::string_view what);
  void punctuation();
  void unknown();

  const Source& source_;
  std::string_view text_;
  std::size_t at_ = 0;
  TokenList list_;
  std::vector<Diagnostic> errors_;
};

// False when the text ended inside a comment.
bool Lexer::skip_blank() {
  while (at_ < text_.size()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (starts_with("/*")) {
      if (!skip_block_comment()) return false;
    } else {
      break;
    }
  }
  return true;
}

bool Lexer::skip_block_comment() {
  const std::size_t begin = at_;
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    if (starts_with("/*")) {
      ++depth;
      at_ += 2;
    } else if (starts_with("*/")) {
      at_ += 2;
      if (--depth == 0) return true;
    } else {
      ++at_;
    }
  }
  fail({begin, begin + 2}, "this comment is never closed", "comments nest: each `/*` needs its own `*/`");
  return false;
}

void Lexer::next() {
  const char c = peek();
  if (is_name_start(c) || c == '`') return name();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (starts_with(kTripleQuote)) return raw_string();
  if (c == '"') return string();
  if (c == '\'') return single_quoted(at_, "single quotes do not make a string");
  if (c == '?' && (peek(1) == '"' || peek(1) == '\'')) {
    const std::size_t begin = at_++;
    return single_quoted(begin, "`?` does not make a raw string");
  }
  punctuation();
}

// One part of a dotted name, plain or in backticks; false after an error.
bool Lexer::name_part(std::string& out, bool& quoted) {
  if (peek() != '`') {
    const std::size_t begin = at_++;
    while (is_name_part(peek())) ++at_;
    out += text_.substr(begin, at_ - begin);
    return true;
  }
  quoted = true;
  const std::size_t begin = at_++;
  while (at_ < text_.size() && text_[at_] != '\n') {
    if (text_[at_] != '`') {
      out += text_[at_++];
    } else if (peek(1) == '`') {
      out += '`';
      at_ += 2;
    } else {
      ++at_;
      if (at_ > begin + 2) return true;
      fail({begin, at_}, "a field name is empty", "write the name between the backticks");
      return false;
    }
  }
  fail({begin, begin + 1}, "this field name is never closed", "end it with a backtick");
  return false;
}

void Lexer::name() {
  const std::size_t begin = at_;
  std::string text;
  bool quoted = false;
  bool dotted = false;
  if (!name_part(text, quoted)) return;
  while (peek() == '.' && (is_name_start(peek(1)) || peek(1) == '`')) {
    dotted = true;
    text += text_[at_++];
    if (!name_part(text, quoted)) return;
  }
  TokenKind kind = dotted || quoted ? TokenKind::kName : keyword_of(text);
  if (peek() == '~') {
    const TokenKind folded = dotted || quoted ? TokenKind::kName : keyword_of(text + '~');
    if (folded != TokenKind::kName) kind = folded;
    if (kind == TokenKind::kName && !dotted && !quoted && peek(1) == '(') kind = TokenKind::kFoldedName;
    if (folded != TokenKind::kName || kind == TokenKind::kFoldedName) ++at_;
  }
  if (kind != TokenKind::kName && kind != TokenKind::kFoldedName) return push(kind, begin);
  push(kind, begin, std::move(text));
  list_.tokens.back().quoted = quoted;
}

void Lexer::number() {
  const std::size_t begin = at_;
  while (is_digit(peek())) ++at_;
  if (peek() == '.') {
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (is_digit(peek(sign))) {
      at_ += sign;
      while (is_digit(peek())) ++at_;
    }
  }
  const event::Value value = parse_decimal(text_.substr(begin, at_ - begin));
  if (value.is_null()) {
    return fail({begin, at_}, "this number is out of range", "numbers are 64-bit integers or doubles");
  }
  push(TokenKind::kNumber, begin, to_constant(value));
}

void Lexer::string() {
  const std::size_t begin = at_++;
  std::string out;
  bool good = true;
  while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') {
    if (text_[at_] == '"') {
      ++at_;
      if (good) push(TokenKind::kString, begin, std::move(out));
      return;
    }
    if (text_[at_] == '\\') {
      good = escape(out) && good;
    } else {
      out += text_[at_++];
    }
    if (errors_.size() >= kMaxLexicalErrors) return;
  }
  fail({begin, begin + 1}, "this string is never closed", "a string ends on the line where it begins");
}

void Lexer::raw_string() {
  const std::size_t begin = at_;
  const std::size_t first = begin + kTripleQuote.size();
  std::size_t last = text_.find(kTripleQuote, first);
  // Looks no further than the string: a text of quotes alone must stay linear.
  const std::size_t line_end = text_.substr(first, last - first).find_first_of("\r\n");
  if (last == std::string_view::npos || line_end != std::string_view::npos) {
    at_ = line_end == std::string_view::npos ? text_.size() : first + line_end;
    return fail({begin, first}, "this raw string is never closed",
                "a raw string ends with three double quotes, on the line where it begins");
  }
  // Up to two quotes more at the end belong to the content.
  for (int extra = 0; extra < 2 && text_.substr(last + kTripleQuote.size(), 1) == "\""; ++extra) ++last;
  at_ = last + kTripleQuote.size();
  push(TokenKind::kString, begin, std::string(text_.substr(first, last - first)));
}

bool Lexer::escape(std::string& out) {
  constexpr std::string_view kLetters = "btnfr\"'\\";
  constexpr std::string_view kMeanings = "\b\t\n\f\r\"'\\";
  const std::size_t begin = at_;
  const char c = peek(1);
  at_ += 2;
  if (c == 'u') return unicode_escape(out, begin);
  const std::size_t which = kLetters.find(c);
  if (which != std::string_view::npos && begin + 1 < text_.size()) {
    out += kMeanings[which];
    return true;
  }
  at_ = begin + 1;
  if (at_ < text_.size() && text_[at_] != '\n') at_ += sequence_length(text_[at_]);
  fail({begin, at_}, fmt::format("`\\{}` is no escape", escape_printable(text_.substr(begin + 1, at_ - begin - 1))),
       "write `\\\\` for a backslash, or a raw string between three double quotes");
  return false;
}

bool Lexer::unicode_escape(std::string& out, std::size_t begin) {
  const std::size_t digits = at_ + 1;
  std::size_t end = digits;
  while (end < text_.size() && end - digits < 9 && std::isxdigit(static_cast<unsigned char>(text_[end]))) ++end;
  const std::size_t count = end - std::min(digits, end);
  if (peek() == '{' && end < text_.size() && text_[end] == '}' && count >= 2 && count <= 8) {
    at_ = end + 1;
    const auto code = static_cast<std::uint64_t>(parse_integer(text_.substr(digits, count), 16).as_int());
    if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) {
      append_utf8(out, static_cast<char32_t>(code));
      return true;
    }
    fail({begin, at_}, "there is no such character", "Unicode ends at 10FFFF, and D800 to DFFF are no characters");
    return false;
  }
  fail({begin, at_}, "a Unicode escape is `\\u{` with 2 to 8 hexadecimal digits and `}`", "for example `\\u{e9}`");
  return false;
}

// Takes the text up to the closing quote along, so that one mistake is one message.
void Lexer::single_quoted(std::size_t begin, std::string_view what) {
  const char quote = text_[at_++];
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') ++at_;
  if (peek() == quote && at_ < text_.size()) ++at_;
  fail({begin, at_}, std::string(what), "write \"text\", or three double quotes on each side for text without escapes");
}

void Lexer::punctuation() {
  struct Mark {
    std::string_view text;
    TokenKind kind;
  };
  static constexpr Mark kMarks[] = {
      {"![", TokenKind::kOpenMissing}, {"==", TokenKind::kEqual},        {"!=", TokenKind::kNotEqual},
      {"<=", TokenKind::kLessEqual},   {">=", TokenKind::kGreaterEqual}, {"||", TokenKind::kEnd},
      {"(", TokenKind::kOpenParen},    {")", TokenKind::kCloseParen},    {"[", TokenKind::kOpenBracket},
      {"]", TokenKind::kCloseBracket}, {",", TokenKind::kComma},         {"|", TokenKind::kPipe},
      {"?", TokenKind::kQuestion},     {":", TokenKind::kColon},         {"=", TokenKind::kAssign},
      {"<", TokenKind::kLess},         {">", TokenKind::kGreater},       {"+", TokenKind::kPlus},
      {"-", TokenKind::kMinus},        {"*", TokenKind::kStar},          {"/", TokenKind::kSlash},
      {"%", TokenKind::kPercent},
  };
  for (const Mark& mark : kMarks) {
    if (!starts_with(mark.text)) continue;
    if (mark.kind == TokenKind::kEnd) break;  // a mark that EQL does not have
    const std::size_t begin = at_;
    at_ += mark.text.size();
    return push(mark.kind, begin);
  }
  unknown();
}

void Lexer::unknown() {
  struct Stranger {
    std::string_view text, hint;
  };
  static constexpr Stranger kStrangers[] = {
      {"&&", "write `and`"},
      {"||", "write `or`"},
      {"&", "write `and`"},
      {"!", "write `not`"},
      {"\xe2\x80\x9c", "write plain double quotes"},
      {"\xe2\x80\x9d", "write plain double quotes"},
      {"~", "`in~`, `like~`, `regex~` and `function~(` ignore case"},
  };
  std::size_t length = sequence_length(text_[at_]);
  std::string_view hint;
  for (const Stranger& stranger : kStrangers) {
    if (!starts_with(stranger.text)) continue;
    length = stranger.text.size();
    hint = stranger.hint;
    break;
  }
  const std::size_t begin = at_;
  at_ = std::min(at_ + length, text_.size());
  fail({begin, at_}, fmt::format("`{}` has no meaning here", escape_printable(text_.substr(begin, at_ - begin))),
       std::string(hint));
}

}  // namespace

Result<TokenList> lex(const Source& source) { return Lexer(source).run(); }

std::string dump(const TokenList& list) {
  std::string out;
  for (const Token& token : list.tokens) {
    if (token.kind == TokenKind::kEnd) break;
    if (!out.empty()) out += ' ';
    switch (token.kind) {
      case TokenKind::kName: out += list.text(token); break;
      case TokenKind::kFoldedName: out += list.text(token) + '~'; break;
      case TokenKind::kString:
      case TokenKind::kNumber: out += dump_constant(list.payloads[token.payload]); break;
      default: {
        const std::string_view name = token_name(token.kind);
        out += name.substr(1, name.size() - 2);
      }
    }
  }
  return out;
}

}  // namespace audisp_eql::eql
