// SPDX-License-Identifier: Apache-2.0
// The syntax tree: what was written, names unresolved. Chains of `and`, `or`
// and arithmetic are one node with many operands, so the depth of a tree is its
// nesting, which the parser bounds; no behaviour but dump().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/glob.h"
#include "lib/base/time.h"
#include "lib/eql/constant.h"
#include "lib/eql/number.h"
#include "lib/eql/query.h"

namespace audisp_eql::eql {

enum class CompareOp : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

[[nodiscard]] std::string_view symbol(CompareOp op);

}  // namespace audisp_eql::eql

namespace audisp_eql::eql::ast {

struct Expr;
using Exprs = std::vector<Expr>;

struct Literal {
  Constant value;
};

struct Field {
  std::string name;
  bool optional = false;  // `?name`
};

struct Call {
  std::string name;  // as written, without `~`
  CaseMode mode = CaseMode::kSensitive;
  Exprs arguments;
};

struct Negate {
  Exprs operand;  // one
};

// a + b - c ...: operators.size() + 1 operands of one precedence, left to right.
struct Arithmetic {
  Exprs operands;
  std::vector<ArithmeticOp> operators;
};

struct Comparison {
  CompareOp op = CompareOp::kEqual;
  Exprs sides;  // two
};

struct In {
  Exprs operand;  // one
  Exprs items;    // one or more
  CaseMode mode = CaseMode::kSensitive;
  bool negated = false;  // `not in`
};

enum class MatchKind : std::uint8_t { kColon, kLike, kRegex };

struct Pattern {
  Constant value;  // text; with `:` also a number or a boolean
  Span span;
};

struct Match {
  MatchKind kind = MatchKind::kLike;
  CaseMode mode = CaseMode::kSensitive;
  Exprs operand;  // one
  std::vector<Pattern> patterns;
};

enum class LogicOp : std::uint8_t { kAnd, kOr };

struct Logic {
  LogicOp op = LogicOp::kAnd;
  Exprs operands;  // two or more
};

struct Not {
  Exprs operand;  // one
};

struct Expr {
  Span span;
  std::variant<Literal, Field, Call, Negate, Arithmetic, Comparison, In, Match, Logic, Not> node;
};

struct Key {
  std::string name;
  bool optional = false;
  Span span;
};

struct EventFilter {
  std::optional<std::string> category;  // none: `any`
  Expr condition;
};

struct Stage {
  EventFilter filter;
  std::vector<Key> keys;
  std::size_t runs = 1;
  bool missing = false;
  Span span;       // the brackets
  Span keys_span;  // `by ...`; empty when there is none
};

struct Query {
  QueryKind kind = QueryKind::kEvent;
  std::vector<Key> keys;
  std::optional<EventTime> maxspan;
  std::vector<Stage> stages;  // exactly one for kEvent
  std::optional<Stage> until;
  std::vector<Pipe> pipes;
  Span span;  // the word that opens the query
};

// One line, as s-expressions.
[[nodiscard]] std::string dump(const Expr& expr);
[[nodiscard]] std::string dump(const Query& query);

}  // namespace audisp_eql::eql::ast
