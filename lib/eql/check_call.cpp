// SPDX-License-Identifier: Apache-2.0
// Checking function calls: names, arity, argument types, CIDR blocks.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "lib/base/escape.h"
#include "lib/base/ip.h"
#include "lib/eql/condition_checker.h"

namespace audisp_eql::eql {

namespace {

// Functions of the Python library only.
struct Foreign {
  std::string_view name, instead;
};
constexpr std::array kForeign = {
    Foreign{"arrayContains", "a condition looks at all values of a field: write `field == \"value\"`"},
    Foreign{"arrayCount", "there is no function that counts values"},
    Foreign{"arraySearch", "a condition looks at all values of a field: write `field : \"value\"`"},
    Foreign{"match", "write `field regex \"...\"`"},
    Foreign{"matchLite", "write `field regex \"...\"`"},
    Foreign{"safe", "leave it out: nothing fails at run time"},
    Foreign{"wildcard", "write `field : \"...\"` or `field like \"...\"`"},
};

bool fits(char parameter, Type type) {
  switch (parameter) {
    case 't': return type != Type::kNumber && type != Type::kBool;
    case 'n': return type == Type::kNumber || type == Type::kAny || type == Type::kNull;
    case 'b': return type == Type::kBool || type == Type::kAny || type == Type::kNull;
    default: return true;
  }
}

// What stands for a call that is an error.
typed::Term null_term() {
  typed::Term out;
  out.type = Type::kNull;
  return out;
}

std::string_view parameter_name(char parameter) {
  if (parameter == 't') return "text";
  return parameter == 'n' ? "a number" : "a boolean";
}

std::string arity_text(const Function& function) {
  if (function.max_arguments == kVariadic) return fmt::format("at least {}", function.min_arguments);
  if (function.min_arguments == function.max_arguments) return fmt::format("{}", function.min_arguments);
  return fmt::format("{} to {}", function.min_arguments, function.max_arguments);
}

}  // namespace

void ConditionChecker::unknown_function(const ast::Call& node, Span span) {
  std::string hint;
  for (const Foreign& foreign : kForeign) {
    if (text_equal(foreign.name, node.name, CaseMode::kAsciiInsensitive)) hint = foreign.instead;
  }
  if (const std::string_view guess = nearest(node.name, function_names()); hint.empty() && !guess.empty()) {
    hint = fmt::format("did you mean `{}`?", guess);
  }
  error(span, fmt::format("there is no function `{}`", escape_printable(node.name)), std::move(hint));
}

bool ConditionChecker::check_arity(const Function& function, const ast::Call& node, Span span) {
  const std::size_t count = node.arguments.size();
  if (count >= function.min_arguments && count <= function.max_arguments) return true;
  error(span, fmt::format("{} takes {} argument{}, not {}", function.name, arity_text(function),
                          function.max_arguments == 1 ? "" : "s", count));
  return false;
}

// A field of an unfit type is no error: what it holds decides.
void ConditionChecker::check_argument(const Function& function, std::size_t index, const typed::Term& argument,
                                      Span span) {
  const char parameter = parameter_of(function, index);
  if (!fits(parameter, argument.type)) {
    const std::string message = fmt::format("{} takes {} as argument {}, and this is {}", function.name,
                                            parameter_name(parameter), index + 1, to_string(argument.type));
    if (!std::holds_alternative<typed::Field>(argument.node)) return error(span, message);
    return warn(span, message, "string(...) makes text of a number, number(...) a number of text");
  }
  const auto* constant = std::get_if<Constant>(&argument.node);
  const auto* text = constant == nullptr ? nullptr : std::get_if<std::string>(constant);
  if (function.name != "cidrMatch" || index == 0 || text == nullptr || parse_prefix(*text)) return;
  error(span, "this is not a CIDR block", "write an address, or an address, `/` and a length: \"10.0.0.0/8\"");
}

typed::Term ConditionChecker::on(const ast::Call& node, const ast::Expr& expr) {
  const Span name{expr.span.begin, expr.span.begin + node.name.size()};
  typed::Call out;
  out.mode = node.mode;
  out.function = find_function(node.name);
  if (out.function == nullptr) {
    unknown_function(node, name);
    return null_term();
  }
  if (node.mode == CaseMode::kAsciiInsensitive && !out.function->foldable) {
    error(name, fmt::format("{} has no form that ignores case", out.function->name), "leave the `~` out");
  }
  if (!check_arity(*out.function, node, expr.span)) return null_term();
  for (std::size_t i = 0; i < node.arguments.size(); ++i) {
    out.arguments.push_back(term(node.arguments[i]));
    check_argument(*out.function, i, out.arguments.back(), node.arguments[i].span);
  }
  const Type type = out.function->result;
  return {type, std::move(out)};
}

}  // namespace audisp_eql::eql
