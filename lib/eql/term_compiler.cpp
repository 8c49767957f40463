// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/term_compiler.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::eql {

namespace {

const typed::Field* field_of(const typed::Terms& operand) { return std::get_if<typed::Field>(&operand.front().node); }

bool all_constant(const typed::Terms& list, std::size_t from = 0) {
  return std::all_of(list.begin() + static_cast<std::ptrdiff_t>(from), list.end(),
                     [](const typed::Term& term) { return std::holds_alternative<Constant>(term.node); });
}

template <typename T>
std::uint32_t last_index(const T& pool) {
  return static_cast<std::uint32_t>(pool.size() - 1);
}

}  // namespace

bool TermCompiler::spend() {
  if (budget_.instructions == 0) exhausted_ = true;
  if (exhausted_) return false;
  --budget_.instructions;
  return true;
}

event::Value TermCompiler::pooled(const Constant& constant) {
  const event::Value value = as_value(constant);
  if (!value.is_string()) return value;
  code_.texts.emplace_back(value.as_string());
  return event::Value::string(code_.texts.back());
}

std::uint32_t TermCompiler::pattern_set(const typed::Match& node) {
  switch (node.kind) {
    case typed::PatternKind::kText: code_.patterns.push_back(PatternSet::texts(node.patterns, node.fold)); break;
    case typed::PatternKind::kGlob: code_.patterns.push_back(PatternSet::wildcards(node.patterns, node.fold)); break;
    case typed::PatternKind::kRegex: {
      auto made = Regex::make(node.patterns, node.fold, budget_.regex_memory_bytes);
      // The check has compiled the same patterns within the same budget.
      auto* regex = std::get_if<Regex>(&made);
      code_.patterns.push_back(regex == nullptr ? PatternSet() : PatternSet::regex(std::move(*regex)));
      break;
    }
  }
  return last_index(code_.patterns);
}

// REQUIRES: constant items; their modes are all the operand's.
std::uint32_t TermCompiler::value_set(const typed::In& node) {
  std::vector<event::Value> values;
  for (const typed::Term& item : node.items) values.push_back(pooled(std::get<Constant>(item.node)));
  code_.sets.emplace_back(values, node.modes.front(), node.fold);
  return last_index(code_.sets);
}

bool TermCompiler::simple_compare(const typed::Compare& node, Test& test) {
  const typed::Field* field = field_of(node.sides);
  const auto* constant = std::get_if<Constant>(&node.sides[1].node);
  if (field == nullptr || constant == nullptr) return false;
  const event::Value value = pooled(*constant);
  if (value.is_null()) return false;  // never true; fold has no such comparison left
  const bool text = value.is_string() && node.op == CompareOp::kEqual && node.mode == CompareMode::kByValue;
  code_.operands.push_back(make_operand(value, node.mode));
  test = {text ? TestOp::kEqualText : TestOp::kCompare, node.op, node.mode, field->id, last_index(code_.operands)};
  return true;
}

bool TermCompiler::simple_cidr(const typed::Call& node, Test& test) {
  if (node.function->name != "cidrMatch" || field_of(node.arguments) == nullptr || !all_constant(node.arguments, 1)) {
    return false;
  }
  std::vector<IpPrefix> blocks;
  for (std::size_t i = 1; i < node.arguments.size(); ++i) {
    const event::Value block = as_value(std::get<Constant>(node.arguments[i].node));
    const auto prefix = block.is_string() ? parse_prefix(block.as_string()) : std::nullopt;
    if (!prefix) return false;  // a null block, which makes the call null
    blocks.push_back(*prefix);
  }
  code_.blocks.push_back(std::move(blocks));
  test.op = TestOp::kCidr;
  test.field = field_of(node.arguments)->id;
  test.operand = last_index(code_.blocks);
  return true;
}

Test TermCompiler::leaf(const typed::Term& whole) {
  Test test;
  bool simple = false;
  if (const auto* compare = std::get_if<typed::Compare>(&whole.node)) simple = simple_compare(*compare, test);
  if (const auto* call = std::get_if<typed::Call>(&whole.node)) simple = simple_cidr(*call, test);
  if (const auto* is_null = std::get_if<typed::IsNull>(&whole.node); is_null != nullptr && field_of(is_null->operand)) {
    test.op = TestOp::kAbsent;
    test.field = field_of(is_null->operand)->id;
    simple = true;
  }
  if (const auto* in = std::get_if<typed::In>(&whole.node);
      in != nullptr && field_of(in->operand) != nullptr && all_constant(in->items)) {
    test.op = TestOp::kIn;
    test.field = field_of(in->operand)->id;
    test.operand = value_set(*in);
    simple = true;
  }
  if (const auto* match = std::get_if<typed::Match>(&whole.node); match != nullptr && field_of(match->operand)) {
    test.op = TestOp::kMatch;
    test.field = field_of(match->operand)->id;
    test.operand = pattern_set(*match);
    simple = true;
  }
  if (simple) {
    read(test.field);
    return test;
  }
  leaf_ = {};
  leaf_.begin = static_cast<std::uint32_t>(code_.terms.size());
  stack_ = 0;
  term(whole);
  leaf_.end = static_cast<std::uint32_t>(code_.terms.size());
  code_.leaves.push_back(std::move(leaf_));
  test.op = TestOp::kTerm;
  test.operand = last_index(code_.leaves);
  return test;
}

void TermCompiler::emit(const TermInstruction& instruction, std::size_t pops) {
  if (!spend()) return;
  stack_ = stack_ - pops + 1;
  leaf_.max_stack = std::max(leaf_.max_stack, static_cast<std::uint32_t>(stack_));
  code_.terms.push_back(instruction);
}

void TermCompiler::term(const typed::Term& node) {
  if (exhausted_) return;
  std::visit([this](const auto& each) { on(each); }, node.node);
}

void TermCompiler::terms(const typed::Terms& list) {
  for (const typed::Term& each : list) term(each);
}

void TermCompiler::on(const Constant& node) {
  code_.constants.push_back(pooled(node));
  emit({TermOp::kConstant, 0, CompareMode::kByValue, last_index(code_.constants), 0}, 0);
}

void TermCompiler::on(const typed::Field& node) {
  read(node.id);
  auto at = std::find(leaf_.fields.begin(), leaf_.fields.end(), node.id);
  if (at == leaf_.fields.end()) at = leaf_.fields.insert(at, node.id);
  const auto slot = static_cast<std::uint32_t>(at - leaf_.fields.begin());
  emit({TermOp::kField, 0, CompareMode::kByValue, slot, 0}, 0);
}

void TermCompiler::on(const typed::Call& node) {
  terms(node.arguments);
  code_.functions.push_back(node.function);
  const auto count = static_cast<std::uint32_t>(node.arguments.size());
  emit({TermOp::kCall, static_cast<std::uint8_t>(node.mode), CompareMode::kByValue, last_index(code_.functions), count},
       count);
}

void TermCompiler::on(const typed::Negate& node) {
  terms(node.operand);
  emit({TermOp::kNegate, 0, CompareMode::kByValue, 0, 0}, 1);
}

void TermCompiler::on(const typed::Arithmetic& node) {
  term(node.operands.front());
  for (std::size_t i = 0; i < node.operators.size(); ++i) {
    term(node.operands[i + 1]);
    emit({TermOp::kArithmetic, static_cast<std::uint8_t>(node.operators[i]), CompareMode::kByValue, 0, 0}, 2);
  }
}

void TermCompiler::on(const typed::Compare& node) {
  terms(node.sides);
  const auto nulls = static_cast<std::uint32_t>(node.nulls);
  emit({TermOp::kCompare, static_cast<std::uint8_t>(node.op), node.mode, nulls, 0}, 2);
}

void TermCompiler::on(const typed::IsNull& node) {
  terms(node.operand);
  emit({TermOp::kIsNull, 0, CompareMode::kByValue, 0, 0}, 1);
}

void TermCompiler::on(const typed::In& node) {
  terms(node.operand);
  if (all_constant(node.items)) {
    emit({TermOp::kInSet, 0, CompareMode::kByValue, value_set(node), 0}, 1);
    return;
  }
  terms(node.items);
  const auto modes = static_cast<std::uint32_t>(code_.in_modes.size());
  code_.in_modes.insert(code_.in_modes.end(), node.modes.begin(), node.modes.end());
  const auto count = static_cast<std::uint32_t>(node.items.size());
  emit({TermOp::kIn, static_cast<std::uint8_t>(node.fold), CompareMode::kByValue, modes, count}, count + 1);
}

void TermCompiler::on(const typed::Match& node) {
  terms(node.operand);
  emit({TermOp::kMatch, 0, CompareMode::kByValue, pattern_set(node), 0}, 1);
}

void TermCompiler::on(const typed::Logic& node) {
  terms(node.operands);
  const auto count = static_cast<std::uint32_t>(node.operands.size());
  emit({TermOp::kLogic, static_cast<std::uint8_t>(node.op), CompareMode::kByValue, 0, count}, count);
}

void TermCompiler::on(const typed::Not& node) {
  terms(node.operand);
  emit({TermOp::kNot, 0, CompareMode::kByValue, 0, 0}, 1);
}

}  // namespace audisp_eql::eql
