// SPDX-License-Identifier: Apache-2.0
// The functions of EQL, one table row each. Evaluators are total: an argument
// of a wrong kind gives null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/glob.h"
#include "lib/eql/text_arena.h"
#include "lib/eql/type.h"
#include "lib/event/value.h"

namespace audisp_eql::eql {

using Evaluate = event::Value (*)(std::span<const event::Value> arguments, CaseMode mode, TextArena& arena);

inline constexpr std::size_t kVariadic = SIZE_MAX;

struct Function {
  std::string_view name;
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  // One letter for each parameter, the last one repeats: t text, n number,
  // b boolean, a anything. A capital: null is passed on to the evaluator;
  // elsewhere a null argument makes the result null.
  std::string_view parameters;
  Type result = Type::kAny;
  bool foldable = false;  // has a `~` form
  Evaluate evaluate = nullptr;
};

// By name, ASCII case ignored; null when there is none.
[[nodiscard]] const Function* find_function(std::string_view name);
[[nodiscard]] std::vector<std::string_view> function_names();

// The parameter letter of argument `index`, in lower case.
[[nodiscard]] char parameter_of(const Function& function, std::size_t index);

// Applies the null rules, then the evaluator. REQUIRES: the arity fits.
[[nodiscard]] event::Value call(const Function& function, std::span<const event::Value> arguments, CaseMode mode,
                                TextArena& arena);

}  // namespace audisp_eql::eql
