// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/token.h"

#include <array>

namespace audisp_eql::eql {

namespace {

struct Spelling {
  TokenKind kind;
  std::string_view name;
};

// The keywords come first: keyword_of() reads only them, without the quotes.
constexpr std::size_t kKeywordCount = 22;
constexpr std::array kSpellings = {
    Spelling{TokenKind::kAnd, "`and`"},
    Spelling{TokenKind::kAny, "`any`"},
    Spelling{TokenKind::kBy, "`by`"},
    Spelling{TokenKind::kFalse, "`false`"},
    Spelling{TokenKind::kIn, "`in`"},
    Spelling{TokenKind::kInFolded, "`in~`"},
    Spelling{TokenKind::kJoin, "`join`"},
    Spelling{TokenKind::kLike, "`like`"},
    Spelling{TokenKind::kLikeFolded, "`like~`"},
    Spelling{TokenKind::kMaxspan, "`maxspan`"},
    Spelling{TokenKind::kNot, "`not`"},
    Spelling{TokenKind::kNull, "`null`"},
    Spelling{TokenKind::kOf, "`of`"},
    Spelling{TokenKind::kOr, "`or`"},
    Spelling{TokenKind::kRegex, "`regex`"},
    Spelling{TokenKind::kRegexFolded, "`regex~`"},
    Spelling{TokenKind::kSample, "`sample`"},
    Spelling{TokenKind::kSequence, "`sequence`"},
    Spelling{TokenKind::kTrue, "`true`"},
    Spelling{TokenKind::kUntil, "`until`"},
    Spelling{TokenKind::kWhere, "`where`"},
    Spelling{TokenKind::kWith, "`with`"},
    Spelling{TokenKind::kEnd, "the end of the query"},
    Spelling{TokenKind::kName, "a name"},
    Spelling{TokenKind::kFoldedName, "a function name"},
    Spelling{TokenKind::kString, "a string"},
    Spelling{TokenKind::kNumber, "a number"},
    Spelling{TokenKind::kOpenParen, "`(`"},
    Spelling{TokenKind::kCloseParen, "`)`"},
    Spelling{TokenKind::kOpenBracket, "`[`"},
    Spelling{TokenKind::kOpenMissing, "`![`"},
    Spelling{TokenKind::kCloseBracket, "`]`"},
    Spelling{TokenKind::kComma, "`,`"},
    Spelling{TokenKind::kPipe, "`|`"},
    Spelling{TokenKind::kQuestion, "`?`"},
    Spelling{TokenKind::kColon, "`:`"},
    Spelling{TokenKind::kAssign, "`=`"},
    Spelling{TokenKind::kEqual, "`==`"},
    Spelling{TokenKind::kNotEqual, "`!=`"},
    Spelling{TokenKind::kLess, "`<`"},
    Spelling{TokenKind::kLessEqual, "`<=`"},
    Spelling{TokenKind::kGreater, "`>`"},
    Spelling{TokenKind::kGreaterEqual, "`>=`"},
    Spelling{TokenKind::kPlus, "`+`"},
    Spelling{TokenKind::kMinus, "`-`"},
    Spelling{TokenKind::kStar, "`*`"},
    Spelling{TokenKind::kSlash, "`/`"},
    Spelling{TokenKind::kPercent, "`%`"},
};

}  // namespace

std::string_view token_name(TokenKind kind) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.kind == kind) return spelling.name;
  }
  return "a token";
}

TokenKind keyword_of(std::string_view word) {
  for (std::size_t i = 0; i < kKeywordCount; ++i) {
    const std::string_view name = kSpellings[i].name;
    if (name.substr(1, name.size() - 2) == word) return kSpellings[i].kind;
  }
  return TokenKind::kName;
}

}  // namespace audisp_eql::eql
