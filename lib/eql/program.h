// SPDX-License-Identifier: Apache-2.0
// A condition as a flat vector of instructions. Running it allocates nothing,
// recurses nowhere, and looks no name up. What the instructions are is the
// business of compile.cpp and eval.cpp alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

struct ProgramCode;  // instructions and constant pools; eql/program_code.h

class Program {
 public:
  Program();
  explicit Program(std::unique_ptr<const ProgramCode> code);
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  [[nodiscard]] const ProgramCode& code() const { return *code_; }
  // Fields read, ascending, no duplicates.
  [[nodiscard]] std::span<const event::FieldId> fields() const;
  // One line: what a person reads with `check --explain`.
  [[nodiscard]] std::string dump() const;

  // False only when no event whose event.category, event.action and event.type
  // are those of `kind` can match, whatever its other fields; for indexing rules
  // by the kinds of events. `kind` needs only these three fields set.
  [[nodiscard]] bool could_match(const event::Event& kind) const;
  // Where a run can start for events of this kind: past the tests that the kind decides.
  using Position = std::uint32_t;
  [[nodiscard]] Position start_for(const event::Event& kind) const;
  // Where it starts for any event.
  [[nodiscard]] Position start() const;

 private:
  std::unique_ptr<const ProgramCode> code_;
};

// Runs programs; holds the scratch memory, so one Evaluator serves all
// programs of a thread.
class Evaluator {
 public:
  Evaluator();
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  // The two-valued result in filter position. A leaf that reads several fields
  // tries at most kMaxChoices combinations of their values, in the order of the
  // bags, and is then false and counted; a leaf on one field looks at all its
  // values.
  [[nodiscard]] bool matches(const Program& program, const event::Event& event) {
    return matches(program, program.start(), event);
  }
  // REQUIRES: `start` is the program's start_for the event's kind, or start().
  [[nodiscard]] bool matches(const Program& program, Program::Position start, const event::Event& event);

  static constexpr std::size_t kMaxChoices = 65'536;
  // How often kMaxChoices ended a leaf.
  [[nodiscard]] std::uint64_t capped_leaves() const;

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace audisp_eql::eql
