// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/condition_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/base/ip.h"
#include "lib/eql/check.h"
#include "lib/eql/pattern.h"

namespace audisp_eql::eql {

namespace {

using typed::Filter;
using typed::Term;

typed::Terms terms(Term a) {
  typed::Terms out;
  out.push_back(std::move(a));
  return out;
}

typed::Terms terms(Term a, Term b) {
  typed::Terms out = terms(std::move(a));
  out.push_back(std::move(b));
  return out;
}

Term constant_term(Constant constant) {
  const Type type = type_of(constant);
  return {type, std::move(constant)};
}

Term negation(Term operand) { return {Type::kBool, typed::Not{terms(std::move(operand))}}; }

Filter negation(Filter operand) {
  typed::FilterNot node;
  node.operand.push_back(std::move(operand));
  return {std::move(node)};
}

const Constant* literal_of(const ast::Expr& expr) {
  const auto* literal = std::get_if<ast::Literal>(&expr.node);
  return literal == nullptr ? nullptr : &literal->value;
}

bool is_null_literal(const ast::Expr& expr) {
  const Constant* value = literal_of(expr);
  return value != nullptr && std::holds_alternative<std::monostate>(*value);
}

// The comparison mode a term asks for.
CompareMode mode_of(const Term& term) {
  const bool field = std::holds_alternative<typed::Field>(term.node);
  return mode_of(term.type, field ? Origin::kField : Origin::kComputed);
}

Type type_of_mode(CompareMode mode) {
  switch (mode) {
    case CompareMode::kByValue: return Type::kAny;
    case CompareMode::kNumber: return Type::kNumber;
    case CompareMode::kIp: return Type::kIp;
    case CompareMode::kDate: return Type::kDate;
    case CompareMode::kVersion: return Type::kVersion;
  }
  return Type::kAny;
}

// An expression that computes a boolean, as against a field that may hold one.
bool computes_boolean(const ast::Expr& expr) {
  if (const auto* call = std::get_if<ast::Call>(&expr.node)) {
    const Function* function = find_function(call->name);
    return function != nullptr && function->result == Type::kBool;
  }
  return std::holds_alternative<ast::Comparison>(expr.node) || std::holds_alternative<ast::In>(expr.node) ||
         std::holds_alternative<ast::Match>(expr.node) || std::holds_alternative<ast::Logic>(expr.node) ||
         std::holds_alternative<ast::Not>(expr.node);
}

}  // namespace

void ConditionChecker::error(Span span, std::string message, std::string hint) {
  if (errors_.size() >= kMaxCheckDiagnostics) return;
  errors_.push_back(diagnose(source_, span, std::move(message), std::move(hint)));
}

void ConditionChecker::warn(Span span, std::string message, std::string hint) {
  if (warnings_.size() >= kMaxCheckDiagnostics) return;
  warnings_.push_back(diagnose(source_, span, std::move(message), std::move(hint), Severity::kWarning));
}

event::FieldId ConditionChecker::resolve(const std::string& name, Span span, bool optional) {
  const event::FieldId id = fields_.intern(name);
  if (fields_.overflowed()) {
    error(span, "there are too many different field names", "at most 65,535 in all rules together");
  }
  // A `?` says that the author knows the field may not exist.
  if (optional || event::is_in_audit_events(id) || !warned_.insert(id).second) return id;
  std::vector<std::string_view> names;
  for (const event::FieldInfo& info : event::builtin_fields()) names.push_back(info.name);
  const std::string_view guess = nearest(name, names);
  std::string hint = guess.empty() ? std::string() : fmt::format("did you mean `{}`?", guess);
  if (event::FieldTable::is_builtin(id)) hint = "exported events may have it: scan --input ndjson";
  warn(span, "no audit event has this field; conditions see it as absent", std::move(hint));
  return id;
}

Filter ConditionChecker::filter(const ast::Expr& expr) {
  if (const auto* node = std::get_if<ast::Logic>(&expr.node)) {
    typed::FilterLogic out{node->op, {}};
    for (const ast::Expr& operand : node->operands) out.operands.push_back(filter(operand));
    return {std::move(out)};
  }
  if (const auto* node = std::get_if<ast::Not>(&expr.node)) return negation(filter(node->operand.front()));
  if (const auto* node = std::get_if<ast::Comparison>(&expr.node)) return filter_comparison(*node, expr);
  if (const auto* node = std::get_if<ast::In>(&expr.node); node != nullptr && node->negated) {
    return negation(Filter{typed::Leaf{in_set(*node)}});
  }
  if (const Constant* value = literal_of(expr)) {
    const bool* flag = std::get_if<bool>(value);
    if (flag == nullptr) warn(expr.span, "this condition is never true", "a condition is a comparison or a boolean");
    return {flag != nullptr && *flag};
  }
  return leaf(expr);
}

Filter ConditionChecker::leaf(const ast::Expr& expr) {
  Term out = truth(expr);
  if (out.type != Type::kBool && out.type != Type::kAny && out.type != Type::kNull) {
    warn(expr.span, fmt::format("this condition is {}, which is never true", to_string(out.type)),
         "a condition is a comparison or a boolean");
  }
  return {typed::Leaf{std::move(out)}};
}

// `!=` is `not ==` here, and comparing a condition with true or false is the
// condition or its negation.
Filter ConditionChecker::filter_comparison(const ast::Comparison& node, const ast::Expr& expr) {
  if (node.op != CompareOp::kEqual && node.op != CompareOp::kNotEqual) return leaf(expr);
  for (std::size_t side = 0; side < 2; ++side) {
    const Constant* value = literal_of(node.sides[side]);
    const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
    if (flag == nullptr || !computes_boolean(node.sides[1 - side])) continue;
    Filter inner = filter(node.sides[1 - side]);
    return *flag == (node.op == CompareOp::kEqual) ? std::move(inner) : negation(std::move(inner));
  }
  Filter out{typed::Leaf{equality(node)}};
  return node.op == CompareOp::kEqual ? std::move(out) : negation(std::move(out));
}

Term ConditionChecker::term(const ast::Expr& expr) {
  return std::visit([&](const auto& node) { return on(node, expr); }, expr.node);
}

// A term that is used as a truth value: a bare field means `== true`.
Term ConditionChecker::truth(const ast::Expr& expr) {
  Term out = term(expr);
  if (!std::holds_alternative<typed::Field>(out.node)) return out;
  typed::Compare node;
  node.sides = terms(std::move(out), constant_term(true));
  return {Type::kBool, std::move(node)};
}

Term ConditionChecker::on(const ast::Literal& node, const ast::Expr&) { return constant_term(node.value); }

Term ConditionChecker::on(const ast::Field& node, const ast::Expr& expr) {
  const event::FieldId id = resolve(node.name, expr.span, node.optional);
  const Type type = type_of(fields_.type(id));
  return {type, typed::Field{id, type}};
}

Term ConditionChecker::numeric_operand(const ast::Expr& expr) {
  Term out = term(expr);
  const bool field = std::holds_alternative<typed::Field>(out.node);
  if (!field && (out.type == Type::kText || out.type == Type::kBool)) {
    error(expr.span, fmt::format("arithmetic needs numbers, and this is {}", to_string(out.type)),
          out.type == Type::kText ? "concat(...) joins text, number(...) reads it" : "");
  }
  return out;
}

Term ConditionChecker::on(const ast::Negate& node, const ast::Expr&) {
  return {Type::kNumber, typed::Negate{terms(numeric_operand(node.operand.front()))}};
}

Term ConditionChecker::on(const ast::Arithmetic& node, const ast::Expr&) {
  typed::Arithmetic out{{}, node.operators};
  for (const ast::Expr& operand : node.operands) out.operands.push_back(numeric_operand(operand));
  return {Type::kNumber, std::move(out)};
}

void ConditionChecker::warn_if_wildcard(const ast::Expr& expr) {
  const Constant* value = literal_of(expr);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  if (text == nullptr || text->find('*') == std::string::npos) return;
  warn(expr.span, "`*` is an ordinary character here", "`:` and `like` take wildcards; `==` and `in` do not");
}

// A constant that no value of the other side's type can compare with.
void ConditionChecker::warn_if_incomparable(const Term& term, CompareMode mode, Span span) {
  const auto* constant = std::get_if<Constant>(&term.node);
  if (constant == nullptr || mode == CompareMode::kByValue) return;
  const event::Value value = as_value(*constant);
  if (value.is_null() || make_operand(value, mode).comparable) return;
  std::string hint;
  const bool block = mode == CompareMode::kIp && value.is_string() && parse_prefix(value.as_string());
  if (block) hint = "write `cidrMatch(field, ...)`";
  warn(span, fmt::format("this is not {}, so the comparison is never true", to_string(type_of_mode(mode))),
       std::move(hint));
}

// `==` and the comparison under a `!=`.
Term ConditionChecker::equality(const ast::Comparison& node) {
  const ast::Expr& left = node.sides[0];
  const ast::Expr& right = node.sides[1];
  if (is_null_literal(left)) return {Type::kBool, typed::IsNull{terms(term(right))}};
  if (is_null_literal(right)) return {Type::kBool, typed::IsNull{terms(term(left))}};
  warn_if_wildcard(left);
  warn_if_wildcard(right);
  return compare(node, CompareOp::kEqual);
}

Term ConditionChecker::compare(const ast::Comparison& node, CompareOp op) {
  typed::Compare out;
  out.op = op;
  Term a = term(node.sides[0]);
  Term b = term(node.sides[1]);
  out.mode = common_mode(mode_of(a), mode_of(b));
  warn_if_incomparable(a, out.mode, node.sides[0].span);
  warn_if_incomparable(b, out.mode, node.sides[1].span);
  const bool fields = std::holds_alternative<typed::Field>(a.node) && std::holds_alternative<typed::Field>(b.node);
  if (op == CompareOp::kEqual && fields) out.nulls = NullRule::kEqual;
  out.sides = terms(std::move(a), std::move(b));
  return {Type::kBool, std::move(out)};
}

Term ConditionChecker::on(const ast::Comparison& node, const ast::Expr&) {
  if (node.op == CompareOp::kEqual) return equality(node);
  if (node.op == CompareOp::kNotEqual) return negation(equality(node));
  return compare(node, node.op);
}

Term ConditionChecker::in_set(const ast::In& node) {
  typed::In out;
  out.fold = node.mode;
  Term operand = term(node.operand.front());
  const CompareMode mode = mode_of(operand);
  for (const ast::Expr& item : node.items) {
    warn_if_wildcard(item);
    out.items.push_back(term(item));
    out.modes.push_back(common_mode(mode, mode_of(out.items.back())));
    warn_if_incomparable(out.items.back(), out.modes.back(), item.span);
  }
  out.operand = terms(std::move(operand));
  return {Type::kBool, std::move(out)};
}

Term ConditionChecker::on(const ast::In& node, const ast::Expr&) {
  Term out = in_set(node);
  return node.negated ? negation(std::move(out)) : std::move(out);
}

void ConditionChecker::check_regex(const ast::Match& node, const std::vector<std::string>& patterns, Span span) {
  const auto made = Regex::make(patterns, node.mode, regex_memory_bytes_);
  if (const auto* regex = std::get_if<Regex>(&made)) {
    if (regex->has_anchor()) {
      warn(span, "`^` and `$` are ordinary characters in a regular expression here",
           "the whole value must match anyway: leave them out, or write `\\^`, `\\$`");
    }
    return;
  }
  for (const ast::Pattern& pattern : node.patterns) {
    const auto one = Regex::make({std::get<std::string>(pattern.value)}, node.mode, regex_memory_bytes_);
    const auto* failure = std::get_if<RegexError>(&one);
    if (failure != nullptr) return error(pattern.span, failure->message, failure->hint);
  }
  const auto& failure = std::get<RegexError>(made);
  error(span, failure.message, failure.hint);
}

// Numbers and booleans behind `:` are compared, not matched.
Term ConditionChecker::on(const ast::Match& node, const ast::Expr& expr) {
  typed::Match match;
  match.kind = node.kind == ast::MatchKind::kRegex ? typed::PatternKind::kRegex : typed::PatternKind::kGlob;
  match.fold = node.mode;
  typed::In others;
  const Term operand = term(node.operand.front());
  for (const ast::Pattern& pattern : node.patterns) {
    if (const auto* text = std::get_if<std::string>(&pattern.value)) {
      match.patterns.push_back(*text);
    } else {
      others.items.push_back(constant_term(pattern.value));
      others.modes.push_back(mode_of(operand));
    }
  }
  if (match.kind == typed::PatternKind::kRegex) check_regex(node, match.patterns, expr.span);
  match.operand = terms(operand);
  others.operand = terms(operand);
  if (others.items.empty()) return {Type::kBool, std::move(match)};
  if (match.patterns.empty()) return {Type::kBool, std::move(others)};
  return {Type::kBool,
          typed::Logic{ast::LogicOp::kOr, terms({Type::kBool, std::move(match)}, {Type::kBool, std::move(others)})}};
}

Term ConditionChecker::on(const ast::Logic& node, const ast::Expr&) {
  typed::Logic out{node.op, {}};
  for (const ast::Expr& operand : node.operands) out.operands.push_back(truth(operand));
  return {Type::kBool, std::move(out)};
}

Term ConditionChecker::on(const ast::Not& node, const ast::Expr&) { return negation(truth(node.operand.front())); }

}  // namespace audisp_eql::eql
