// SPDX-License-Identifier: Apache-2.0
// The part of the check that deals with conditions, private to check.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/eql/ast.h"
#include "lib/eql/typed.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

// Collects diagnostics; after an error it goes on with a null in the place.
class ConditionChecker {
 public:
  ConditionChecker(const Source& source, event::FieldTable& fields, std::int64_t regex_memory_bytes)
      : source_(source), fields_(fields), regex_memory_bytes_(regex_memory_bytes) {}

  [[nodiscard]] typed::Filter filter(const ast::Expr& expr);
  [[nodiscard]] event::FieldId resolve(const std::string& name, Span span, bool optional);

  void error(Span span, std::string message, std::string hint = {});
  void warn(Span span, std::string message, std::string hint = {});
  [[nodiscard]] std::vector<Diagnostic>& errors() { return errors_; }
  [[nodiscard]] std::vector<Diagnostic>& warnings() { return warnings_; }

 private:
  [[nodiscard]] typed::Filter leaf(const ast::Expr& expr);
  [[nodiscard]] typed::Filter filter_comparison(const ast::Comparison& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term term(const ast::Expr& expr);
  [[nodiscard]] typed::Term truth(const ast::Expr& expr);

  [[nodiscard]] typed::Term on(const ast::Literal& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Field& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Call& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Negate& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Arithmetic& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Comparison& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::In& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Match& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Logic& node, const ast::Expr& expr);
  [[nodiscard]] typed::Term on(const ast::Not& node, const ast::Expr& expr);

  [[nodiscard]] typed::Term equality(const ast::Comparison& node);
  [[nodiscard]] typed::Term compare(const ast::Comparison& node, CompareOp op);
  [[nodiscard]] typed::Term in_set(const ast::In& node);
  [[nodiscard]] typed::Term numeric_operand(const ast::Expr& expr);
  void unknown_function(const ast::Call& node, Span span);
  bool check_arity(const Function& function, const ast::Call& node, Span span);
  void check_argument(const Function& function, std::size_t index, const typed::Term& argument, Span span);
  void check_regex(const ast::Match& node, const std::vector<std::string>& patterns, Span span);
  void warn_if_wildcard(const ast::Expr& expr);
  void warn_if_incomparable(const typed::Term& term, CompareMode mode, Span span);

  const Source& source_;
  event::FieldTable& fields_;
  std::int64_t regex_memory_bytes_;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
  std::set<event::FieldId> warned_;
};

}  // namespace audisp_eql::eql
