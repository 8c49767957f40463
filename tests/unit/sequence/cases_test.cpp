// SPDX-License-Identifier: Apache-2.0
// The cases of fixtures/eql, each named by the rule of the semantics it shows.
#include <doctest/doctest.h>

#include <toml++/toml.h>
#include <string>
#include <vector>

#include "tests/support/timeline.h"

namespace audisp_eql::test {
namespace {

Scalar to_scalar(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (const auto number = node.value_exact<double>()) return *number;
  return node.value_exact<bool>().value();
}

Bag to_bag(const toml::node& node) {
  std::vector<Scalar> values;
  if (const auto* array = node.as_array()) {
    for (const auto& item : *array) values.push_back(to_scalar(item));
  } else {
    values.push_back(to_scalar(node));
  }
  return Bag(std::move(values));
}

Fields to_fields(const toml::table& event) {
  Fields fields;
  for (const auto& [name, value] : event) {
    if (name.str() != "t") fields.emplace_back(std::string(name.str()), to_bag(value));
  }
  return fields;
}

Indexes to_indexes(const toml::array& array) {
  Indexes rows;
  for (const auto& row : array) {
    auto& indexes = rows.emplace_back();
    for (const auto& index : *row.as_array()) indexes.push_back(static_cast<int>(index.value<std::int64_t>().value()));
  }
  return rows;
}

sequence::Limits to_limits(const toml::table& one) {
  sequence::Limits limits;
  const bool at_once = one["mode"].value_or(std::string("finish")) == "at once";
  limits.sample_mode = at_once ? sequence::SampleMode::kAtOnce : sequence::SampleMode::kAtFinish;
  limits.max_samples_per_key = one["max_samples_per_key"].value_or(std::size_t{1});
  return limits;
}

void run_case(const toml::table& one) {
  Timeline timeline(one["query"].value<std::string>().value(), to_limits(one));
  for (const auto& node : *one["events"].as_array()) {
    const toml::table& event = *node.as_table();
    timeline.at(event["t"].value<std::int64_t>().value(), to_fields(event));
  }
  timeline.finish();
  CHECK(timeline.matches() == to_indexes(*one["expect"].as_array()));
  CHECK(timeline.machine().partials() == 0);
  CHECK(timeline.counters().matches == timeline.raw().size());
  const auto* keys = one["keys"].as_array();
  if (keys == nullptr) return;
  REQUIRE(keys->size() == timeline.raw().size());
  for (std::size_t i = 0; i < keys->size(); ++i) {
    std::vector<std::string> row;
    for (const auto& key : *keys->get(i)->as_array()) row.push_back(key.value<std::string>().value());
    CHECK(timeline.raw()[i].keys == row);
  }
}

void run_file(const std::string& name) {
  const auto cases = toml::parse_file(std::string(AUDISP_EQL_FIXTURES "/eql/") + name);
  for (const auto& node : *cases["case"].as_array()) {
    const toml::table& one = *node.as_table();
    CAPTURE(one["tag"].value<std::string>().value());
    CAPTURE(one["name"].value<std::string>().value());
    run_case(one);
  }
}

TEST_CASE("sequences give what the semantics say") { run_file("sequences.toml"); }
TEST_CASE("missing events give what the semantics say") { run_file("missing_events.toml"); }
TEST_CASE("samples give what the semantics say") { run_file("samples.toml"); }
TEST_CASE("pipes give what the semantics say") { run_file("pipes.toml"); }

}  // namespace
}  // namespace audisp_eql::test
