// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/eval.h"

#include <algorithm>
#include <array>
#include <span>

#include "lib/eql/logic.h"
#include "lib/eql/number.h"
#include "lib/eql/program.h"

namespace audisp_eql::eql {

namespace {

using event::Value;
using Bag = std::span<const Value>;

bool any_equal_text(Bag bag, const Operand& wanted) {
  const std::string_view text = wanted.value.as_string();
  for (const Value& value : bag) {
    if (value.is_string()) {
      if (value.as_string() == text) return true;
    } else if (compare(make_operand(value, CompareMode::kByValue), wanted, CompareMode::kByValue,
                       CaseMode::kSensitive) == Ordering::kEqual) {
      return true;
    }
  }
  return false;
}

bool any_compare(Bag bag, const Test& test, const Operand& wanted) {
  return std::any_of(bag.begin(), bag.end(), [&](const Value& value) {
    return satisfies(test.compare, compare(make_operand(value, test.mode), wanted, test.mode, CaseMode::kSensitive));
  });
}

bool matches_text(const PatternSet& patterns, const Value& value) {
  if (value.is_string()) return patterns.matches(value.as_string());
  NumberBuffer buffer;
  return patterns.matches(text_of(value, buffer));
}

bool any_in_blocks(Bag bag, const std::vector<IpPrefix>& blocks) {
  for (const Value& value : bag) {
    const auto address = value.is_string() ? parse_ip(value.as_string()) : std::nullopt;
    if (!address) continue;
    const IpAddress plain = unmap(*address);
    if (std::any_of(blocks.begin(), blocks.end(), [&](const IpPrefix& each) { return each.contains(plain); })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool holds(const ProgramCode& code, const Test& test, const event::Event& event) {
  const Bag bag = event.get(test.field);
  switch (test.op) {
    case TestOp::kConstant: return test.operand != 0;
    case TestOp::kAbsent: return bag.empty();
    case TestOp::kEqualText: return any_equal_text(bag, code.operands[test.operand]);
    case TestOp::kCompare: return any_compare(bag, test, code.operands[test.operand]);
    case TestOp::kIn: {
      const ValueSet& set = code.sets[test.operand];
      return std::any_of(bag.begin(), bag.end(), [&](const Value& value) { return set.contains(value); });
    }
    case TestOp::kMatch: {
      const PatternSet& patterns = code.patterns[test.operand];
      return std::any_of(bag.begin(), bag.end(), [&](const Value& value) { return matches_text(patterns, value); });
    }
    case TestOp::kCidr: return any_in_blocks(bag, code.blocks[test.operand]);
    case TestOp::kTerm: break;
  }
  return false;
}

struct Evaluator::Scratch {
  std::vector<Value> stack;
  std::vector<Bag> bags;            // of the leaf's fields
  std::vector<std::size_t> choice;  // which value of each
  TextArena arena;
  std::uint64_t capped = 0;

  bool holds_leaf(const ProgramCode& code, const LeafCode& leaf, const event::Event& event);
  bool next_choice();
  Value run(const ProgramCode& code, const LeafCode& leaf);
  void step(const ProgramCode& code, const TermInstruction& instruction, std::size_t& top);
};

// One instruction; `top` is the stack's height.
void Evaluator::Scratch::step(const ProgramCode& code, const TermInstruction& in, std::size_t& top) {
  Value* const high = stack.data() + top;
  const std::uint32_t count = in.count;
  const auto result = [&](std::size_t pops, Value value) {
    top = top - pops + 1;
    stack[top - 1] = value;
  };
  switch (in.op) {
    case TermOp::kConstant: return result(0, code.constants[in.operand]);
    case TermOp::kField: {
      const Bag bag = bags[in.operand];
      return result(0, bag.empty() ? Value() : bag[choice[in.operand]]);
    }
    case TermOp::kNegate: return result(1, negate(high[-1]));
    case TermOp::kArithmetic: return result(2, arithmetic(static_cast<ArithmeticOp>(in.sub), high[-2], high[-1]));
    case TermOp::kCompare: {
      const auto nulls = static_cast<NullRule>(in.operand);
      return result(2, compare_terms(static_cast<CompareOp>(in.sub), in.mode, nulls, high[-2], high[-1]));
    }
    case TermOp::kIsNull: return result(1, Value::boolean(high[-1].is_null()));
    case TermOp::kIn: {
      const std::span modes(code.in_modes.data() + in.operand, count);
      const std::span<const Value> items(high - count, count);
      return result(count + 1, is_in(*(high - count - 1), items, modes, static_cast<CaseMode>(in.sub)));
    }
    case TermOp::kInSet: {
      const Value value = high[-1];
      return result(1, value.is_null() ? Value() : Value::boolean(code.sets[in.operand].contains(value)));
    }
    case TermOp::kMatch: {
      const Value value = high[-1];
      return result(1, value.is_null() ? Value() : Value::boolean(matches_text(code.patterns[in.operand], value)));
    }
    case TermOp::kCall: {
      const std::span<const Value> arguments(high - count, count);
      return result(count, call(*code.functions[in.operand], arguments, static_cast<CaseMode>(in.sub), arena));
    }
    case TermOp::kLogic: {
      const std::span<const Value> operands(high - count, count);
      return result(count, kleene(static_cast<ast::LogicOp>(in.sub), operands));
    }
    case TermOp::kNot: return result(1, kleene_not(high[-1]));
  }
}

Value Evaluator::Scratch::run(const ProgramCode& code, const LeafCode& leaf) {
  arena.reset();
  std::size_t top = 0;
  for (std::uint32_t i = leaf.begin; i < leaf.end; ++i) step(code, code.terms[i], top);
  return stack[0];
}

// The next combination, the last field turning fastest; false after the last one.
bool Evaluator::Scratch::next_choice() {
  for (std::size_t i = bags.size(); i > 0; --i) {
    if (++choice[i - 1] < bags[i - 1].size()) return true;
    choice[i - 1] = 0;
  }
  return false;
}

bool Evaluator::Scratch::holds_leaf(const ProgramCode& code, const LeafCode& leaf, const event::Event& event) {
  if (stack.size() < leaf.max_stack) stack.resize(leaf.max_stack);
  bags.clear();
  for (const event::FieldId field : leaf.fields) bags.push_back(event.get(field));
  choice.assign(bags.size(), 0);
  std::size_t tried = 0;
  do {
    // One field's values are only as many as the event has; products are capped.
    if (bags.size() > 1 && tried++ == kMaxChoices) {
      ++capped;
      return false;
    }
    if (is_true(run(code, leaf))) return true;
  } while (next_choice());
  return false;
}

Evaluator::Evaluator() : scratch_(std::make_unique<Scratch>()) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

std::uint64_t Evaluator::capped_leaves() const { return scratch_->capped; }

bool Evaluator::matches(const Program& program, Program::Position start, const event::Event& event) {
  const ProgramCode& code = program.code();
  std::uint32_t at = start;
  while (at < kReject) {
    const Test& test = code.tests[at];
    const bool result = test.op == TestOp::kTerm ? scratch_->holds_leaf(code, code.leaves[test.operand], event)
                                                 : holds(code, test, event);
    at = result ? test.yes : test.no;
  }
  return at == kAccept;
}

}  // namespace audisp_eql::eql
