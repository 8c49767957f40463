// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/program.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "lib/eql/eval.h"
#include "lib/eql/program_code.h"

namespace audisp_eql::eql {

namespace {

constexpr std::array kKindFields = {event::FieldId::kEventCategory, event::FieldId::kEventAction,
                                    event::FieldId::kEventType};

// Whether an event's kind alone decides a test.
bool is_known(const Test& test) {
  if (test.op == TestOp::kConstant) return true;
  if (test.op == TestOp::kTerm) return false;
  for (const event::FieldId field : kKindFields) {
    if (field == test.field) return true;
  }
  return false;
}

std::string dump_target(std::uint32_t target) {
  if (target == kAccept) return "yes";
  return target == kReject ? "no" : std::to_string(target);
}

}  // namespace

Program::Program() : code_(std::make_unique<const ProgramCode>()) {}
Program::Program(std::unique_ptr<const ProgramCode> code) : code_(std::move(code)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

std::span<const event::FieldId> Program::fields() const { return code_->fields; }
Program::Position Program::start() const { return code_->entry; }

std::string Program::dump() const {
  if (code_->tests.empty()) return "no";
  std::string out;
  for (std::size_t i = 0; i < code_->tests.size(); ++i) {
    const Test& test = code_->tests[i];
    out += fmt::format("{}{}: {} ? {} : {}", i == 0 ? "" : "; ", i, code_->notes[i], dump_target(test.yes),
                       dump_target(test.no));
  }
  return out;
}

// Which tests can be reached when those that the kind does not decide go both
// ways. Jumps only go forward, so one pass does.
bool Program::could_match(const event::Event& kind) const {
  const std::vector<Test>& tests = code_->tests;
  std::vector<char> reached(tests.size(), 0);
  if (!tests.empty()) reached[code_->entry] = 1;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (reached[i] == 0) continue;
    const Test& test = tests[i];
    const bool known = is_known(test);
    const bool result = known && holds(*code_, test, kind);
    for (const bool way : {true, false}) {
      if (known && way != result) continue;
      const std::uint32_t target = way ? test.yes : test.no;
      if (target == kAccept) return true;
      if (target != kReject) reached[target] = 1;
    }
  }
  return false;
}

Program::Position Program::start_for(const event::Event& kind) const {
  Position at = code_->entry;
  while (at < kReject && is_known(code_->tests[at])) {
    const Test& test = code_->tests[at];
    at = holds(*code_, test, kind) ? test.yes : test.no;
  }
  return at;
}

}  // namespace audisp_eql::eql
