// SPDX-License-Identifier: Apache-2.0
// The words of EQL. A token is small: decoded text and numbers lie in the
// list's payloads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/eql/constant.h"

namespace audisp_eql::eql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,        // payload: the plain name, quoting removed
  kFoldedName,  // `name~` directly before `(`
  kString,
  kNumber,  // payload: integer or double
  // keywords
  kAnd,
  kAny,
  kBy,
  kFalse,
  kIn,
  kInFolded,
  kJoin,
  kLike,
  kLikeFolded,
  kMaxspan,
  kNot,
  kNull,
  kOf,
  kOr,
  kRegex,
  kRegexFolded,
  kSample,
  kSequence,
  kTrue,
  kUntil,
  kWhere,
  kWith,
  // punctuation
  kOpenParen,
  kCloseParen,
  kOpenBracket,
  kOpenMissing,
  kCloseBracket,
  kComma,
  kPipe,
  kQuestion,
  kColon,
  kAssign,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool quoted = false;  // a name with backticks in it
  std::uint32_t payload = 0;
  Span span;
};

struct TokenList {
  std::vector<Token> tokens;  // the last one is kEnd
  std::vector<Constant> payloads;

  // REQUIRES: a name or a string.
  [[nodiscard]] const std::string& text(const Token& token) const {
    return std::get<std::string>(payloads[token.payload]);
  }
};

// As messages name it: `a name`, "`and`", "the end of the query".
[[nodiscard]] std::string_view token_name(TokenKind kind);

// The keyword or `kName`, by exact (lower case) spelling.
[[nodiscard]] TokenKind keyword_of(std::string_view word);

}  // namespace audisp_eql::eql
