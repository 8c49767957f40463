// SPDX-License-Identifier: Apache-2.0
#include "plugin/config.h"

#include <doctest/doctest.h>

#include "tests/support/files.h"

namespace audisp_eql::plugin {
namespace {

Result<Config> parse(const std::string& text) { return parse_config({"config.toml", text}); }

Diagnostic only_error(const std::string& text) {
  const Result<Config> config = parse(text);
  REQUIRE_FALSE(config.has_value());
  REQUIRE(config.error().diagnostics.size() == 1);
  return config.error().diagnostics.front();
}

TEST_CASE("the shipped config.toml states every key with its default") {
  const Source shipped = test::read_source(SHIPPED_CONF "/config.toml");
  const Result<Config> config = parse_config(shipped);
  REQUIRE(config.has_value());
  CHECK(dump_config(*config) == dump_config(Config{}));
  for (const KeyInfo& key : config_keys()) {
    CAPTURE(key.name);
    const std::string_view last = key.name.substr(key.name.find('.') + 1);  // npos + 1 == 0
    CHECK(shipped.text.find("\n" + std::string(last) + " = ") != std::string::npos);
    CHECK_FALSE(key.help.empty());
  }
}

TEST_CASE("an empty file means the defaults") {
  const Result<Config> config = parse("");
  REQUIRE(config.has_value());
  CHECK(dump_config(*config) == dump_config(Config{}));
}

TEST_CASE("every kind of value is set") {
  const Result<Config> config = parse(
      "host = \"h\"\nuser = \"u\"\nproc_enrichment = false\ndesktop_entries = false\nrules = [\"a\", "
      "\"b\"]\nheartbeat_seconds = 0\n"
      "log_level = \"error\"\n"
      "[input]\nidle_milliseconds = 250\n[syslog]\nenabled = false\nformat = \"cef\"\nmax_message_bytes = 2048\n"
      "[sequences]\nlateness_seconds = 7\n");
  REQUIRE(config.has_value());
  CHECK(config->host == "h");
  CHECK(config->user == "u");
  CHECK_FALSE(config->proc_enrichment);
  CHECK_FALSE(config->desktop_entries);
  CHECK(config->rules == std::vector<std::string>{"a", "b"});
  CHECK(config->heartbeat == seconds(0));
  CHECK(config->log_level == LogLevel::kError);
  CHECK(config->input.idle == milliseconds(250));
  CHECK_FALSE(config->syslog.enabled);
  CHECK(config->syslog.format == SyslogFormat::kCef);
  CHECK(config->syslog.max_message_bytes == 2048);
  CHECK(config->sequences.lateness == seconds(7));
}

TEST_CASE("the names of disabled rules keep their places") {
  const Result<Config> config = parse("disabled_rules = [\n  \"id\",\n  \"a name\"]");
  REQUIRE(config.has_value());
  const std::vector<engine::DisabledName>& names = config->disabled_rules;
  REQUIRE(names.size() == 2);
  CHECK(names[0].text == "id");
  CHECK(names[1].text == "a name");
  CHECK(names[1].place.file == "config.toml");
  CHECK(names[1].place.line == 3);
  CHECK(names[1].place.column == 3);
  CHECK(names[1].place.width == 8);
  CHECK(parse("disabled_rules = []")->disabled_rules.empty());
}

TEST_CASE("the shipped rules for all destinations are disabled, and no other") {
  std::vector<Source> files;
  for (const auto& file : test::files_in(SHIPPED_CONF "/rules", ".toml")) files.push_back(test::read_source(file));
  engine::RuleSet set = engine::load_rules(files);
  engine::disable_rules(Config{}.disabled_rules, set);
  CHECK(set.disabled.size() == Config{}.disabled_rules.size());
  for (const engine::Rule& rule : set.disabled) CHECK_MESSAGE(rule.file.ends_with("_any.toml"), rule.file);
  CHECK_FALSE(set.rules.empty());
  for (const engine::Rule& rule : set.rules) CHECK_MESSAGE(!rule.file.ends_with("_any.toml"), rule.file);
}

TEST_CASE("what is wrong is named with its place and what to do") {
  const struct {
    std::string text;
    std::size_t line, column;
    std::string message, hint;
  } rows[] = {
      {"hots = \"a\"", 1, 1, "unknown key `hots`", "did you mean `host`?"},
      {"\n[syslog]\n  sockt = \"/x\"", 3, 3, "unknown key `syslog.sockt`", "did you mean `syslog.socket`?"},
      {"[sylog]\nformat = \"json\"", 1, 2, "unknown section `sylog`", "did you mean `syslog`?"},
      {"zzzzzzzz = 1", 1, 1, "unknown key `zzzzzzzz`", "see the comments in the shipped config.toml for all keys"},
      {"host = 5", 1, 8, "`host` has a value of the wrong type", "give text in quotes"},
      {"rules = \"x\"", 1, 9, "`rules` has a value of the wrong type", "give a list of texts, like [\"a\", \"b\"]"},
      {"rules = [1]", 1, 10, "`rules` has a value of the wrong type", "give a list of texts, like [\"a\", \"b\"]"},
      {"disabled_rules = [\n1]", 2, 1, "`disabled_rules` has a value of the wrong type",
       "give a list of texts, like [\"a\", \"b\"]"},
      {"[syslog]\nenabled = 1", 2, 11, "`syslog.enabled` has a value of the wrong type", "give true or false"},
      {"heartbeat_seconds = 1.5", 1, 21, "`heartbeat_seconds` has a value of the wrong type", "give a whole number"},
      {"[syslog]\nformat = \"xml\"", 2, 10, "`syslog.format` cannot be \"xml\"", "give one of json, text, cef"},
      {"[syslog]\nformat = 1", 2, 10, "`syslog.format` has a value of the wrong type", "give one of json, text, cef"},
      {"host =", 1, 7, "", "the file is not valid TOML; text with backslashes is safest in ''' quotes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Diagnostic d = only_error(row.text);
    CHECK(d.file == "config.toml");
    CHECK(d.line == row.line);
    CHECK(d.column == row.column);
    CHECK(d.message.rfind(row.message, 0) == 0);
    CHECK(d.hint == row.hint);
  }
}

// It once ran the stack over.
TEST_CASE("a key of very many parts is refused") {
  std::string text = "a";
  for (int i = 0; i < 40'000; ++i) text += ".a";
  CHECK(only_error(text + " = 1").message == "this key has more than 128 parts");
}

TEST_CASE("numbers are taken up to their limits and not over") {
  for (const char* good : {"1024", "131072"}) {
    CHECK(parse(std::string("[syslog]\nmax_message_bytes = ") + good).has_value());
  }
  for (const char* bad : {"1023", "131073", "-1", "9223372036854775807"}) {
    CAPTURE(bad);
    const Diagnostic d = only_error(std::string("[syslog]\nmax_message_bytes = ") + bad);
    CHECK(d.message == std::string("`syslog.max_message_bytes` is ") + bad + ", out of range");
    CHECK(d.hint == "give a number from 1024 to 131072");
  }
}

// A longer path than sun_path holds could never be connected to.
TEST_CASE("texts are taken up to their limits and not over") {
  const std::string longest(107, 's');
  CHECK(parse("[syslog]\nsocket = \"" + longest.substr(1) + "\"").has_value());
  CHECK(parse("[syslog]\nsocket = \"" + longest + "\"").has_value());
  const Diagnostic d = only_error("[syslog]\nsocket = \"" + longest + "s\"");
  CHECK(d.message == "`syslog.socket` has 108 bytes");
  CHECK(d.hint == "give a text of 1 to 107 bytes");
  CHECK(d.line == 2);
  CHECK(d.column == 10);
  CHECK(parse("user = \"u\"").has_value());
  CHECK(only_error("user = \"\"").message == "`user` has 0 bytes");
  CHECK(parse("user = \"" + std::string(255, 'u') + "\"").has_value());
  CHECK(only_error("user = \"" + std::string(256, 'u') + "\"").message == "`user` has 256 bytes");
}

TEST_CASE("the longest line fits the queue") {
  const auto sizes = [](int queue, int line) {
    return "[input]\nqueue_bytes = " + std::to_string(queue) + "\nmax_line_bytes = " + std::to_string(line) + "\n";
  };
  CHECK(parse(sizes(100'000, 99'999)).has_value());
  CHECK(parse(sizes(100'000, 100'000)).has_value());
  const Diagnostic d = only_error(sizes(100'000, 100'001));
  CHECK(d.message.rfind("`input.max_line_bytes` is 100001, more than `input.queue_bytes`, 100000", 0) == 0);
  CHECK(d.line == 3);
  CHECK(d.column == 18);
}

TEST_CASE("all errors are told, not only the first") {
  const Result<Config> config = parse("hots = 1\nheartbeat_seconds = -1\n[file]\npaht = \"x\"\n");
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().diagnostics.size() == 3);
}

}  // namespace
}  // namespace audisp_eql::plugin
