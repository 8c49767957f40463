// SPDX-License-Identifier: Apache-2.0
#include "tests/support/eql_random.h"

namespace audisp_eql::test {
namespace {

// Of every type, and one that no event has.
constexpr std::string_view kFields[] = {
    "process.name",        "process.args", "user.id", "process.pid", "process.parent.pid", "destination.ip",
    "process.interactive", "@timestamp",   "x.any",   "x.other",     "x.version",          "x.real",
    "?x.absent",
};
constexpr std::string_view kTexts[] = {
    "a",
    "A",
    "ab",
    "aB",
    "b",
    "a*",
    "",
    "\xc3\xa9",
    "a\xc3\xa9"
    "b",
    "abcab",
    "5",
    "05",
    "5.0",
    "-1",
    "true",
    "10.0.0.1",
    "10.0.0.2",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:10.0.0.1",
    "1.2.10",
    "1.2.9",
    "1.2",
    "2020-01-01",
    "2020",
    "86400000",
};
constexpr std::string_view kVersions[] = {"1.2.10", "1.2.9", "1.2", "2", "10"};
constexpr std::string_view kNumbers[] = {"0", "1", "5", "-1", "2.5", "0.5", "5.0", "86400000", "1577836800000"};
constexpr std::string_view kBlocks[] = {"10.0.0.0/8", "10.0.0.1", "10.0.0.2/31", "::/0", "::1", "0.0.0.0/0"};
constexpr std::string_view kOrderings[] = {"==", "==", "!=", "<", "<=", ">", ">="};

}  // namespace

void RandomEql::declare(event::FieldTable& fields) {
  fields.intern("x.version", event::FieldType::kVersion);
  fields.intern("x.real", event::FieldType::kDouble);
}

std::string RandomEql::query() { return "any where " + filter(3); }

std::string RandomEql::filter(int depth) {
  if (depth == 0) return leaf(2);
  switch (roll(6)) {
    case 0: return "not " + filter(depth - 1);
    case 1: return "(" + filter(depth - 1) + " and " + filter(depth - 1) + ")";
    case 2: return "(" + filter(depth - 1) + " or " + filter(depth - 1) + " or " + filter(0) + ")";
    case 3: return "(" + filter(depth - 1) + ") " + (roll(2) == 0 ? "== " : "!= ") + (roll(2) == 0 ? "true" : "false");
    default: return leaf(2);
  }
}

std::string RandomEql::list(std::string (RandomEql::*item)()) {
  std::string out = "(" + (this->*item)();
  for (std::size_t count = roll(roll(4) == 0 ? 9 : 3); count > 0; --count) out += ", " + (this->*item)();
  return out + ")";
}

std::string RandomEql::leaf(int depth) {
  const std::string operand = roll(4) == 0 ? "(" + term(depth) + ")" : field();
  switch (roll(10)) {
    case 0: return operand + " " + pick(kOrderings) + " " + term(depth);
    case 1: return operand + " " + pick(kOrderings) + " " + constant();
    case 2: return constant() + " " + pick(kOrderings) + " " + operand;
    case 3: return operand + (roll(2) == 0 ? " in " : " not in ") + list(&RandomEql::constant);
    case 4: return operand + " in~ " + list(roll(2) == 0 ? &RandomEql::constant : &RandomEql::field);
    case 5: return operand + (roll(2) == 0 ? " : " : " like ") + list(&RandomEql::pattern);
    case 6: return operand + (roll(2) == 0 ? " regex " : " regex~ ") + list(&RandomEql::regex);
    case 7: return "cidrMatch(" + field() + ", \"" + pick(kBlocks) + "\", \"" + pick(kBlocks) + "\")";
    case 8: return call(depth);
    default: return roll(3) == 0 ? field() : operand + (roll(2) == 0 ? " == " : " != ") + "null";
  }
}

std::string RandomEql::term(int depth) {
  if (depth == 0) return roll(3) == 0 ? constant() : field();
  switch (roll(6)) {
    case 0: return "(" + field() + " " + pick(kOrderings) + " " + constant() + ")";
    case 1: return "(" + leaf(0) + (roll(2) == 0 ? " and " : " or ") + leaf(0) + ")";
    case 2: return "(not " + leaf(0) + ")";
    case 3: return call(depth - 1);
    case 4: {
      static constexpr std::string_view kOperators[] = {" + ", " - ", " * ", " / ", " % "};
      return "(" + number() + pick(kOperators) + number() + pick(kOperators) + number() + ")";
    }
    default: return term(0);
  }
}

std::string RandomEql::field() { return pick(kFields); }

std::string RandomEql::constant() {
  switch (roll(8)) {
    case 0: return roll(2) == 0 ? "true" : "false";
    case 1: return "null";
    case 2:
    case 3: return pick(kNumbers);
    default: return '"' + pick(kTexts) + '"';
  }
}

std::string RandomEql::text() { return roll(3) == 0 ? '"' + pick(kTexts) + '"' : field(); }
std::string RandomEql::number() { return roll(2) == 0 ? pick(kNumbers) : field(); }

std::string RandomEql::call(int depth) {
  const std::string fold = roll(2) == 0 ? "~(" : "(";
  switch (roll(11)) {
    case 0: return "startsWith" + fold + text() + ", " + text() + ")";
    case 1: return "endsWith" + fold + text() + ", " + text() + ")";
    case 2: return "stringContains" + fold + text() + ", " + text() + ")";
    case 3: return "indexOf" + fold + text() + ", " + text() + (roll(2) == 0 ? ", " + number() : "") + ")";
    case 4: return "substring(" + text() + ", " + number() + (roll(2) == 0 ? ", " + number() : "") + ")";
    case 5: return "between" + fold + text() + ", " + text() + ", " + text() + (roll(2) == 0 ? ", true" : "") + ")";
    case 6: return "concat(" + term(depth > 0 ? depth - 1 : 0) + ", " + text() + ")";
    case 7: return "length(" + text() + ")";
    case 8: return "number(" + text() + ")";
    case 9: return "string(" + term(depth > 0 ? depth - 1 : 0) + ")";
    default: return "modulo(" + number() + ", " + number() + ")";
  }
}

std::vector<FieldBag> RandomEql::event() {
  std::vector<FieldBag> out;
  for (const std::string_view name : kFields) {
    if (name.front() == '?') continue;
    FieldBag bag{std::string(name), {}};
    for (std::size_t count = roll(4) == 0 ? roll(4) : roll(2); count > 0; --count) {
      if (name == "x.version") {
        bag.second.emplace_back(pick(kVersions));
      } else if (roll(8) == 0) {
        bag.second.emplace_back(roll(2) == 0);
      } else if (roll(3) == 0) {
        bag.second.emplace_back(static_cast<std::int64_t>(roll(8)) - 2);
      } else if (roll(6) == 0) {
        bag.second.emplace_back(static_cast<double>(roll(8)) / 2 - 1);
      } else {
        bag.second.emplace_back(pick(kTexts));
      }
    }
    out.push_back(std::move(bag));
  }
  return out;
}

}  // namespace audisp_eql::test
