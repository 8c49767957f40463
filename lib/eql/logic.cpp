// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/logic.h"

namespace audisp_eql::eql {

using event::Value;

Value compare_terms(CompareOp op, CompareMode mode, NullRule nulls, const Value& a, const Value& b) {
  if (a.is_null() && b.is_null() && nulls == NullRule::kEqual) return Value::boolean(true);
  if (a.is_null() || b.is_null()) return {};
  const Ordering ordering = compare(make_operand(a, mode), make_operand(b, mode), mode, CaseMode::kSensitive);
  return Value::boolean(satisfies(op, ordering));
}

Value is_in(const Value& operand, std::span<const Value> items, std::span<const CompareMode> modes, CaseMode fold) {
  if (operand.is_null()) return {};
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_null()) continue;
    const CompareMode mode = modes[i];
    if (compare(make_operand(operand, mode), make_operand(items[i], mode), mode, fold) == Ordering::kEqual) {
      return Value::boolean(true);
    }
  }
  return Value::boolean(false);
}

Value kleene(ast::LogicOp op, std::span<const Value> operands) {
  const bool decisive = op == ast::LogicOp::kOr;
  bool unknown = false;
  for (const Value& operand : operands) {
    if (operand.kind() != Value::Kind::kBool) {
      unknown = true;
    } else if (operand.as_bool() == decisive) {
      return operand;
    }
  }
  return unknown ? Value() : Value::boolean(!decisive);
}

Value kleene_not(const Value& operand) {
  return operand.kind() == Value::Kind::kBool ? Value::boolean(!operand.as_bool()) : Value();
}

}  // namespace audisp_eql::eql
