// SPDX-License-Identifier: Apache-2.0
// Tokens to syntax tree: recursive descent for the query, precedence climbing
// for arithmetic. Nesting is bounded by CompileLimits::max_depth; long flat
// chains take no stack. Stops at the first error. Knows no field and no function.
//
//   query      = (event | sequence | sample) {pipe} END
//   event      = category "where" expr          category = "any" | NAME | STRING
//   sequence   = "sequence" ["by" keys] ["with" "maxspan" "=" INT UNIT] stage {stage} ["until" stage]
//   sample     = "sample" ["by" keys] stage {stage}
//   stage      = ("[" | "![") event "]" {"by" keys | "with" "runs" "=" INT}     each at most once
//   keys       = field {"," field}              field = ["?"] NAME
//   pipe       = "|" ("head" | "tail") INT
//   expr       = and {"or" and}       and = not {"and" not}       not = "not" not | compare
//   compare    = sum [("==" | "!=" | "<" | "<=" | ">" | ">=") sum]
//   sum        = product {("+" | "-") product}  product = unary {("*" | "/" | "%") unary}
//   unary      = ("-" | "+") unary | primary [predicate]
//   predicate  = ["not"] ("in" | "in~") "(" expr {"," expr} ")"
//              | (":" | "like" | "like~" | "regex" | "regex~") (const | "(" const {"," const} ")")
//   primary    = const | field | NAME ["~"] "(" [expr {"," expr}] ")" | "(" expr ")"
//   const      = STRING | ["-"] NUMBER | "true" | "false" | "null"
//
// INT is a number token without fraction or exponent, UNIT one of ms s m h d.
#pragma once

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/eql/ast.h"
#include "lib/eql/token.h"

namespace audisp_eql::eql {

// REQUIRES: `tokens` is lex(source).
[[nodiscard]] Result<ast::Query> parse(const Source& source, const TokenList& tokens, const CompileLimits& limits);

// The text is one `expr`: as the query `any where expr`.
[[nodiscard]] Result<ast::Query> parse_condition(const Source& source, const TokenList& tokens,
                                                 const CompileLimits& limits);

}  // namespace audisp_eql::eql
