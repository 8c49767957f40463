// SPDX-License-Identifier: Apache-2.0
// Runs the reference queries of other EQL engines, kept outside this project in
// the directory that AUDISP_EQL_CONFORMANCE names, and compares the answers.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <simdjson.h>
#include <toml++/toml.h>

#include "lib/eql/query.h"
#include "lib/ndjson/sorted_log.h"
#include "lib/sequence/machine.h"
#include "tests/support/files.h"

using namespace audisp_eql;

namespace {

using Ids = std::vector<std::string>;
using simdjson::dom::element;

struct DataSet {
  std::vector<std::filesystem::path> files;
  ndjson::FieldNames names;
};

struct Case {
  std::string name;
  std::string query;
  std::vector<Ids> accepted;  // flattened ids, "-1" for a missing event
  std::optional<Ids> join_keys;
  std::optional<std::size_t> size;
  std::size_t samples_per_key = 1;
};

std::optional<std::filesystem::path> reference() {
  const char* dir = std::getenv("AUDISP_EQL_CONFORMANCE");
  if (dir != nullptr && std::filesystem::is_directory(dir)) return dir;
  MESSAGE("AUDISP_EQL_CONFORMANCE names no directory: the reference queries are not run");
  return std::nullopt;
}

std::string id_text(const std::optional<event::Event>& event) {
  if (!event) return "-1";
  const event::Value id = event->first(event::FieldId::kEventId);
  return id.is_string() ? std::string(id.as_string()) : std::to_string(id.as_int());
}

std::vector<sequence::Match> run(const Case& c, const DataSet& data) {
  event::FieldTable fields;
  ndjson::declare_fields(data.names, fields);
  const auto query = eql::compile_query({c.name, c.query, 1, 1}, fields);
  REQUIRE_MESSAGE(query.has_value(), c.name, "\n", query ? "" : render(query.error().diagnostics));
  ndjson::SortedLog log(ndjson::Reader(fields, data.names));
  for (const auto& file : data.files) log.add(file.string(), test::read_file(file));
  sequence::Limits limits;
  limits.sample_mode = sequence::SampleMode::kAtFinish;
  limits.max_samples_per_key = c.samples_per_key;
  sequence::Machine machine(query.value(), limits);
  eql::Evaluator evaluator;
  std::vector<sequence::Match> out;
  // The reference picks a sample's events in storage order.
  const auto order =
      query.value().kind == eql::QueryKind::kSample ? ndjson::ReplayOrder::kArrival : ndjson::ReplayOrder::kEvent;
  log.replay(order, [&](const event::Event& event) { machine.handle(event, ~std::uint64_t{0}, evaluator, out); });
  machine.finish(out);
  if (c.size && out.size() > *c.size) out.resize(*c.size);
  return out;
}

bool passes(const Case& c, const DataSet& data) {
  Ids found;
  Ids keys;
  for (const sequence::Match& match : run(c, data)) {
    for (const auto& event : match.events) found.push_back(id_text(event));
    keys.insert(keys.end(), match.keys.begin(), match.keys.end());
  }
  const bool ids_match = std::find(c.accepted.begin(), c.accepted.end(), found) != c.accepted.end();
  const bool keys_match = !c.join_keys || *c.join_keys == keys;
  if (!ids_match || !keys_match) {
    std::string got;
    for (const std::string& id : found) got += id + " ";
    got += "| keys";
    for (const std::string& key : keys) got += " " + key;
    MESSAGE(c.name, ": ", c.query, "\n  got ", got);
  }
  return ids_match && keys_match;
}

Ids texts(const toml::array& array) {
  Ids out;
  for (const toml::node& node : array) {
    const auto number = node.value_exact<std::int64_t>();
    out.push_back(number ? std::to_string(*number) : node.value_or(std::string()));
  }
  return out;
}

Case case_of(const toml::table& table) {
  Case c;
  c.name = table["name"].value_or(std::string());
  c.query = table["query"].value_or(std::string());
  if (const auto size = table["size"].value<std::int64_t>()) c.size = static_cast<std::size_t>(*size);
  c.samples_per_key = static_cast<std::size_t>(table["max_samples_per_key"].value_or(std::int64_t{1}));
  const toml::array& expected = *table["expected_event_ids"].as_array();
  if (!expected.empty() && expected.front().is_array()) {
    for (const toml::node& alternative : expected) c.accepted.push_back(texts(*alternative.as_array()));
  } else {
    c.accepted.push_back(texts(expected));
  }
  if (const toml::array* keys = table["join_keys"].as_array()) c.join_keys = texts(*keys);
  return c;
}

// Each line of a JSON lines file, parsed.
template <typename Visit>
void each_row(const std::filesystem::path& file, Visit visit) {
  simdjson::dom::parser parser;
  std::istringstream lines(test::read_file(file));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) visit(element(parser.parse(line)));
  }
}

std::string text_of(const element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

DataSet data_of(const element& set, const std::filesystem::path& dir) {
  DataSet data;
  for (const element& file : set["data"].get_array())
    data.files.push_back(dir / std::string(file.get_string().value()));
  data.names.category = text_of(set, "category_field");
  data.names.tiebreaker = text_of(set, "tiebreaker");
  data.names.id = text_of(set, "id_field");
  if (const auto time = text_of(set, "timestamp_field"); !time.empty()) data.names.timestamp = time;
  simdjson::dom::array dates;
  if (set["date_fields"].get(dates) == simdjson::SUCCESS) {
    for (const element& date : dates) data.names.dates.emplace_back(date.get_string().value());
  }
  return data;
}

}  // namespace

TEST_CASE("every query of the reference sets gives the reference answer") {
  const auto dir = reference();
  if (!dir) return;
  simdjson::dom::parser parser;
  const element sets = parser.load((*dir / "elasticsearch/sets.json").string());
  std::size_t passed = 0;
  std::size_t run_count = 0;
  for (const element& set : sets.get_array()) {
    const DataSet data = data_of(set, *dir / "elasticsearch");
    const toml::table file = toml::parse_file((*dir / "elasticsearch" / text_of(set, "queries")).string());
    for (const toml::node& node : *file["queries"].as_array()) {
      const toml::table& table = *node.as_table();
      if (table.contains("needs")) continue;
      ++run_count;
      passed += passes(case_of(table), data) ? 1 : 0;
    }
  }
  MESSAGE(passed, " of ", run_count, " queries pass");
  CHECK(passed == run_count);
  CHECK(run_count == 293);
}

TEST_CASE("every reference series gives the reference sequences") {
  const auto dir = reference();
  if (!dir) return;
  simdjson::dom::parser parser;
  const element list = parser.load((*dir / "series/expected.json").string());
  std::size_t run_count = 0;
  for (const element& series : list.get_array()) {
    Case c;
    c.name = text_of(series, "name");
    c.query = test::read_file(*dir / "series" / text_of(series, "query"));
    Ids flat;
    for (const element& match : series["expected"].get_array()) {
      for (const element& id : match.get_array()) flat.emplace_back(id.get_string().value());
    }
    c.accepted.push_back(flat);
    CHECK_MESSAGE(passes(c, {{*dir / "series" / text_of(series, "events")}, {}}), c.name);
    ++run_count;
  }
  CHECK(run_count == 25);
}

TEST_CASE("every undisputed function value is the reference's") {
  const auto dir = reference();
  if (!dir) return;
  std::size_t run_count = 0;
  each_row(*dir / "functions.ndjson", [&run_count](const element& row) {
    if (row["conflict"].error() == simdjson::SUCCESS) return;
    const std::string text = text_of(row, "query");
    event::FieldTable fields;
    const auto query = eql::compile_query({"query", text, 1, 1}, fields);
    REQUIRE_MESSAGE(query.has_value(), text, "\n", query ? "" : render(query.error().diagnostics));
    eql::Evaluator evaluator;
    CHECK_MESSAGE(evaluator.matches(query.value().stages.front().predicate, event::Event()), text);
    ++run_count;
  });
  CHECK(run_count == 173);
}

TEST_CASE("every reference text is accepted or refused as the reference does") {
  const auto dir = reference();
  if (!dir) return;
  std::size_t run_count = 0;
  each_row(*dir / "parser_cases.ndjson", [&run_count](const element& row) {
    const std::string text = text_of(row, "query");
    event::FieldTable fields;
    const auto query = eql::compile_query({"query", text, 1, 1}, fields);
    CHECK_MESSAGE(query.has_value() == row["valid"].get_bool().value(), text, "\n",
                  query ? "accepted" : render(query.error().diagnostics));
    ++run_count;
  });
  CHECK(run_count == 120);
}
