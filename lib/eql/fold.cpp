// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/fold.h"

#include <algorithm>
#include <utility>

#include "lib/eql/logic.h"

namespace audisp_eql::eql {

namespace {

using typed::Filter;
using typed::Filters;
using typed::Term;
using typed::Terms;

const Constant* constant_of(const Term& term) { return std::get_if<Constant>(&term.node); }

bool all_constant(const Terms& terms) {
  return std::all_of(terms.begin(), terms.end(), [](const Term& term) { return constant_of(term) != nullptr; });
}

std::vector<event::Value> values_of(const Terms& terms) {
  std::vector<event::Value> out;
  for (const Term& term : terms) out.push_back(as_value(*constant_of(term)));
  return out;
}

void fold_term(Term& term);

void fold_all(Terms& terms) {
  for (Term& term : terms) fold_term(term);
}

// Each visit folds the operands and returns what replaces the node, if anything
// does. Depth is bounded by the parser.
struct TermFolder {
  using Change = std::optional<Term>;

  static Term constant(const event::Value& value) {
    Constant out = to_constant(value);
    const Type type = type_of(out);
    return {type, std::move(out)};
  }

  Change operator()(Constant&) { return {}; }
  Change operator()(typed::Field&) { return {}; }

  Change operator()(typed::Call& node) {
    fold_all(node.arguments);
    if (!all_constant(node.arguments)) return {};
    TextArena arena;
    return constant(call(*node.function, values_of(node.arguments), node.mode, arena));
  }
  Change operator()(typed::Negate& node) {
    fold_all(node.operand);
    if (!all_constant(node.operand)) return {};
    return constant(negate(as_value(*constant_of(node.operand.front()))));
  }
  Change operator()(typed::Arithmetic& node) {
    fold_all(node.operands);
    if (!all_constant(node.operands)) return {};
    const std::vector<event::Value> values = values_of(node.operands);
    event::Value out = values.front();
    for (std::size_t i = 0; i < node.operators.size(); ++i) out = arithmetic(node.operators[i], out, values[i + 1]);
    return constant(out);
  }
  Change operator()(typed::Compare& node) {
    fold_all(node.sides);
    if (all_constant(node.sides)) {
      const std::vector<event::Value> values = values_of(node.sides);
      return constant(compare_terms(node.op, node.mode, node.nulls, values[0], values[1]));
    }
    for (const Term& side : node.sides) {
      const Constant* known = constant_of(side);
      if (known != nullptr && as_value(*known).is_null()) return constant({});
    }
    if (constant_of(node.sides[0]) != nullptr) {
      std::swap(node.sides[0], node.sides[1]);
      node.op = mirrored(node.op);
    }
    return {};
  }
  Change operator()(typed::IsNull& node) {
    fold_all(node.operand);
    if (!all_constant(node.operand)) return {};
    return constant(event::Value::boolean(as_value(*constant_of(node.operand.front())).is_null()));
  }
  Change operator()(typed::In& node) {
    fold_all(node.operand);
    fold_all(node.items);
    if (all_constant(node.operand) && all_constant(node.items)) {
      const std::vector<event::Value> items = values_of(node.items);
      return constant(is_in(as_value(*constant_of(node.operand.front())), items, node.modes, node.fold));
    }
    // A null item equals nothing: `in` is false, where a comparison would be null.
    const Constant* only = node.items.size() == 1 ? constant_of(node.items.front()) : nullptr;
    if (only == nullptr || as_value(*only).is_null()) return {};
    if (node.fold == CaseMode::kAsciiInsensitive && as_value(*only).is_string()) return {};
    typed::Compare equal;
    equal.mode = node.modes.front();
    equal.sides = std::move(node.operand);
    equal.sides.push_back(std::move(node.items.front()));
    return Term{Type::kBool, std::move(equal)};
  }
  Change operator()(typed::Match& node) {
    fold_all(node.operand);
    if (node.kind == typed::PatternKind::kGlob &&
        std::none_of(node.patterns.begin(), node.patterns.end(), [](const auto& each) { return has_wildcard(each); })) {
      node.kind = typed::PatternKind::kText;
    }
    return {};
  }
  Change operator()(typed::Logic& node) {
    fold_all(node.operands);
    if (!all_constant(node.operands)) return {};
    return constant(kleene(node.op, values_of(node.operands)));
  }
  Change operator()(typed::Not& node) {
    fold_all(node.operand);
    if (!all_constant(node.operand)) return {};
    return constant(kleene_not(as_value(*constant_of(node.operand.front()))));
  }
};

void fold_term(Term& term) {
  if (auto change = std::visit(TermFolder{}, term.node)) term = std::move(*change);
}

// Fields whose values are many or long.
bool is_long(event::FieldId field) {
  using event::FieldId;
  return field == FieldId::kProcessArgs || field == FieldId::kProcessCommandLine ||
         field == FieldId::kProcessParentArgs || field == FieldId::kProcessParentCommandLine;
}

// Fields that tell the kind of an event. A caller that indexes programs by kind
// (Program::could_match) asks only where these tests hold, so others reject more.
bool is_kind(event::FieldId field) {
  using event::FieldId;
  return field == FieldId::kEventCategory || field == FieldId::kEventAction || field == FieldId::kEventType ||
         field == FieldId::kHostOsType;
}

std::size_t pattern_cost(const typed::Match& node) {
  if (node.kind == typed::PatternKind::kText) return 12;
  if (node.kind == typed::PatternKind::kRegex) return 200;
  std::size_t sum = 20;
  for (const std::string& pattern : node.patterns) {
    const bool anchored = pattern.find_first_of("*?") == pattern.size() - 1;
    sum += anchored ? 2 : 5;
  }
  return sum;
}

constexpr std::size_t kGeneralCost = 250;

// Relative time of a test, and so how early it should come.
std::size_t cost(const Term& term) {
  const auto on_field = [](const Terms& operand, std::size_t base) {
    const auto* field = std::get_if<typed::Field>(&operand.front().node);
    if (field == nullptr) return kGeneralCost + base;
    if (is_long(field->id)) return base * 4;
    return is_kind(field->id) ? base + 6 : base;
  };
  if (const auto* node = std::get_if<typed::IsNull>(&term.node)) return on_field(node->operand, 4);
  if (const auto* node = std::get_if<typed::Compare>(&term.node)) {
    return constant_of(node->sides[1]) == nullptr ? kGeneralCost : on_field(node->sides, 8);
  }
  if (const auto* node = std::get_if<typed::In>(&term.node)) {
    return all_constant(node->items) ? on_field(node->operand, 12) : kGeneralCost + node->items.size();
  }
  if (const auto* node = std::get_if<typed::Match>(&term.node)) return on_field(node->operand, pattern_cost(*node));
  return kGeneralCost;
}

std::size_t cost(const Filter& filter) {
  if (const auto* leaf = std::get_if<typed::Leaf>(&filter.node)) return cost(leaf->term);
  if (const auto* negation = std::get_if<typed::FilterNot>(&filter.node)) return cost(negation->operand.front());
  const auto* logic = std::get_if<typed::FilterLogic>(&filter.node);
  if (logic == nullptr) return 0;
  std::size_t sum = 0;
  for (const Filter& operand : logic->operands) sum += cost(operand);
  return sum;
}

void sort_by_cost(Filters& filters) {
  std::vector<std::pair<std::size_t, Filter>> keyed;
  keyed.reserve(filters.size());
  for (Filter& each : filters) {
    const std::size_t key = cost(each);
    keyed.emplace_back(key, std::move(each));
  }
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < keyed.size(); ++i) filters[i] = std::move(keyed[i].second);
}

Filter fold_logic(typed::FilterLogic node) {
  const bool decisive = node.op == ast::LogicOp::kOr;
  Filters kept;
  for (Filter& each : node.operands) {
    Filter operand = fold(std::move(each));
    if (const bool* known = std::get_if<bool>(&operand.node)) {
      if (*known == decisive) return {decisive};
      continue;
    }
    auto* inner = std::get_if<typed::FilterLogic>(&operand.node);
    if (inner != nullptr && inner->op == node.op) {
      std::move(inner->operands.begin(), inner->operands.end(), std::back_inserter(kept));
    } else {
      kept.push_back(std::move(operand));
    }
  }
  if (kept.empty()) return {!decisive};
  if (kept.size() == 1) return std::move(kept.front());
  sort_by_cost(kept);
  return {typed::FilterLogic{node.op, std::move(kept)}};
}

Filter fold_not(typed::FilterNot node) {
  Filter& operand = node.operand.front();
  operand = fold(std::move(operand));
  if (const bool* known = std::get_if<bool>(&operand.node)) return {!*known};
  if (auto* inner = std::get_if<typed::FilterNot>(&operand.node)) {
    Filters twice_negated = std::move(inner->operand);
    return std::move(twice_negated.front());
  }
  return {std::move(node)};
}

}  // namespace

Filter fold(Filter filter) {
  if (auto* leaf = std::get_if<typed::Leaf>(&filter.node)) {
    fold_term(leaf->term);
    const Constant* known = constant_of(leaf->term);
    if (known != nullptr) return {is_true(as_value(*known))};
    return filter;
  }
  if (auto* logic = std::get_if<typed::FilterLogic>(&filter.node)) return fold_logic(std::move(*logic));
  if (auto* negation = std::get_if<typed::FilterNot>(&filter.node)) return fold_not(std::move(*negation));
  return filter;
}

typed::Query fold(typed::Query query) {
  for (typed::Stage& stage : query.stages) stage.filter = fold(std::move(stage.filter));
  if (query.until) query.until->filter = fold(std::move(query.until->filter));
  return query;
}

}  // namespace audisp_eql::eql
