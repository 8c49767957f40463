// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/path_bounds.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

#include "lib/eql/check.h"
#include "lib/eql/fold.h"
#include "lib/eql/lexer.h"
#include "lib/eql/parser.h"

namespace audisp_eql::eql {
namespace {

// How much of a directory the vaguest pattern names.
std::size_t directory_letters(const std::vector<std::string>& patterns) {
  std::size_t least = SIZE_MAX;
  for (const std::string& pattern : patterns) {
    const std::string_view directory = std::string_view(pattern).substr(0, pattern.rfind('/') + 1);
    const auto is_letter = [](char c) { return c != '*' && c != '?' && c != '/'; };
    least = std::min(least, static_cast<std::size_t>(std::count_if(directory.begin(), directory.end(), is_letter)));
  }
  return least;
}

// Recursion is bounded by the nesting of the query (CompileLimits::max_depth).
class Bounds {
 public:
  explicit Bounds(std::span<const event::FieldId> fields) : fields_(fields) {}

  [[nodiscard]] PathBound of(const typed::Filter& filter) const {
    if (const bool* known = std::get_if<bool>(&filter.node)) return of_constant(*known);
    if (const auto* leaf = std::get_if<typed::Leaf>(&filter.node)) return of(leaf->term);
    if (const auto* logic = std::get_if<typed::FilterLogic>(&filter.node)) return of_all(logic->op, logic->operands);
    return std::nullopt;
  }

 private:
  [[nodiscard]] static PathBound of_constant(bool known) {
    return known ? PathBound() : PathBound(std::vector<std::string>());
  }

  [[nodiscard]] PathBound of(const typed::Term& term) const {
    if (const auto* logic = std::get_if<typed::Logic>(&term.node)) return of_all(logic->op, logic->operands);
    if (const auto* match = std::get_if<typed::Match>(&term.node)) {
      if (match->kind == typed::PatternKind::kRegex || !is_path(match->operand.front())) return std::nullopt;
      return match->patterns;
    }
    if (const auto* compare = std::get_if<typed::Compare>(&term.node)) {
      if (compare->op != CompareOp::kEqual || !is_path(compare->sides.front())) return std::nullopt;
      return texts(std::span(compare->sides).subspan(1));
    }
    if (const auto* in = std::get_if<typed::In>(&term.node)) {
      return is_path(in->operand.front()) ? texts(in->items) : std::nullopt;
    }
    if (const auto* call = std::get_if<typed::Call>(&term.node)) return of_call(*call);
    return std::nullopt;
  }

  [[nodiscard]] PathBound of_call(const typed::Call& call) const {
    if (call.arguments.size() < 2 || !is_path(call.arguments.front())) return std::nullopt;
    PathBound bound = texts(std::span(call.arguments).subspan(1));
    if (!bound) return std::nullopt;
    for (std::string& text : *bound) {
      if (call.function->name == "startsWith") {
        text += '*';
      } else if (call.function->name == "endsWith") {
        text.insert(0, 1, '*');
      } else if (call.function->name == "stringContains") {
        text.insert(0, 1, '*');
        text += '*';
      } else {
        return std::nullopt;
      }
    }
    return bound;
  }

  template <typename Operands>
  [[nodiscard]] PathBound of_all(ast::LogicOp op, const Operands& operands) const {
    PathBound out = op == ast::LogicOp::kOr ? of_constant(false) : of_constant(true);
    for (const auto& operand : operands) {
      PathBound bound = of(operand);
      if (op == ast::LogicOp::kAnd) {
        if (bound && (!out || directory_letters(*bound) > directory_letters(*out))) out = std::move(bound);
      } else if (!bound) {
        return std::nullopt;
      } else {
        out->insert(out->end(), bound->begin(), bound->end());
      }
    }
    return out;
  }

  [[nodiscard]] bool is_path(const typed::Term& term) const {
    const auto* field = std::get_if<typed::Field>(&term.node);
    return field != nullptr && std::find(fields_.begin(), fields_.end(), field->id) != fields_.end();
  }

  // A `*` that stands for itself becomes one that stands for more, which loses nothing.
  [[nodiscard]] static PathBound texts(std::span<const typed::Term> terms) {
    std::vector<std::string> out;
    for (const typed::Term& term : terms) {
      const auto* constant = std::get_if<Constant>(&term.node);
      const auto* text = constant != nullptr ? std::get_if<std::string>(constant) : nullptr;
      if (text == nullptr) return std::nullopt;
      out.push_back(*text);
    }
    return out;
  }

  std::span<const event::FieldId> fields_;
};

}  // namespace

std::vector<PathBound> path_bounds(const Source& query, std::span<const event::FieldId> fields,
                                   const CompileLimits& limits) {
  std::vector<PathBound> out;
  const auto tokens = lex(query);
  if (!tokens) return out;
  const auto parsed = parse(query, *tokens, limits);
  if (!parsed) return out;
  event::FieldTable names;
  auto checked = check(query, *parsed, names, limits);
  if (!checked) return out;
  const typed::Query folded = fold(std::move(checked->query));
  const Bounds bounds(fields);
  for (const typed::Stage& stage : folded.stages) out.push_back(bounds.of(stage.filter));
  if (folded.until) out.push_back(bounds.of(folded.until->filter));
  return out;
}

}  // namespace audisp_eql::eql
