// SPDX-License-Identifier: Apache-2.0
// The checked tree. Two kinds of node, for the two positions of a condition: a
// Filter is two-valued (and, or, not over leaves), a Term is three-valued (what
// a leaf computes). `!=`, `not in` and `x == null` are already what they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/glob.h"
#include "lib/eql/ast.h"
#include "lib/eql/compare.h"
#include "lib/eql/constant.h"
#include "lib/eql/functions.h"
#include "lib/eql/logic.h"
#include "lib/eql/type.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql::typed {

struct Term;
using Terms = std::vector<Term>;

struct Field {
  event::FieldId id{};
  Type type = Type::kAny;
};

struct Call {
  const Function* function = nullptr;  // a row of the function table
  CaseMode mode = CaseMode::kSensitive;
  Terms arguments;
};

struct Negate {
  Terms operand;  // one
};

struct Arithmetic {
  Terms operands;
  std::vector<ArithmeticOp> operators;
};

// Null when a side is null.
struct Compare {
  CompareOp op = CompareOp::kEqual;  // never kNotEqual
  CompareMode mode = CompareMode::kByValue;
  NullRule nulls = NullRule::kUnknown;
  Terms sides;  // two
};

// Never null.
struct IsNull {
  Terms operand;  // one
};

// Null when the operand is; a null item equals nothing.
struct In {
  Terms operand;                   // one
  Terms items;                     // one or more
  std::vector<CompareMode> modes;  // one for each item
  CaseMode fold = CaseMode::kSensitive;
};

enum class PatternKind : std::uint8_t { kText, kGlob, kRegex };

// The value's text equals, or as a whole matches, one of the patterns.
struct Match {
  PatternKind kind = PatternKind::kGlob;
  CaseMode fold = CaseMode::kSensitive;
  Terms operand;  // one
  std::vector<std::string> patterns;
};

// Kleene's three-valued logic.
struct Logic {
  ast::LogicOp op = ast::LogicOp::kAnd;
  Terms operands;
};

struct Not {
  Terms operand;  // one
};

struct Term {
  Type type = Type::kAny;
  std::variant<Constant, Field, Call, Negate, Arithmetic, Compare, IsNull, In, Match, Logic, Not> node;
};

struct Filter;
using Filters = std::vector<Filter>;

// True when some choice of one value for each field makes the term true.
struct Leaf {
  Term term;
};

struct FilterLogic {
  ast::LogicOp op = ast::LogicOp::kAnd;
  Filters operands;  // one or more
};

struct FilterNot {
  Filters operand;  // one
};

struct Filter {
  std::variant<bool, Leaf, FilterLogic, FilterNot> node;
};

struct Stage {
  std::string category;  // empty for `any`
  Filter filter;         // category test included
  std::vector<JoinKey> keys;
  bool missing = false;
  std::size_t runs = 1;
};

struct Query {
  QueryKind kind = QueryKind::kEvent;
  std::vector<Stage> stages;
  std::optional<Stage> until;
  std::optional<EventTime> maxspan;
  std::vector<Pipe> pipes;
};

// One line, as s-expressions. Filters in plain words, a leaf in braces.
[[nodiscard]] std::string dump(const Term& term, const event::FieldTable& fields);
[[nodiscard]] std::string dump(const Filter& filter, const event::FieldTable& fields);
[[nodiscard]] std::string dump(const Query& query, const event::FieldTable& fields);

}  // namespace audisp_eql::eql::typed
