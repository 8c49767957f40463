// SPDX-License-Identifier: Apache-2.0
// Text to tokens. Total on arbitrary bytes; never recurses. Text that is not
// UTF-8 is an error, so every later stage sees valid UTF-8.
#pragma once

#include <string>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/eql/token.h"

namespace audisp_eql::eql {

// All lexical errors, up to kMaxLexicalErrors of them. Spans are offsets into
// source.text.
inline constexpr std::size_t kMaxLexicalErrors = 10;

[[nodiscard]] Result<TokenList> lex(const Source& source);

// One line: names as they are, strings quoted, the rest as written, with spaces
// between.
[[nodiscard]] std::string dump(const TokenList& list);

}  // namespace audisp_eql::eql
