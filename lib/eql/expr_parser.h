// SPDX-License-Identifier: Apache-2.0
// The parser's lower half, private to parser.cpp: the token cursor with its one
// error, and conditions. Grammar: parser.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "lib/eql/ast.h"
#include "lib/eql/token.h"

namespace audisp_eql::eql {

// A place in the token list. The first failure sticks.
class Cursor {
 public:
  Cursor(const Source& source, const TokenList& list) : source_(source), list_(list) {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
  [[nodiscard]] const std::string& text(const Token& token) const { return list_.text(token); }
  [[nodiscard]] const Constant& payload(const Token& token) const { return list_.payloads[token.payload]; }
  const Token& take();
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  bool accept(TokenKind kind);
  [[nodiscard]] bool at_name(std::string_view word) const;  // unquoted

  // Always nullopt, to be returned.
  std::nullopt_t fail(Span span, std::string message, std::string hint = {});
  // "expected WANTED, found ...", the usual slips with a hint of their own.
  std::nullopt_t fail_expected(std::string_view wanted, std::string hint = {});
  // True, or false after fail_expected(token_name(kind)).
  bool expect(TokenKind kind);

  [[nodiscard]] const std::optional<Diagnostic>& error() const { return error_; }
  [[nodiscard]] std::size_t last_end() const { return last_end_; }

 private:
  const Source& source_;
  const TokenList& list_;
  std::size_t next_ = 0;
  std::size_t last_end_ = 0;
  std::optional<Diagnostic> error_;
};

class ExprParser {
 public:
  ExprParser(Cursor& cursor, std::size_t max_depth) : cursor_(cursor), max_depth_(max_depth) {}

  [[nodiscard]] std::optional<ast::Expr> parse();
  [[nodiscard]] std::optional<ast::Key> field();

 private:
  using MaybeExpr = std::optional<ast::Expr>;
  class Nesting;

  MaybeExpr chain(ast::LogicOp op);
  MaybeExpr negation();
  MaybeExpr comparison();
  MaybeExpr arithmetic(int precedence);
  MaybeExpr unary();
  MaybeExpr predicate(ast::Expr operand);
  MaybeExpr in_list(ast::Expr operand);
  MaybeExpr match(ast::Expr operand);
  MaybeExpr primary();
  MaybeExpr literal();
  MaybeExpr call();
  MaybeExpr parenthesised();
  std::optional<ast::Exprs> expressions(std::string_view empty_message);
  std::optional<ast::Pattern> pattern(std::string_view op);

  Cursor& cursor_;
  std::size_t max_depth_;
  std::size_t depth_ = 0;
};

}  // namespace audisp_eql::eql
