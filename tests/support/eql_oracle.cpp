// SPDX-License-Identifier: Apache-2.0
#include "tests/support/eql_oracle.h"

#include <arpa/inet.h>

#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/eql_oracle_functions.h"

namespace audisp_eql::test {
namespace {

using eql::CompareMode;
using eql::CompareOp;
using eql::Constant;
namespace typed = eql::typed;

using Choice = std::map<event::FieldId, Constant>;

bool is_null(const Constant& value) { return std::holds_alternative<std::monostate>(value); }
bool is_true(const Constant& value) { return value == Constant(true); }

Constant constant_of(const event::Value& value) {
  switch (value.kind()) {
    case event::Value::Kind::kNull: return {};
    case event::Value::Kind::kBool: return value.as_bool();
    case event::Value::Kind::kInt: return value.as_int();
    case event::Value::Kind::kDouble: return value.as_double();
    case event::Value::Kind::kString: return std::string(value.as_string());
  }
  return {};
}

// -1, 0, 1; 2 when the two do not compare.
template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::optional<std::array<unsigned char, 16>> address(const Constant& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  std::array<unsigned char, 16> out{};
  if (inet_pton(AF_INET6, text->c_str(), out.data()) == 1) return out;
  if (text->find(':') == std::string::npos && text->find('.') != std::string::npos &&
      inet_pton(AF_INET6, ("::ffff:" + *text).c_str(), out.data()) == 1)
    return out;
  return std::nullopt;
}

bool all_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// Years, whole days and epoch milliseconds are all the random events have.
std::optional<long double> date(const Constant& value) {
  if (const auto* ms = std::get_if<std::int64_t>(&value)) return *ms;
  if (const auto* ms = std::get_if<double>(&value)) return std::trunc(*ms);
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  if (all_digits(*text) && text->size() == 4) return date(Constant(*text + "-01-01"));
  if (all_digits(*text) && text->size() > 4) return std::stold(*text);
  if (text->size() != 10 || (*text)[4] != '-' || (*text)[7] != '-') return std::nullopt;
  if (!all_digits(text->substr(0, 4) + text->substr(5, 2) + text->substr(8))) return std::nullopt;
  using namespace std::chrono;
  const year_month_day day{year(std::stoi(text->substr(0, 4))),
                           month(static_cast<unsigned>(std::stoul(text->substr(5, 2)))),
                           std::chrono::day(static_cast<unsigned>(std::stoul(text->substr(8))))};
  if (!day.ok()) return std::nullopt;
  return static_cast<long double>(sys_days(day).time_since_epoch().count()) * 86'400'000.0L;
}

struct Version {
  using Parts = std::vector<std::tuple<bool, long double, std::string>>;  // (is a word, number, word)
  Parts numbers;
  bool released = true;
  Parts prerelease;
  std::string text;

  explicit Version(const std::string& whole) : text(whole) {
    const std::string plain = whole.substr(0, whole.find('+'));
    numbers = parts(plain.substr(0, plain.find('-')));
    released = plain.find('-') == std::string::npos;
    if (!released) prerelease = parts(plain.substr(plain.find('-') + 1));
  }
  static Parts parts(const std::string& list) {
    Parts out;
    std::stringstream stream(list);
    for (std::string part; std::getline(stream, part, '.');) {
      const bool word = !all_digits(part);
      out.emplace_back(word, word ? 0 : std::stold(part), word ? part : "");
    }
    return out;
  }
  auto tied() const { return std::tie(numbers, released, prerelease, text); }
};

int compare_versions(const std::string& a, const std::string& b) {
  const Version left(a);
  const Version right(b);
  return order(left.tied(), right.tied());
}

int compare_by_value(const Constant& a, const Constant& b, bool fold) {
  const auto* a_text = std::get_if<std::string>(&a);
  const auto* b_text = std::get_if<std::string>(&b);
  if (a_text != nullptr && b_text != nullptr) {
    if (fold && oracle::lower(*a_text) == oracle::lower(*b_text)) return 0;
    return order(*a_text, *b_text);
  }
  const auto* a_flag = std::get_if<bool>(&a);
  const auto* b_flag = std::get_if<bool>(&b);
  if (a_flag != nullptr || b_flag != nullptr) return oracle::text_of(a) == oracle::text_of(b) ? 0 : 2;
  const auto a_number = oracle::number_of(a);
  const auto b_number = oracle::number_of(b);
  return a_number && b_number ? order(*a_number, *b_number) : 2;
}

// Neither side is null.
int compare(const Constant& a, const Constant& b, CompareMode mode, bool fold) {
  switch (mode) {
    case CompareMode::kByValue: return compare_by_value(a, b, fold);
    case CompareMode::kNumber: {
      const bool flags = std::holds_alternative<bool>(a) || std::holds_alternative<bool>(b);
      const auto left = oracle::number_of(a);
      const auto right = oracle::number_of(b);
      return !flags && left && right ? order(*left, *right) : 2;
    }
    case CompareMode::kIp: {
      const auto left = address(a);
      const auto right = address(b);
      return left && right ? order(*left, *right) : 2;
    }
    case CompareMode::kDate: {
      const auto left = date(a);
      const auto right = date(b);
      return left && right ? order(*left, *right) : 2;
    }
    case CompareMode::kVersion: {
      const auto* left = std::get_if<std::string>(&a);
      const auto* right = std::get_if<std::string>(&b);
      return left != nullptr && right != nullptr ? compare_versions(*left, *right) : 2;
    }
  }
  return 2;
}

bool holds(CompareOp op, int ordering) {
  if (ordering == 2) return false;
  switch (op) {
    case CompareOp::kEqual: return ordering == 0;
    case CompareOp::kNotEqual: return ordering != 0;
    case CompareOp::kLess: return ordering < 0;
    case CompareOp::kLessEqual: return ordering <= 0;
    case CompareOp::kGreater: return ordering > 0;
    case CompareOp::kGreaterEqual: return ordering >= 0;
  }
  return false;
}

class Walk {
 public:
  explicit Walk(const Choice& choice) : choice_(choice) {}

  Constant term(const typed::Term& term) const {
    return std::visit([this](const auto& node) { return on(node); }, term.node);
  }

 private:
  std::vector<Constant> all(const typed::Terms& terms) const {
    std::vector<Constant> out;
    for (const typed::Term& each : terms) out.push_back(term(each));
    return out;
  }

  Constant on(const Constant& node) const { return node; }
  Constant on(const typed::Field& node) const { return choice_.at(node.id); }
  Constant on(const typed::Call& node) const {
    return oracle::call(std::string(node.function->name), all(node.arguments),
                        node.mode == CaseMode::kAsciiInsensitive);
  }
  Constant on(const typed::Negate& node) const {
    const Constant value = term(node.operand[0]);
    if (const auto* real = std::get_if<double>(&value)) return -*real;
    return oracle::arithmetic('-', std::int64_t{0}, value);
  }
  Constant on(const typed::Arithmetic& node) const {
    Constant out = term(node.operands[0]);
    for (std::size_t i = 0; i < node.operators.size(); ++i) {
      out = oracle::arithmetic(eql::symbol(node.operators[i]), out, term(node.operands[i + 1]));
    }
    return out;
  }
  Constant on(const typed::Compare& node) const {
    const Constant a = term(node.sides[0]);
    const Constant b = term(node.sides[1]);
    const bool fields = std::holds_alternative<typed::Field>(node.sides[0].node) &&
                        std::holds_alternative<typed::Field>(node.sides[1].node);
    if (is_null(a) && is_null(b) && fields && node.op == CompareOp::kEqual) return true;
    if (is_null(a) || is_null(b)) return {};
    return holds(node.op, compare(a, b, node.mode, false));
  }
  Constant on(const typed::IsNull& node) const { return is_null(term(node.operand[0])); }
  Constant on(const typed::In& node) const {
    const Constant operand = term(node.operand[0]);
    if (is_null(operand)) return {};
    bool found = false;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Constant item = term(node.items[i]);
      found = found ||
              (!is_null(item) && compare(operand, item, node.modes[i], node.fold == CaseMode::kAsciiInsensitive) == 0);
    }
    return found;
  }
  Constant on(const typed::Match& node) const {
    const Constant operand = term(node.operand[0]);
    if (is_null(operand)) return {};
    const bool fold = node.fold == CaseMode::kAsciiInsensitive;
    for (const std::string& pattern : node.patterns) {
      if (oracle::matches(static_cast<int>(node.kind), pattern, oracle::text_of(operand), fold)) return true;
    }
    return false;
  }
  Constant on(const typed::Logic& node) const {
    const bool is_or = node.op == eql::ast::LogicOp::kOr;
    bool all_known = true;
    for (const Constant& value : all(node.operands)) {
      if (value == Constant(is_or)) return is_or;
      all_known = all_known && value == Constant(!is_or);
    }
    return all_known ? Constant(!is_or) : Constant();
  }
  Constant on(const typed::Not& node) const {
    const Constant value = term(node.operand[0]);
    const auto* flag = std::get_if<bool>(&value);
    return flag == nullptr ? Constant() : Constant(!*flag);
  }

  const Choice& choice_;
};

void collect(const typed::Term& term, std::set<event::FieldId>& out);

void collect(const typed::Terms& terms, std::set<event::FieldId>& out) {
  for (const typed::Term& each : terms) collect(each, out);
}

struct Collector {
  std::set<event::FieldId>& out;
  void operator()(const Constant&) const {}
  void operator()(const typed::Field& node) const { out.insert(node.id); }
  void operator()(const typed::Call& node) const { collect(node.arguments, out); }
  void operator()(const typed::Negate& node) const { collect(node.operand, out); }
  void operator()(const typed::Arithmetic& node) const { collect(node.operands, out); }
  void operator()(const typed::Compare& node) const { collect(node.sides, out); }
  void operator()(const typed::IsNull& node) const { collect(node.operand, out); }
  void operator()(const typed::In& node) const {
    collect(node.operand, out);
    collect(node.items, out);
  }
  void operator()(const typed::Match& node) const { collect(node.operand, out); }
  void operator()(const typed::Logic& node) const { collect(node.operands, out); }
  void operator()(const typed::Not& node) const { collect(node.operand, out); }
};

void collect(const typed::Term& term, std::set<event::FieldId>& out) { std::visit(Collector{out}, term.node); }

// M1: some choice of one value for each field.
bool some_choice(const typed::Term& term, std::vector<event::FieldId> left, Choice choice, const event::Event& event) {
  if (left.empty()) return is_true(Walk(choice).term(term));
  const event::FieldId field = left.back();
  left.pop_back();
  if (event.get(field).empty()) {
    choice[field] = Constant();
    return some_choice(term, left, choice, event);
  }
  for (const event::Value& value : event.get(field)) {
    choice[field] = constant_of(value);
    if (some_choice(term, left, choice, event)) return true;
  }
  return false;
}

}  // namespace

bool oracle_matches(const typed::Filter& filter, const event::Event& event) {
  if (const auto* known = std::get_if<bool>(&filter.node)) return *known;
  if (const auto* negation = std::get_if<typed::FilterNot>(&filter.node)) {
    return !oracle_matches(negation->operand.front(), event);
  }
  if (const auto* leaf = std::get_if<typed::Leaf>(&filter.node)) {
    std::set<event::FieldId> fields;
    collect(leaf->term, fields);
    return some_choice(leaf->term, {fields.begin(), fields.end()}, {}, event);
  }
  const auto& logic = std::get<typed::FilterLogic>(filter.node);
  bool any = false;
  bool all = true;
  for (const typed::Filter& operand : logic.operands) {
    const bool value = oracle_matches(operand, event);
    any = any || value;
    all = all && value;
  }
  return logic.op == eql::ast::LogicOp::kOr ? any : all;
}

}  // namespace audisp_eql::test
