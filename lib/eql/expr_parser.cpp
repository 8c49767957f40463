// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/expr_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/base/escape.h"

namespace audisp_eql::eql {

namespace {

using ast::Expr;

std::optional<CompareOp> compare_op(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual: return CompareOp::kEqual;
    case TokenKind::kNotEqual: return CompareOp::kNotEqual;
    case TokenKind::kLess: return CompareOp::kLess;
    case TokenKind::kLessEqual: return CompareOp::kLessEqual;
    case TokenKind::kGreater: return CompareOp::kGreater;
    case TokenKind::kGreaterEqual: return CompareOp::kGreaterEqual;
    default: return std::nullopt;
  }
}

constexpr int kSum = 1;
constexpr int kProduct = 2;
constexpr int kUnary = 3;

std::optional<ArithmeticOp> arithmetic_op(TokenKind kind, int precedence) {
  switch (kind) {
    case TokenKind::kPlus: return precedence == kSum ? std::optional(ArithmeticOp::kAdd) : std::nullopt;
    case TokenKind::kMinus: return precedence == kSum ? std::optional(ArithmeticOp::kSubtract) : std::nullopt;
    case TokenKind::kStar: return precedence == kProduct ? std::optional(ArithmeticOp::kMultiply) : std::nullopt;
    case TokenKind::kSlash: return precedence == kProduct ? std::optional(ArithmeticOp::kDivide) : std::nullopt;
    case TokenKind::kPercent: return precedence == kProduct ? std::optional(ArithmeticOp::kModulo) : std::nullopt;
    default: return std::nullopt;
  }
}

bool is_match(TokenKind kind) {
  return kind == TokenKind::kColon || kind == TokenKind::kLike || kind == TokenKind::kLikeFolded ||
         kind == TokenKind::kRegex || kind == TokenKind::kRegexFolded;
}

bool is_keyword(TokenKind kind) { return kind >= TokenKind::kAnd && kind <= TokenKind::kWith; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

ast::Exprs one(Expr expr) {
  ast::Exprs out;
  out.push_back(std::move(expr));
  return out;
}

}  // namespace

const Token& Cursor::peek(std::size_t ahead) const {
  return list_.tokens[std::min(next_ + ahead, list_.tokens.size() - 1)];
}

const Token& Cursor::take() {
  const Token& token = peek();
  if (token.kind != TokenKind::kEnd) ++next_;
  last_end_ = token.span.end;
  return token;
}

bool Cursor::accept(TokenKind kind) {
  if (!at(kind)) return false;
  take();
  return true;
}

bool Cursor::at_name(std::string_view word) const {
  return at(TokenKind::kName) && !peek().quoted && text(peek()) == word;
}

std::nullopt_t Cursor::fail(Span span, std::string message, std::string hint) {
  if (!error_) error_ = diagnose(source_, span, std::move(message), std::move(hint));
  return std::nullopt;
}

std::nullopt_t Cursor::fail_expected(std::string_view wanted, std::string hint) {
  const Token& found = peek();
  std::string name(token_name(found.kind));
  if (found.kind == TokenKind::kName) {
    const std::string& word = text(found);
    name = fmt::format("`{}`", escape_printable(word.substr(0, 60)));
    if (!found.quoted && keyword_of(lower(word)) != TokenKind::kName) {
      hint = fmt::format("keywords are lower case: write `{}`", lower(word));
    }
  } else if (found.kind == TokenKind::kAssign) {
    hint = "write `==` to compare";
  } else if (found.kind == TokenKind::kOf) {
    hint = "process ancestry (`child of`) is not supported: use process.parent.* fields, or a sequence";
  } else if (is_keyword(found.kind) && wanted == "a condition") {
    hint = "a keyword can be a field's name only in backticks";
  }
  return fail(found.span, fmt::format("expected {}, found {}", wanted, name), std::move(hint));
}

bool Cursor::expect(TokenKind kind) {
  if (accept(kind)) return true;
  fail_expected(token_name(kind));
  return false;
}

// Counts one level of nesting while it lives.
class [[nodiscard]] ExprParser::Nesting {
 public:
  explicit Nesting(ExprParser& parser) : parser_(parser) {
    good_ = ++parser_.depth_ <= parser_.max_depth_;
    if (!good_) {
      parser_.cursor_.fail(parser_.cursor_.peek().span, "this condition is nested too deep",
                           fmt::format("at most {} levels of (), not, functions and signs", parser_.max_depth_));
    }
  }
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  [[nodiscard]] bool good() const { return good_; }

 private:
  ExprParser& parser_;
  bool good_ = false;
};

ExprParser::MaybeExpr ExprParser::parse() { return chain(ast::LogicOp::kOr); }

ExprParser::MaybeExpr ExprParser::chain(ast::LogicOp op) {
  const TokenKind word = op == ast::LogicOp::kOr ? TokenKind::kOr : TokenKind::kAnd;
  const auto operand = [&] { return op == ast::LogicOp::kOr ? chain(ast::LogicOp::kAnd) : negation(); };
  MaybeExpr first = operand();
  if (!first || !cursor_.at(word)) return first;
  ast::Exprs operands = one(std::move(*first));
  while (cursor_.accept(word)) {
    MaybeExpr next = operand();
    if (!next) return std::nullopt;
    operands.push_back(std::move(*next));
  }
  const Span span{operands.front().span.begin, cursor_.last_end()};
  return Expr{span, ast::Logic{op, std::move(operands)}};
}

ExprParser::MaybeExpr ExprParser::negation() {
  if (!cursor_.at(TokenKind::kNot)) return comparison();
  Nesting nesting(*this);
  if (!nesting.good()) return std::nullopt;
  const std::size_t begin = cursor_.take().span.begin;
  MaybeExpr operand = negation();
  if (!operand) return std::nullopt;
  return Expr{{begin, cursor_.last_end()}, ast::Not{one(std::move(*operand))}};
}

ExprParser::MaybeExpr ExprParser::comparison() {
  MaybeExpr left = arithmetic(kSum);
  if (!left) return std::nullopt;
  if (cursor_.at(TokenKind::kAssign)) {
    return cursor_.fail(cursor_.peek().span, "`=` does not compare", "write `==`");
  }
  const auto op = compare_op(cursor_.peek().kind);
  if (!op) return left;
  cursor_.take();
  MaybeExpr right = arithmetic(kSum);
  if (!right) return std::nullopt;
  if (compare_op(cursor_.peek().kind)) {
    return cursor_.fail(cursor_.peek().span, "comparisons do not chain", "write `a < b and b < c`");
  }
  const Span span{left->span.begin, cursor_.last_end()};
  ast::Exprs sides = one(std::move(*left));
  sides.push_back(std::move(*right));
  return Expr{span, ast::Comparison{*op, std::move(sides)}};
}

ExprParser::MaybeExpr ExprParser::arithmetic(int precedence) {
  if (precedence == kUnary) return unary();
  MaybeExpr first = arithmetic(precedence + 1);
  if (!first || !arithmetic_op(cursor_.peek().kind, precedence)) return first;
  ast::Arithmetic node{one(std::move(*first)), {}};
  while (const auto op = arithmetic_op(cursor_.peek().kind, precedence)) {
    cursor_.take();
    MaybeExpr next = arithmetic(precedence + 1);
    if (!next) return std::nullopt;
    node.operators.push_back(*op);
    node.operands.push_back(std::move(*next));
  }
  const Span span{node.operands.front().span.begin, cursor_.last_end()};
  return Expr{span, std::move(node)};
}

ExprParser::MaybeExpr ExprParser::unary() {
  if (!cursor_.at(TokenKind::kMinus) && !cursor_.at(TokenKind::kPlus)) {
    MaybeExpr operand = primary();
    if (!operand) return std::nullopt;
    return predicate(std::move(*operand));
  }
  Nesting nesting(*this);
  if (!nesting.good()) return std::nullopt;
  const bool minus = cursor_.at(TokenKind::kMinus);
  const std::size_t begin = cursor_.take().span.begin;
  MaybeExpr operand = unary();
  if (!operand || !minus) return operand;
  return Expr{{begin, cursor_.last_end()}, ast::Negate{one(std::move(*operand))}};
}

ExprParser::MaybeExpr ExprParser::predicate(Expr operand) {
  const TokenKind kind = cursor_.peek().kind;
  const TokenKind after = cursor_.peek(1).kind;
  if (kind == TokenKind::kIn || kind == TokenKind::kInFolded) return in_list(std::move(operand));
  if (is_match(kind)) return match(std::move(operand));
  if (kind != TokenKind::kNot) return operand;
  if (after == TokenKind::kIn || after == TokenKind::kInFolded) return in_list(std::move(operand));
  if (is_match(after)) {
    return cursor_.fail({cursor_.peek().span.begin, cursor_.peek(1).span.end},
                        fmt::format("`not` cannot stand before {}", token_name(after)),
                        "put `not` before the field: `not field like \"...\"`");
  }
  return operand;
}

// expr {"," expr} ")", the opening parenthesis being taken.
std::optional<ast::Exprs> ExprParser::expressions(std::string_view empty_message) {
  ast::Exprs out;
  if (cursor_.at(TokenKind::kCloseParen) && !empty_message.empty()) {
    return cursor_.fail(cursor_.peek().span, std::string(empty_message), "write at least one value");
  }
  if (cursor_.accept(TokenKind::kCloseParen)) return out;
  do {
    MaybeExpr item = parse();
    if (!item) return std::nullopt;
    out.push_back(std::move(*item));
  } while (cursor_.accept(TokenKind::kComma));
  if (!cursor_.accept(TokenKind::kCloseParen)) return cursor_.fail_expected("`,` or `)`");
  return out;
}

ExprParser::MaybeExpr ExprParser::in_list(Expr operand) {
  ast::In node;
  node.negated = cursor_.accept(TokenKind::kNot);
  if (cursor_.take().kind == TokenKind::kInFolded) node.mode = CaseMode::kAsciiInsensitive;
  Nesting nesting(*this);
  if (!nesting.good()) return std::nullopt;
  if (!cursor_.accept(TokenKind::kOpenParen)) return cursor_.fail_expected("a list", "write `in (\"a\", \"b\")`");
  auto items = expressions("this list is empty");
  if (!items) return std::nullopt;
  const Span span{operand.span.begin, cursor_.last_end()};
  node.operand = one(std::move(operand));
  node.items = std::move(*items);
  return Expr{span, std::move(node)};
}

std::optional<ast::Pattern> ExprParser::pattern(std::string_view op) {
  const Token first = cursor_.peek();
  const bool minus = first.kind == TokenKind::kMinus && cursor_.peek(1).kind == TokenKind::kNumber;
  if (minus) cursor_.take();
  const Token& token = cursor_.peek();
  ast::Pattern out;
  switch (token.kind) {
    case TokenKind::kString:
    case TokenKind::kNumber: out.value = cursor_.payload(token); break;
    case TokenKind::kTrue: out.value = true; break;
    case TokenKind::kFalse: out.value = false; break;
    case TokenKind::kNull:
      return cursor_.fail(token.span, fmt::format("{} takes no `null`", op), "write `field == null`");
    case TokenKind::kName:
      return cursor_.fail(token.span, fmt::format("{} takes constants only", op),
                          "put text in double quotes; fields compare with `==`");
    default: return cursor_.fail_expected("a string");
  }
  if (minus) out.value = to_constant(negate(as_value(out.value)));
  cursor_.take();
  out.span = {first.span.begin, cursor_.last_end()};
  if (op != "`:`" && !std::holds_alternative<std::string>(out.value)) {
    return cursor_.fail(out.span, fmt::format("{} takes strings only", op), "compare numbers and booleans with `==`");
  }
  return out;
}

ExprParser::MaybeExpr ExprParser::match(Expr operand) {
  const TokenKind kind = cursor_.take().kind;
  ast::Match node;
  const bool regex = kind == TokenKind::kRegex || kind == TokenKind::kRegexFolded;
  node.kind = kind == TokenKind::kColon ? ast::MatchKind::kColon
              : regex                   ? ast::MatchKind::kRegex
                                        : ast::MatchKind::kLike;
  if (kind != TokenKind::kLike && kind != TokenKind::kRegex) node.mode = CaseMode::kAsciiInsensitive;
  const bool list = cursor_.accept(TokenKind::kOpenParen);
  if (list && cursor_.at(TokenKind::kCloseParen)) {
    return cursor_.fail(cursor_.peek().span, "this list is empty", "write at least one value");
  }
  do {
    auto item = pattern(token_name(kind));
    if (!item) return std::nullopt;
    node.patterns.push_back(std::move(*item));
  } while (list && cursor_.accept(TokenKind::kComma));
  if (list && !cursor_.accept(TokenKind::kCloseParen)) return cursor_.fail_expected("`,` or `)`");
  const Span span{operand.span.begin, cursor_.last_end()};
  node.operand = one(std::move(operand));
  return Expr{span, std::move(node)};
}

ExprParser::MaybeExpr ExprParser::primary() {
  switch (cursor_.peek().kind) {
    case TokenKind::kString:
    case TokenKind::kNumber:
    case TokenKind::kTrue:
    case TokenKind::kFalse:
    case TokenKind::kNull: return literal();
    case TokenKind::kFoldedName: return call();
    case TokenKind::kOpenParen: return parenthesised();
    case TokenKind::kQuestion: break;
    case TokenKind::kName:
      if (!cursor_.peek().quoted && cursor_.peek(1).kind == TokenKind::kOpenParen) return call();
      break;
    default: return cursor_.fail_expected("a condition");
  }
  auto key = field();
  if (!key) return std::nullopt;
  if (cursor_.at(TokenKind::kOpenBracket) && cursor_.peek().span.begin == key->span.end) {
    return cursor_.fail(cursor_.peek().span, "a field takes no subscript",
                        "a condition looks at all values of a field: it holds if one of them fits");
  }
  return Expr{key->span, ast::Field{std::move(key->name), key->optional}};
}

ExprParser::MaybeExpr ExprParser::literal() {
  const Token& token = cursor_.take();
  Constant value;
  if (token.kind == TokenKind::kString || token.kind == TokenKind::kNumber) value = cursor_.payload(token);
  if (token.kind == TokenKind::kTrue) value = true;
  if (token.kind == TokenKind::kFalse) value = false;
  return Expr{token.span, ast::Literal{std::move(value)}};
}

ExprParser::MaybeExpr ExprParser::call() {
  Nesting nesting(*this);
  if (!nesting.good()) return std::nullopt;
  const Token& name = cursor_.take();
  ast::Call node;
  node.name = cursor_.text(name);
  if (name.kind == TokenKind::kFoldedName) node.mode = CaseMode::kAsciiInsensitive;
  cursor_.take();  // the parenthesis: seen by the caller or the lexer
  auto arguments = expressions({});
  if (!arguments) return std::nullopt;
  node.arguments = std::move(*arguments);
  return Expr{{name.span.begin, cursor_.last_end()}, std::move(node)};
}

ExprParser::MaybeExpr ExprParser::parenthesised() {
  Nesting nesting(*this);
  if (!nesting.good()) return std::nullopt;
  cursor_.take();
  MaybeExpr inner = parse();
  if (!inner) return std::nullopt;
  if (cursor_.at(TokenKind::kComma)) {
    return cursor_.fail(cursor_.peek().span, "a list cannot stand here", "write `field in (...)`");
  }
  if (!cursor_.expect(TokenKind::kCloseParen)) return std::nullopt;
  return inner;
}

std::optional<ast::Key> ExprParser::field() {
  const std::size_t begin = cursor_.peek().span.begin;
  const bool optional = cursor_.accept(TokenKind::kQuestion);
  if (!cursor_.at(TokenKind::kName)) return cursor_.fail_expected("a field name");
  const std::string& name = cursor_.text(cursor_.take());
  return ast::Key{name, optional, {begin, cursor_.last_end()}};
}

}  // namespace audisp_eql::eql
