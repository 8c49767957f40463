// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/toml_parse.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/engine/rule.h"

namespace audisp_eql::engine {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string key(std::size_t parts, const std::string& part = "a", const std::string& joint = ".") {
  return part + repeated(joint + part, parts - 1);
}

// Inline tables in each other, the keys of `parts` parts.
std::string nested(std::size_t tables, std::size_t parts, const std::string& open = "{") {
  const std::string close = open == "{" ? "}" : "}]";
  return repeated(key(parts) + " = " + open, tables - 1) + key(parts) + " = 1.5" + repeated(close, tables - 1);
}

std::string complaint(const std::string& text) {
  const Result<toml::table> root = parse_toml({"t.toml", text});
  if (root) return {};
  const std::string all = render(root.error().diagnostics);
  return all.substr(0, all.find('\n'));
}

TEST_CASE("a key may have 128 parts and no more, however it is written") {
  const struct {
    std::string good, bad;
    std::string place;
  } rows[] = {
      {key(128) + " = 1", key(129) + " = 1", "1:1"},
      {"x = 1\n  " + key(128) + "=1", "x = 1\n  " + key(129) + "=1", "2:3"},
      {"[" + key(128) + "]", "[" + key(129) + "]", "1:2"},
      {"[[" + key(128) + "]]", "[[ " + key(129) + "]]", "1:4"},
      {key(128, "\"a.b\"") + " = 1", key(129, "\"a.b\"") + " = 1", "1:1"},
      {key(128, "''") + " = 1", key(129, "''") + " = 1", "1:1"},
      {key(128, "\"\\\"\"") + " = 1", key(129, "\"\\\"\"") + " = 1", "1:1"},
      {key(128, "a", " \t. ") + " = 1", key(129, "a", " \t. ") + " = 1", "1:1"},
      {"x = {" + key(127) + " = 1}", "x = {" + key(128) + " = 1}", "1:6"},
      {"x = [1, {" + key(127) + " = 1}]", "x = [1, {" + key(128) + " = 1}]", "1:10"},
      {"x = {y = {z = 1}, " + key(127) + " = 1}", "x = {y = {z = 1}, " + key(128) + " = 1}", "1:19"},
      {"x = [{y = 1}, {" + key(127) + " = 1}]", "x = [{y = 1}, {" + key(128) + " = 1}]", "1:16"},
      {nested(128, 1), nested(129, 1), "1:641"},
      {nested(2, 64), nested(3, 64), "1:263"},
      {nested(4, 32, "[{"), nested(5, 32, "[{"), "1:273"},
      {"[" + key(128) + "]\n" + key(128) + " = 1", "[" + key(128) + "]\n" + key(129) + " = 1", "2:1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bad);
    CHECK(complaint(row.good).empty());
    CHECK(complaint(row.bad) == "t.toml:" + row.place + ": error: this key has more than 128 parts");
  }
}

TEST_CASE("what only looks like a key with many parts is none") {
  const std::string dots = key(300);
  const std::string rows[] = {
      "x = \"" + dots + "\"",
      "x = '" + dots + "'",
      "x = \"\\\"" + dots + "\"",
      "x = '\\'\ny = '" + dots + "'",
      "x = '''\n'" + dots + "\n" + dots + " = ''\n'''",
      "x = \"\"\"\n\"" + dots + "\\\"\"\"" + dots + "\"\"\"",
      "x = '''a'''''\ny = '" + dots + "'",
      "x = \"\"\"a\"\"\"\"\"\ny = \"" + dots + "\"",
      "x = \"\"\"\"\"\"\ny = \"" + dots + "\"",
      "x = '''''a'''\ny = '" + dots + "'",
      "x = '' # " + dots + "\ny = '" + dots + "'",
      "# it's " + dots,
      "\"" + dots + "\" = 1",
      "[\"" + dots + "\"]",
      "x = [" + repeated("1.5,\n", 300) + "]",
      repeated("[[a.b]]\nc.d = 1.5\n", 300),
      "x = [" + repeated("{a.b = 1.5}, ", 300) + "]",
  };
  for (const std::string& text : rows) {
    CAPTURE(text);
    CHECK(complaint(text) == "");
  }
}

// toml++ walks nested tables by recursion, and 40,000 of them were more than a stack holds.
TEST_CASE("a key of very many parts is refused wherever TOML is read") {
  for (const std::size_t parts : {std::size_t{40'000}, std::size_t{200'000}}) {
    for (const std::string& text :
         {key(parts) + " = 1\n", "[" + key(parts) + "]\n", "[[" + key(parts) + "]]\n", "x = {" + key(parts) + " = 1}\n",
          key(parts, "\"\xC2\xA0\"", "\xC2\xA0.\xC2\xA0") + " = 1\n", key(parts), key(parts) + "\n" + key(parts),
          "= = = }}}} ]]]] {{{{ \"\n" + key(parts) + " = 1\n", repeated("{", parts), repeated("a = {", parts),
          repeated("a = [", parts), repeated("a = [{", parts)}) {
      CHECK_FALSE(complaint(text).empty());
      event::FieldTable fields;
      CHECK_FALSE(parse_rule({"r.toml", text}, fields).has_value());
      RuleSet rules;
      load_exceptions({"e.toml", text}, {}, rules);
      CHECK(rules.exceptions_unusable);
    }
  }
}

TEST_CASE("text that is no TOML is told with its place") {
  CHECK(complaint("a = 1\nb =\n").starts_with("t.toml:2:4: error: "));
  CHECK(parse_toml({"t.toml", "b ="}).error().diagnostics.front().hint.find("not valid TOML") != std::string::npos);
  CHECK(complaint("").empty());
}

}  // namespace
}  // namespace audisp_eql::engine
