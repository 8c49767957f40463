// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/eql that concern conditions and queries, each named by
// the rule of the language it shows. Sequences and samples have their own runner
// (tests/unit/sequence/cases_test.cpp).
#include <doctest/doctest.h>

#include <toml++/toml.h>
#include <set>
#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace audisp_eql::eql {
namespace {

const std::vector<std::string>& files() {
  static const std::vector<std::string> kFiles = {"lexical",   "grammar",   "events",   "null_positions",
                                                  "any_value", "operators", "functions"};
  return kFiles;
}

Constant to_constant(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (const auto number = node.value_exact<double>()) return *number;
  return node.value_exact<bool>().value();
}

// E1: nested tables are dotted names, all leaves of an array count.
void flatten(const std::string& name, const toml::node& node, std::vector<test::FieldBag>& out) {
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      flatten(name.empty() ? std::string(key.str()) : name + '.' + std::string(key.str()), value, out);
    }
  } else if (const auto* array = node.as_array()) {
    for (const auto& item : *array) flatten(name, item, out);
  } else {
    auto bag = out.begin();
    while (bag != out.end() && bag->first != name) ++bag;
    if (bag == out.end()) bag = out.insert(bag, {name, {}});
    bag->second.push_back(to_constant(node));
  }
}

void check_error(const toml::table& one, const std::string& query) {
  const std::string text = test::errors_of(query);
  const auto wanted = one["error"].value<std::string>().value();
  CHECK_MESSAGE(text.find(wanted) != std::string::npos, text << " should say: " << wanted);
}

void check_events(const toml::table& one, const std::string& query) {
  std::vector<std::int64_t> got;
  std::vector<std::int64_t> wanted;
  std::int64_t index = 0;
  for (const auto& event : *one["events"].as_array()) {
    std::vector<test::FieldBag> bags;
    flatten("", event, bags);
    if (test::matches(query, bags)) got.push_back(index);
    ++index;
  }
  for (const auto& each : *one["expect"].as_array()) wanted.push_back(each.value<std::int64_t>().value());
  CHECK(got == wanted);
}

TEST_CASE("the cases of fixtures/eql hold") {
  std::set<std::string> tags;
  for (const std::string& file : files()) {
    const std::string path = std::string(AUDISP_EQL_FIXTURES) + "/eql/" + file + ".toml";
    const toml::table whole = toml::parse_file(path);
    for (const auto& node : *whole["case"].as_array()) {
      const toml::table& one = *node.as_table();
      const auto query = one["query"].value<std::string>().value();
      const auto name = one["name"].value<std::string>().value();
      tags.insert(one["tag"].value<std::string>().value());
      CAPTURE(file);
      CAPTURE(name);
      if (one.contains("error")) {
        check_error(one, query);
      } else {
        check_events(one, query);
      }
    }
  }
  for (const std::string tag : {"L1",         "L2",       "L3",
                                "L4",         "L5",       "G1",
                                "G2",         "G3",       "G4",
                                "G5",         "G6",       "G7",
                                "E1",         "E2",       "E3",
                                "Q1",         "N1",       "N2",
                                "N3",         "N4",       "N5",
                                "N6",         "M1",       "M2",
                                "M3",         "M4",       "O1",
                                "O2",         "O3",       "O4",
                                "O5",         "O6",       "O7",
                                "O8",         "O9",       "types",
                                "add",        "subtract", "multiply",
                                "divide",     "modulo",   "between",
                                "cidrMatch",  "concat",   "endsWith",
                                "startsWith", "indexOf",  "length",
                                "number",     "string",   "stringContains",
                                "substring"}) {
    CHECK_MESSAGE(tags.count(tag) == 1, "no case for " << tag);
  }
}

}  // namespace
}  // namespace audisp_eql::eql
