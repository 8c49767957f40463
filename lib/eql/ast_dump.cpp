// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "lib/eql/ast.h"

namespace audisp_eql::eql {

std::string_view symbol(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual: return "==";
    case CompareOp::kNotEqual: return "!=";
    case CompareOp::kLess: return "<";
    case CompareOp::kLessEqual: return "<=";
    case CompareOp::kGreater: return ">";
    case CompareOp::kGreaterEqual: return ">=";
  }
  return "?";
}

}  // namespace audisp_eql::eql

namespace audisp_eql::eql::ast {

namespace {

std::string_view tilde(CaseMode mode) { return mode == CaseMode::kAsciiInsensitive ? "~" : ""; }

// Depth is bounded by the parser.
struct Dumper {
  std::string out;

  void all(const Exprs& list) {
    for (const Expr& expr : list) {
      out += ' ';
      std::visit(*this, expr.node);
    }
  }
  void operator()(const Literal& node) { out += dump_constant(node.value); }
  void operator()(const Field& node) { out += (node.optional ? "?" : "") + node.name; }
  void operator()(const Call& node) {
    out += fmt::format("({}{}", node.name, tilde(node.mode));
    all(node.arguments);
    out += ')';
  }
  void operator()(const Negate& node) {
    out += "(neg";
    all(node.operand);
    out += ')';
  }
  void operator()(const Arithmetic& node) {
    out += '(';
    std::visit(*this, node.operands.front().node);
    for (std::size_t i = 0; i < node.operators.size(); ++i) {
      out += fmt::format(" {} ", symbol(node.operators[i]));
      std::visit(*this, node.operands[i + 1].node);
    }
    out += ')';
  }
  void operator()(const Comparison& node) {
    out += fmt::format("({}", symbol(node.op));
    all(node.sides);
    out += ')';
  }
  void operator()(const In& node) {
    out += fmt::format("({}in{}", node.negated ? "not-" : "", tilde(node.mode));
    all(node.operand);
    all(node.items);
    out += ')';
  }
  void operator()(const Match& node) {
    const std::string_view word = node.kind == MatchKind::kLike ? "like" : "regex";
    out += node.kind == MatchKind::kColon ? "(:" : fmt::format("({}{}", word, tilde(node.mode));
    all(node.operand);
    for (const Pattern& pattern : node.patterns) out += ' ' + dump_constant(pattern.value);
    out += ')';
  }
  void operator()(const Logic& node) {
    out += node.op == LogicOp::kAnd ? "(and" : "(or";
    all(node.operands);
    out += ')';
  }
  void operator()(const Not& node) {
    out += "(not";
    all(node.operand);
    out += ')';
  }
};

std::string dump_keys(const std::vector<Key>& keys) {
  if (keys.empty()) return {};
  std::string out = " (by";
  for (const Key& key : keys) out += (key.optional ? " ?" : " ") + key.name;
  return out + ')';
}

std::string dump_stage(const Stage& stage, std::string_view name) {
  std::string out =
      fmt::format("({}{} {} {}", stage.missing ? "missing-" : "", name,
                  stage.filter.category ? quoted(*stage.filter.category) : "any", dump(stage.filter.condition));
  out += dump_keys(stage.keys);
  if (stage.runs != 1) out += fmt::format(" (runs {})", stage.runs);
  return out + ')';
}

}  // namespace

std::string dump(const Expr& expr) {
  Dumper dumper;
  std::visit(dumper, expr.node);
  return dumper.out;
}

std::string dump(const Query& query) {
  static constexpr std::string_view kNames[] = {"event", "sequence", "sample"};
  std::string out = fmt::format("({}", kNames[static_cast<std::size_t>(query.kind)]);
  out += dump_keys(query.keys);
  if (query.maxspan) out += fmt::format(" (maxspan {}ms)", query.maxspan->ms);
  for (const Stage& stage : query.stages) out += ' ' + dump_stage(stage, "stage");
  if (query.until) out += ' ' + dump_stage(*query.until, "until");
  for (const Pipe& pipe : query.pipes) {
    out += fmt::format(" ({} {})", pipe.kind == Pipe::Kind::kHead ? "head" : "tail", pipe.count);
  }
  return out + ')';
}

}  // namespace audisp_eql::eql::ast
