// SPDX-License-Identifier: Apache-2.0
// The manual says what the program has, and nothing that it has not.
#include <doctest/doctest.h>

#include <regex>
#include <sstream>

#include "lib/engine/rule.h"
#include "lib/eql/query.h"
#include "lib/event/schema.h"
#include "plugin/config.h"
#include "tests/manual/page.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::test {
namespace {

const Page& program_page() {
  static const Page page("audisp-eql.8.scd");
  return page;
}

const Page& rules_page() {
  static const Page page("audisp-eql-rules.5.scd");
  return page;
}

TEST_CASE("every command and option of --help is in audisp-eql(8), and no other") {
  const Help program = read_help();
  REQUIRE(program.commands.size() >= 4);
  check_same(program_page().subsections("COMMANDS"), program.commands);

  Names documented = names_in(program_page().entries("OPTIONS"));
  CHECK(documented.erase("-h") + documented.erase("--help") == 2);
  check_same(documented, program.options);
  for (const std::string& command : program.commands) {
    CAPTURE(command);
    const Names options = read_help(command).options;
    const Names described = names_in(program_page().entries("COMMANDS/" + command));
    if (!options.empty() || !described.empty()) check_same(described, options);
  }
}

TEST_CASE("every exit status is in audisp-eql(8), and no other") {
  const std::string header = read_file(SOURCES "/plugin/exit_code.h");
  const std::regex value(R"(\n  k\w+ = (\d+),)");
  Names values;
  for (std::sregex_iterator it(header.begin(), header.end(), value), end; it != end; ++it) {
    values.insert((*it)[1].str());
  }
  CHECK(values.count("0") == 1);
  check_same(names_in(program_page().entries("EXIT STATUS")), values);
}

// "input.queue_bytes = 33554432" for the head `*queue_bytes* = 33554432` below `## [input]`.
std::map<std::string, std::string> documented_keys() {
  const Page page("audisp-eql.toml.5.scd");
  std::map<std::string, std::string> keys;  // name and default, to its text
  const auto add = [&](const std::string& table, const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      const std::size_t end = entry.head.find('*', 1);
      REQUIRE(end != std::string::npos);
      keys[table + entry.head.substr(1, end - 1) + entry.head.substr(end + 1)] = entry.text;
    }
  };
  add({}, page.entries("KEYS"));
  for (const std::string& table : page.subsections("KEYS")) {
    REQUIRE((table.front() == '[' && table.back() == ']'));
    add(table.substr(1, table.size() - 2) + ".", page.entries("KEYS/" + table));
  }
  return keys;
}

TEST_CASE("every key of the configuration is in audisp-eql.toml(5) with its default, and no other") {
  Names documented;
  for (const auto& [key, text] : documented_keys()) documented.insert(key);
  Names keys;
  std::istringstream in(plugin::dump_config({}));
  for (std::string line; std::getline(in, line);) keys.insert(line);
  check_same(documented, keys);
}

TEST_CASE("what numbers, lengths and words a key takes is in audisp-eql.toml(5)") {
  std::size_t numbers = 0;
  for (const auto& [key, text] : documented_keys()) {
    CAPTURE(key);
    std::string name = key.substr(0, key.find(' '));
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos) name = "[" + name.substr(0, dot) + "]\n" + name.substr(dot + 1);
    // What the program says of a value that it cannot take: "give a number from 0 to 9", "give one of a, b".
    for (const char* wrong : {"-1", "\"\"", "\"no such word\""}) {
      const auto config = plugin::parse_config({"c", name + " = " + wrong + "\n"});
      if (config.has_value()) continue;
      const std::string hint = config.error().diagnostics.at(0).hint;
      std::smatch found;
      if (std::regex_search(hint, found, std::regex("from ([0-9]+ to [0-9]+)|of ([0-9]+ to [0-9]+ bytes)"))) {
        ++numbers;
        CHECK_MESSAGE(text.find(found[1].str() + found[2].str()) != std::string::npos, hint);
      } else if (std::regex_search(hint, found, std::regex("one of (.*)"))) {
        const std::string words = found[1].str();
        const std::regex word("[a-z]+");
        for (std::sregex_iterator it(words.begin(), words.end(), word), end; it != end; ++it) {
          CHECK(text.find("\"" + it->str() + "\"") != std::string::npos);
        }
      }
    }
  }
  CHECK(numbers > 30);
}

// Counters as the plugin prints them, and whether they can go down.
std::map<std::string, bool> printed_counters() {
  const TempDir dir;
  const std::string metrics = dir / "m.prom";
  write_file(dir / "c.toml", "user = \"root\"\nrules = [\"" SOURCES "/conf/rules\"]\nheartbeat_seconds = 0\n" +
                                 ("[metrics]\npath = \"" + metrics + "\"\n[syslog]\nenabled = false\n") +
                                 "[spool]\npath = \"\"\n[state]\npath = \"\"\n");
  CHECK(run({AUDISP_EQL, "live", "--config", dir / "c.toml"}).status == 0);
  std::map<std::string, bool> counters;
  std::istringstream in(read_file(metrics));
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (std::regex_match(line, found, std::regex("# TYPE audisp_eql_([a-z_]+?)(_total)? (counter|gauge)"))) {
      CHECK(found[2].matched == (found[3] == "counter"));
      counters[found[1].str()] = found[3] == "gauge";
    }
  }
  counters["kernel_lost_at_start"] = true;  // only where the kernel answers
  return counters;
}

TEST_CASE("every counter is in audisp-eql(8), and no other; those that go down are marked") {
  const std::map<std::string, bool> printed = printed_counters();
  CHECK(printed.size() > 100);
  std::map<std::string, bool> documented;
  for (const Entry& entry : program_page().all_entries("COUNTERS")) {
    const bool goes_down = entry.text.find("; now.") != std::string::npos || entry.head == "*kernel_lost_at_start*";
    for (const std::string& name : bold_words(entry.head)) documented[name] = goes_down;
  }
  for (const auto& [name, goes_down] : printed) {
    CAPTURE(name);
    REQUIRE(documented.count(name) == 1);
    CHECK(documented[name] == goes_down);
    CHECK(documented.erase(name) == 1);
  }
  for (const auto& [name, goes_down] : documented) FAIL_CHECK("no such counter: " << name);
}

TEST_CASE("every field is in audisp-eql-rules(5) with its type, and no other") {
  Names documented;
  for (const Entry& entry : rules_page().entries("FIELDS")) {
    documented.insert(entry.head);
    CHECK_MESSAGE(!entry.text.empty(), entry.head);
  }
  Names fields;
  for (const event::FieldInfo& field : event::builtin_fields()) {
    fields.insert("*" + std::string(field.name) + "* (" + std::string(event::to_string(field.type)) + ")");
  }
  check_same(documented, fields);
}

TEST_CASE("the examples of audisp-eql-rules(5) are good") {
  engine::RuleSet set;
  std::vector<Source> rules;
  std::size_t queries = 0;
  for (const std::string& example : rules_page().examples()) {
    CAPTURE(example);
    if (example.rfind("[rule]", 0) == 0) rules.push_back({"rule", example});
    if (example.rfind("sequence by", 0) == 0 && ++queries > 0) {
      const auto query = eql::compile_query({"query", example}, set.fields);
      CHECK_MESSAGE(query.has_value(), render(query.has_value() ? query->warnings : query.error().diagnostics));
      if (query.has_value()) CHECK(query->warnings.empty());
    }
    if (example.rfind("[[exception]]", 0) != 0) continue;
    engine::RuleSet shipped = engine::load_rules({read_source(SOURCES "/conf/rules/xdg_autostart_network.toml")});
    engine::load_exceptions({"exceptions", example}, {}, shipped);
    CHECK_MESSAGE(shipped.diagnostics.empty(), render(shipped.diagnostics));
    CHECK(shipped.exceptions.size() == 1);
  }
  CHECK(queries == 2);
  const engine::RuleSet loaded = engine::load_rules(rules);
  CHECK_MESSAGE(loaded.diagnostics.empty(), render(loaded.diagnostics));
  CHECK(loaded.rules.size() == 1);
}

}  // namespace
}  // namespace audisp_eql::test
