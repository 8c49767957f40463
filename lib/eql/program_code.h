// SPDX-License-Identifier: Apache-2.0
// What a Program is made of; private to compile, eval and program.cpp.
//
// A program is a list of tests. Each looks at an event and says where to go on:
// to a later test (jumps only go forward, so every run ends), or to kAccept or
// kReject. and, or and not exist only as jumps. A test whose leaf is not simple
// runs a piece of stack code once for each choice of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "lib/base/ip.h"
#include "lib/eql/compare.h"
#include "lib/eql/functions.h"
#include "lib/eql/pattern.h"
#include "lib/eql/value_set.h"
#include "lib/event/schema.h"
#include "lib/event/value.h"

namespace audisp_eql::eql {

inline constexpr std::uint32_t kAccept = UINT32_MAX;
inline constexpr std::uint32_t kReject = UINT32_MAX - 1;

// "some value of the field ..." for all with a field, but kAbsent.
enum class TestOp : std::uint8_t {
  kConstant,   // operand: 1 true, 0 false
  kAbsent,     // the field has no value
  kEqualText,  // operand: operands; text against text, by value
  kCompare,    // operand: operands; compare, mode
  kIn,         // operand: sets
  kMatch,      // operand: patterns
  kCidr,       // operand: blocks
  kTerm,       // operand: leaves
};

struct Test {
  TestOp op = TestOp::kConstant;
  CompareOp compare = CompareOp::kEqual;
  CompareMode mode = CompareMode::kByValue;
  event::FieldId field{};
  std::uint32_t operand = 0;
  std::uint32_t yes = kAccept;
  std::uint32_t no = kReject;
};

enum class TermOp : std::uint8_t {
  kConstant,  // push constants[operand]
  kField,     // push the chosen value of the leaf's field number operand
  kNegate,
  kArithmetic,  // sub: ArithmeticOp
  kCompare,     // sub: CompareOp; mode; operand: NullRule
  kIsNull,
  kIn,     // count items above the operand; operand: first of their in_modes; sub: CaseMode
  kInSet,  // operand: sets
  kMatch,  // operand: patterns
  kCall,   // operand: functions; count arguments; sub: CaseMode
  kLogic,  // count operands; sub: LogicOp
  kNot,
};

struct TermInstruction {
  TermOp op = TermOp::kConstant;
  std::uint8_t sub = 0;
  CompareMode mode = CompareMode::kByValue;
  std::uint32_t operand = 0;
  std::uint32_t count = 0;
};

struct LeafCode {
  std::uint32_t begin = 0;  // in terms
  std::uint32_t end = 0;
  std::uint32_t max_stack = 0;
  std::vector<event::FieldId> fields;  // distinct, in order of appearance
};

struct ProgramCode {
  std::uint32_t entry = kReject;
  std::vector<Test> tests;
  std::vector<TermInstruction> terms;
  std::vector<LeafCode> leaves;

  std::deque<std::string> texts;  // owns what the pools below view
  std::vector<event::Value> constants;
  std::vector<Operand> operands;
  std::vector<ValueSet> sets;
  std::vector<PatternSet> patterns;
  std::vector<std::vector<IpPrefix>> blocks;
  std::vector<const Function*> functions;
  std::vector<CompareMode> in_modes;

  std::vector<event::FieldId> fields;  // all that are read, ascending
  // One line for each test, for dump().
  std::vector<std::string> notes;
};

}  // namespace audisp_eql::eql
