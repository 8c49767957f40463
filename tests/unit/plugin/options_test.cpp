// SPDX-License-Identifier: Apache-2.0
#include "plugin/options.h"

#include <doctest/doctest.h>

namespace audisp_eql::plugin {
namespace {

Options good(const std::vector<std::string>& args) {
  const auto parsed = parse_options(args);
  REQUIRE(std::holds_alternative<Options>(parsed));
  return std::get<Options>(parsed);
}

Ending ending(const std::vector<std::string>& args) {
  const auto parsed = parse_options(args);
  REQUIRE(std::holds_alternative<Ending>(parsed));
  return std::get<Ending>(parsed);
}

TEST_CASE("without arguments it is the plugin") {
  const Options options = good({});
  CHECK(options.command == Command::kLive);
  CHECK_FALSE(options.config.has_value());
  CHECK(good({"live", "--config", "c"}).config == "c");
  CHECK(good({"--config", "c"}).command == Command::kLive);
}

TEST_CASE("scan takes its options before and after the files") {
  const Options options = good({"--rules", "a", "scan", "--format", "json", "x.log", "--rules", "b", "--utc",
                                "--fail-on-alert", "--keep-going", "--host", "h", "--passwd", "p", "y.log", "-"});
  CHECK(options.command == Command::kScan);
  CHECK(options.rules == std::vector<std::string>{"a", "b"});
  CHECK(options.files == std::vector<std::string>{"x.log", "y.log", "-"});
  CHECK(options.format == ScanFormat::kJson);
  CHECK(options.utc);
  CHECK(options.fail_on_alert);
  CHECK(options.keep_going);
  CHECK(options.host == "h");
  CHECK(options.passwd == "p");
}

TEST_CASE("check takes rules both ways") {
  const Options options = good({"check", "--rules", "a", "b", "c", "--explain", "--send-test-alert"});
  CHECK(options.command == Command::kCheck);
  CHECK(options.rules == std::vector<std::string>{"a", "b", "c"});
  CHECK(options.explain);
  CHECK(options.send_test_alert);
}

TEST_CASE("test and fields have formats of their own") {
  const Options options = good({"test", "--cases", "c", "a", "b", "--format", "tap", "--exceptions", "e"});
  CHECK(options.command == Command::kTest);
  CHECK(options.rules == std::vector<std::string>{"a", "b"});
  CHECK(options.cases == "c");
  CHECK(options.test_format == TestFormat::kTap);
  CHECK(options.exceptions == "e");
  CHECK(good({"test"}).test_format == TestFormat::kText);
  CHECK(good({"fields"}).command == Command::kFields);
  CHECK(good({"fields"}).fields_format == FieldsFormat::kMarkdown);
  CHECK(good({"fields", "--format", "json"}).fields_format == FieldsFormat::kJson);
  CHECK(ending({"fields", "extra"}).code == ExitCode::kUsage);
  CHECK(ending({"test", "--format", "json"}).code == ExitCode::kUsage);
}

TEST_CASE("wrong flags end with status 2 and a hint") {
  const struct {
    std::vector<std::string> args;
    std::string message;
  } rows[] = {
      {{"--rulse", "x"}, "Did you mean --rules?"},
      {{"scan", "--fail-on-alerts"}, "Did you mean --fail-on-alert?"},
      {{"scna"}, "Did you mean scan?"},
      {{"tset"}, "Did you mean test?"},
      {{"test", "--case", "x"}, "Did you mean --cases?"},
      {{"/var/log/audit/audit.log"}, "audisp-eql scan /var/log/audit/audit.log"},
      {{"scan", "--format", "xml"}, "text"},
      {{"--config"}, "--config"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.args);
    const auto parsed = parse_options(row.args);
    REQUIRE(std::holds_alternative<Ending>(parsed));
    const Ending& end = std::get<Ending>(parsed);
    CHECK(end.code == ExitCode::kUsage);
    CHECK(end.out.empty());
    CHECK_MESSAGE(end.err.find(row.message) != std::string::npos, end.err);
    CHECK(end.err.find("Run audisp-eql --help.") != std::string::npos);
  }
}

TEST_CASE("help and version end with status 0 on standard output") {
  for (const char* flag : {"--help", "--version"}) {
    const Ending end = ending({flag});
    CHECK(end.code == ExitCode::kDone);
    CHECK(end.err.empty());
    CHECK_FALSE(end.out.empty());
  }
  CHECK(ending({"scan", "--help"}).out.find("--fail-on-alert") != std::string::npos);
}

TEST_CASE("the help of each command has examples of that command") {
  for (const std::string command : {"live", "scan", "check", "test", "fields", "audit-rules"}) {
    CAPTURE(command);
    const std::string help = ending({command, "--help"}).out;
    CHECK(help.find("\nExamples:\n") != std::string::npos);
    CHECK(help.find("audisp-eql " + command + " ") != std::string::npos);
    CHECK(help_text().find("\n  " + command + " ") != std::string::npos);
  }
}

TEST_CASE("the worse exit status wins: 2, then 3, then 1") {
  using enum ExitCode;
  CHECK(worse(kFailed, kUnreadable) == kUnreadable);
  CHECK(worse(kUnreadable, kFailed) == kUnreadable);
  CHECK(worse(kUsage, kUnreadable) == kUsage);
  CHECK(worse(kDone, kFailed) == kFailed);
  CHECK(worse(kBug, kUsage) == kBug);
}

}  // namespace
}  // namespace audisp_eql::plugin
