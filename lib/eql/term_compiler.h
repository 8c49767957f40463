// SPDX-License-Identifier: Apache-2.0
// The part of the compiler that deals with leaves, private to compile.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/eql/compile.h"
#include "lib/eql/program_code.h"
#include "lib/eql/typed.h"

namespace audisp_eql::eql {

// Fills the pools of one program.
class TermCompiler {
 public:
  TermCompiler(ProgramCode& code, CompileBudget& budget) : code_(code), budget_(budget) {}

  // The test for a leaf, its jumps not set: one of the simple tests where the
  // term has their shape, else kTerm.
  [[nodiscard]] Test leaf(const typed::Term& term);

  // False once the budget is used up; then nothing more is emitted.
  bool spend();
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  [[nodiscard]] event::Value pooled(const Constant& constant);
  [[nodiscard]] std::uint32_t pattern_set(const typed::Match& node);
  [[nodiscard]] std::uint32_t value_set(const typed::In& node);
  [[nodiscard]] bool simple_compare(const typed::Compare& node, Test& test);
  [[nodiscard]] bool simple_cidr(const typed::Call& node, Test& test);

  void term(const typed::Term& term);
  void terms(const typed::Terms& list);
  void on(const Constant& node);
  void on(const typed::Field& node);
  void on(const typed::Call& node);
  void on(const typed::Negate& node);
  void on(const typed::Arithmetic& node);
  void on(const typed::Compare& node);
  void on(const typed::IsNull& node);
  void on(const typed::In& node);
  void on(const typed::Match& node);
  void on(const typed::Logic& node);
  void on(const typed::Not& node);
  // Takes `pops` values off the stack and puts one on it.
  void emit(const TermInstruction& instruction, std::size_t pops);
  void read(event::FieldId field) { code_.fields.push_back(field); }

  ProgramCode& code_;
  CompileBudget& budget_;
  bool exhausted_ = false;
  LeafCode leaf_;
  std::size_t stack_ = 0;
};

}  // namespace audisp_eql::eql
