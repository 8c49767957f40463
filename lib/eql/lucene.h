// SPDX-License-Identifier: Apache-2.0
// Lucene's regular expressions, which `regex` is written in, translated to
// RE2's. Case folding is done here, by writing both letters, because RE2's own
// folds beyond ASCII.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "lib/base/glob.h"

namespace audisp_eql::eql {

struct RegexError {
  std::string message;
  std::string hint;
};

struct TranslatedRegex {
  std::string re2;
  bool has_anchor = false;  // an unescaped `^` or `$`: literal here, and likely a slip
};

// REQUIRES: valid UTF-8. Never recurses.
[[nodiscard]] std::variant<TranslatedRegex, RegexError> translate_lucene(std::string_view pattern, CaseMode mode);

}  // namespace audisp_eql::eql
