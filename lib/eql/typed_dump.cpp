// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "lib/eql/typed.h"

namespace audisp_eql::eql::typed {

namespace {

std::string_view tilde(CaseMode mode) { return mode == CaseMode::kAsciiInsensitive ? "~" : ""; }

// `:ip` and so on behind an operator that does not compare by value.
std::string_view suffix(CompareMode mode) {
  switch (mode) {
    case CompareMode::kByValue: return "";
    case CompareMode::kNumber: return ":number";
    case CompareMode::kIp: return ":ip";
    case CompareMode::kDate: return ":date";
    case CompareMode::kVersion: return ":version";
  }
  return "";
}

std::string_view pattern_word(PatternKind kind) {
  switch (kind) {
    case PatternKind::kText: return "text";
    case PatternKind::kGlob: return "like";
    case PatternKind::kRegex: return "regex";
  }
  return "";
}

// Depth is bounded by the parser.
struct Dumper {
  const event::FieldTable& fields;
  std::string out;

  void all(const Terms& list) {
    for (const Term& term : list) {
      out += ' ';
      std::visit(*this, term.node);
    }
  }
  void group(std::string_view word, const Terms& list) {
    out += fmt::format("({}", word);
    all(list);
    out += ')';
  }
  void operator()(const Constant& node) { out += dump_constant(node); }
  void operator()(const Field& node) { out += fields.name(node.id); }
  void operator()(const Call& node) {
    group(fmt::format("{}{}", node.function->name, tilde(node.mode)), node.arguments);
  }
  void operator()(const Negate& node) { group("neg", node.operand); }
  void operator()(const Arithmetic& node) {
    out += '(';
    std::visit(*this, node.operands.front().node);
    for (std::size_t i = 0; i < node.operators.size(); ++i) {
      out += fmt::format(" {} ", symbol(node.operators[i]));
      std::visit(*this, node.operands[i + 1].node);
    }
    out += ')';
  }
  void operator()(const Compare& node) { group(fmt::format("{}{}", symbol(node.op), suffix(node.mode)), node.sides); }
  void operator()(const IsNull& node) { group("is-null", node.operand); }
  void operator()(const In& node) {
    const CompareMode mode = node.modes.front();
    out += fmt::format("(in{}{}", tilde(node.fold), suffix(mode));
    all(node.operand);
    all(node.items);
    out += ')';
  }
  void operator()(const Match& node) {
    out += fmt::format("({}{}", pattern_word(node.kind), tilde(node.fold));
    all(node.operand);
    for (const std::string& pattern : node.patterns) out += ' ' + quoted(pattern);
    out += ')';
  }
  void operator()(const Logic& node) { group(node.op == ast::LogicOp::kAnd ? "and3" : "or3", node.operands); }
  void operator()(const Not& node) { group("not3", node.operand); }

  void filters(std::string_view word, const Filters& list) {
    out += fmt::format("({}", word);
    for (const Filter& filter : list) {
      out += ' ';
      std::visit(*this, filter.node);
    }
    out += ')';
  }
  void operator()(bool node) { out += node ? "true" : "false"; }
  void operator()(const Leaf& node) {
    out += '{';
    std::visit(*this, node.term.node);
    out += '}';
  }
  void operator()(const FilterLogic& node) { filters(node.op == ast::LogicOp::kAnd ? "and" : "or", node.operands); }
  void operator()(const FilterNot& node) { filters("not", node.operand); }
};

std::string dump_stage(const Stage& stage, std::string_view name, const event::FieldTable& fields) {
  std::string out = fmt::format("({}{} {}", stage.missing ? "missing-" : "", name, dump(stage.filter, fields));
  if (!stage.keys.empty()) {
    out += " (by";
    for (const JoinKey& key : stage.keys) out += fmt::format(" {}{}", key.optional ? "?" : "", fields.name(key.field));
    out += ')';
  }
  if (stage.runs != 1) out += fmt::format(" (runs {})", stage.runs);
  return out + ')';
}

}  // namespace

std::string dump(const Term& term, const event::FieldTable& fields) {
  Dumper dumper{fields, {}};
  std::visit(dumper, term.node);
  return dumper.out;
}

std::string dump(const Filter& filter, const event::FieldTable& fields) {
  Dumper dumper{fields, {}};
  std::visit(dumper, filter.node);
  return dumper.out;
}

std::string dump(const Query& query, const event::FieldTable& fields) {
  static constexpr std::string_view kNames[] = {"event", "sequence", "sample"};
  std::string out = fmt::format("({}", kNames[static_cast<std::size_t>(query.kind)]);
  if (query.maxspan) out += fmt::format(" (maxspan {}ms)", query.maxspan->ms);
  for (const Stage& stage : query.stages) out += ' ' + dump_stage(stage, "stage", fields);
  if (query.until) out += ' ' + dump_stage(*query.until, "until", fields);
  for (const Pipe& pipe : query.pipes) {
    out += fmt::format(" ({} {})", pipe.kind == Pipe::Kind::kHead ? "head" : "tail", pipe.count);
  }
  return out + ')';
}

}  // namespace audisp_eql::eql::typed
