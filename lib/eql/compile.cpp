// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/compile.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/eql/program_code.h"
#include "lib/eql/term_compiler.h"

namespace audisp_eql::eql {

namespace {

// Where a test goes on; kAccept, kReject, or a label that is bound to a test later.
using Label = std::uint32_t;

class FilterCompiler {
 public:
  FilterCompiler(const event::FieldTable& fields, CompileBudget& budget)
      : fields_(fields), code_(std::make_unique<ProgramCode>()), terms_(*code_, budget) {}

  std::optional<Program> run(const typed::Filter& filter) {
    code_->entry = 0;
    emit(filter, kAccept, kReject);
    if (terms_.exhausted()) return std::nullopt;
    for (Test& test : code_->tests) {
      test.yes = target(test.yes);
      test.no = target(test.no);
    }
    std::vector<event::FieldId>& read = code_->fields;
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    return Program(std::move(code_));
  }

 private:
  void emit(const typed::Filter& filter, Label yes, Label no);
  void emit(const typed::FilterLogic& node, Label yes, Label no);
  void emit_test(Test test, std::string note, Label yes, Label no);

  [[nodiscard]] Label target(Label label) const {
    return label == kAccept || label == kReject ? label : labels_[label];
  }

  const event::FieldTable& fields_;
  std::unique_ptr<ProgramCode> code_;
  TermCompiler terms_;
  std::vector<std::uint32_t> labels_;  // label to test
};

void FilterCompiler::emit_test(Test test, std::string note, Label yes, Label no) {
  if (!terms_.spend()) return;
  test.yes = yes;
  test.no = no;
  code_->tests.push_back(test);
  code_->notes.push_back(std::move(note));
}

void FilterCompiler::emit(const typed::Filter& filter, Label yes, Label no) {
  if (terms_.exhausted()) return;
  if (const bool* known = std::get_if<bool>(&filter.node)) {
    Test test;
    test.operand = *known ? 1 : 0;
    emit_test(test, *known ? "true" : "false", yes, no);
  } else if (const auto* leaf = std::get_if<typed::Leaf>(&filter.node)) {
    emit_test(terms_.leaf(leaf->term), dump(leaf->term, fields_), yes, no);
  } else if (const auto* negation = std::get_if<typed::FilterNot>(&filter.node)) {
    emit(negation->operand.front(), no, yes);
  } else {
    emit(std::get<typed::FilterLogic>(filter.node), yes, no);
  }
}

// All operands but the last go on to the next one where the result is still open.
void FilterCompiler::emit(const typed::FilterLogic& node, Label yes, Label no) {
  const bool is_and = node.op == ast::LogicOp::kAnd;
  for (std::size_t i = 0; i + 1 < node.operands.size(); ++i) {
    const auto next = static_cast<Label>(labels_.size());
    labels_.push_back(0);
    emit(node.operands[i], is_and ? next : yes, is_and ? no : next);
    labels_[next] = static_cast<std::uint32_t>(code_->tests.size());
  }
  emit(node.operands.back(), yes, no);
}

}  // namespace

std::optional<Program> compile(const typed::Filter& filter, const event::FieldTable& fields, CompileBudget& budget) {
  return FilterCompiler(fields, budget).run(filter);
}

}  // namespace audisp_eql::eql
