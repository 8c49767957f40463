// SPDX-License-Identifier: Apache-2.0
#include "plugin/options.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "lib/auparse/parser.h"
#include "lib/base/diagnostic.h"
#include "plugin/help.h"
#include "plugin/kafka_url.h"

namespace audisp_eql::plugin {
namespace {

Ending wrong(const CLI::ParseError& error, const std::string& hint) {
  return {ExitCode::kUsage, {}, fmt::format("audisp-eql: {}\n{}Run audisp-eql --help.\n", error.what(), hint)};
}

// CLI11 prints what is returned; nothing: it is good.
std::string known_input(const std::string& text) {
  if (text == "audit" || text == "ndjson" || is_kafka_url(text)) return {};
  return text + " is none of audit, ndjson, kafka://BROKER/TOPIC?group=NAME";
}

class CommandLine {
 public:
  CommandLine() : app_(kAbout, "audisp-eql") {
    app_.require_subcommand(0, 1);
    app_.footer(kMainHelp);
    app_.set_version_flag("--version", version_text());
    app_.add_option("--rules", options_.rules, "Rule file, or directory of *.toml (repeatable; default: config's)")
        ->type_name("FILE|DIR")
        ->allow_extra_args(false);
    app_.add_option("--config", options_.config, "Options file (default: /etc/audisp-eql/config.toml)")
        ->type_name("FILE");
    app_.add_option("--exceptions", options_.exceptions, "Site exceptions (default: config's, if its rules are used)")
        ->type_name("FILE");
    app_.add_option("--host", options_.host, "host.id of records without node=")->type_name("NAME");
    app_.add_subcommand("live", "The plugin: auditd writes records to standard input (the default)")
        ->fallthrough()
        ->footer(kLiveHelp);
    add_scan();
    add_check();
    add_test();
    add_fields();
    add_audit_rules();
  }

  std::variant<Options, Ending> parse(const std::vector<std::string>& args) {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // as CLI11 wants them
    try {
      app_.parse(std::move(reversed));
    } catch (const CLI::Success& e) {
      std::ostringstream out;
      std::ostringstream err;
      app_.exit(e, out, err);
      return Ending{ExitCode::kDone, out.str(), err.str()};
    } catch (const CLI::ExtrasError& e) {
      return wrong(e, hint(args));
    } catch (const CLI::ParseError& e) {
      return wrong(e, {});
    }
    if (*scan_) options_.command = Command::kScan;
    if (*check_) options_.command = Command::kCheck;
    if (*test_) options_.command = Command::kTest;
    if (*fields_) options_.command = Command::kFields;
    if (*audit_rules_) options_.command = Command::kAuditRules;
    if (format_ == "text") options_.format = ScanFormat::kText;
    if (format_ == "json") options_.format = ScanFormat::kJson;
    if (format_ == "csv") options_.format = ScanFormat::kCsv;
    if (format_ == "cef") options_.format = ScanFormat::kCef;
    if (test_format_ == "tap") options_.test_format = TestFormat::kTap;
    if (fields_format_ == "json") options_.fields_format = FieldsFormat::kJson;
    if (input_ == "ndjson") options_.input = InputKind::kNdjson;
    if (is_kafka_url(input_)) {
      options_.input = InputKind::kKafka;
      options_.kafka = input_;
    }
    options_.rules.insert(options_.rules.end(), check_rules_.begin(), check_rules_.end());
    return options_;
  }

  std::string help() { return app_.help(); }

 private:
  void add_scan() {
    scan_ = app_.add_subcommand("scan", "The same over logs: audit.log, ausearch --raw, or standard input");
    scan_->fallthrough();
    scan_->add_option("--format", format_, "text (default on a terminal), json (default otherwise), csv or cef")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"text", "json", "csv", "cef"}).description(""));
    scan_->add_flag("--utc", options_.utc, "Times of text, --since and --until in UTC, not local time");
    add_range();
    scan_->add_flag("--fail-on-alert", options_.fail_on_alert, "Exit status 1 when there is an alert");
    scan_->add_flag("--keep-going", options_.keep_going, "A bad rule does not change the exit status");
    scan_
        ->add_option("--jobs", options_.jobs,
                     "1: one thread; else reading, grouping, parsing and rules have one each (default)")
        ->type_name("N")
        ->check(CLI::PositiveNumber.description(""));
    scan_
        ->add_option("--passwd", options_.passwd,
                     "User names of the logs' hosts (default: this machine's, not for other hosts' node=)")
        ->type_name("FILE");
    scan_
        ->add_option("--root", options_.root,
                     "A copy of the host's file system: which autostart entry an alert came from, and user names")
        ->type_name("DIR");
    scan_->add_option("--report", options_.report, "Write the alerts also as one HTML page, for a browser")
        ->type_name("FILE.html")
        ->check([](const std::string& name) { return name.empty() || name == "-" ? "give the name of a file" : ""; },
                "");
    add_queries();
    add_exported();
    scan_->add_option("FILE", options_.files, "Logs and folders of logs, in any order; - or none: standard input")
        ->type_name("");
    scan_->footer(kScanHelp);
  }

  void add_range() {
    scan_->add_option("--since", options_.since, "Only alerts from this time on: 2026-11-24T08:40, 08:40, @1795506025,")
        ->type_name("TIME");
    scan_
        ->add_option("--until", options_.until,
                     "and up to this one: also now, recent, today, yesterday, this-week, week-ago, this-month, "
                     "this-year, boot")
        ->type_name("TIME");
  }

  void add_queries() {
    scan_
        ->add_option("--query", options_.queries,
                     "An EQL query instead of rules (repeatable); JSON is one {\"ids\":[...]} a result")
        ->type_name("EQL")
        ->allow_extra_args(false);
    scan_->add_option("--query-file", options_.query_files, "The same from a file (repeatable)")
        ->type_name("FILE")
        ->allow_extra_args(false);
  }

  void add_exported() {
    ndjson::FieldNames& names = options_.field_names;
    scan_
        ->add_option("--input", input_,
                     "audit (default); ndjson: exported ECS events, one JSON object a line; or records of many hosts: "
                     "kafka://BROKER/TOPIC?group=NAME, see docs/fleets.md")
        ->type_name("KIND|URL")
        ->check(known_input);
    scan_->add_option("--timestamp-field", names.timestamp, "ndjson: when it happened")
        ->type_name("NAME")
        ->capture_default_str();
    scan_->add_option("--tiebreaker-field", names.tiebreaker, "ndjson: the order of events of one time")
        ->type_name("NAME")
        ->capture_default_str();
    scan_->add_option("--category-field", names.category, "ndjson: what stands before `where`")
        ->type_name("NAME")
        ->capture_default_str();
    scan_->add_option("--id-field", names.id, "ndjson: what names an event in results")
        ->type_name("NAME")
        ->capture_default_str();
    scan_->add_option("--date-field", names.dates, "ndjson: another field that holds dates (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
  }

  void add_check() {
    check_ = app_.add_subcommand("check", "Says per rule whether it can run, and validates the config");
    check_->fallthrough();
    check_->add_flag("--explain", options_.explain, "How each rule's query is understood, stage by stage");
    check_->add_flag("--send-test-alert", options_.send_test_alert, "Send one marked alert to the configured sinks");
    check_->add_option("RULE", check_rules_, "Rule files or directories (default: the config's)")->type_name("");
    check_->footer(kCheckHelp);
  }

  void add_test() {
    test_ = app_.add_subcommand("test", "Runs the cases kept with rules: events that must and must not match");
    test_->fallthrough();
    test_->add_option("--cases", options_.cases, "Folder of the case files (default: tests/ beside each rule)")
        ->type_name("DIR");
    test_->add_option("--format", test_format_, "text (default), or tap: the Test Anything Protocol, for CI")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"text", "tap"}).description(""));
    test_->add_option("RULE", check_rules_, "Rule files or directories (default: the config's)")->type_name("");
    test_->footer(kTestHelp);
  }

  void add_fields() {
    fields_ = app_.add_subcommand("fields", "Prints the fields and events that rules can read, and their sources");
    fields_->add_option("--format", fields_format_, "md (default): Markdown, or json")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"md", "json"}).description(""));
    fields_->footer(kFieldsHelp);
  }

  void add_audit_rules() {
    audit_rules_ = app_.add_subcommand("audit-rules", "Prints the narrowest audit rules that feed the rules");
    audit_rules_->fallthrough();
    audit_rules_->add_option("RULE", check_rules_, "Rule files or directories (default: the config's)")->type_name("");
    audit_rules_->footer(kAuditRulesHelp);
  }

  std::string hint(const std::vector<std::string>& args) {
    std::vector<std::string> names;
    std::vector<const CLI::App*> apps = {&app_};
    for (const CLI::App* command : app_.get_subcommands({})) {
      names.push_back(command->get_name());
      apps.push_back(command);
    }
    for (const CLI::App* app : apps) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (const std::string& arg : args) {
      const std::string word = arg.substr(0, arg.find('='));
      if (std::find(names.begin(), names.end(), word) != names.end()) continue;
      if (const std::string_view near = nearest(word, known); !near.empty()) {
        return fmt::format("Did you mean {}?\n", near);
      }
      if (word.rfind('-', 0) != 0) return fmt::format("To read a log: audisp-eql scan {}\n", word);
    }
    return {};
  }

  CLI::App app_;
  CLI::App* scan_ = nullptr;
  CLI::App* check_ = nullptr;
  CLI::App* test_ = nullptr;
  CLI::App* fields_ = nullptr;
  CLI::App* audit_rules_ = nullptr;
  std::string format_;
  std::string test_format_;
  std::string fields_format_;
  std::string input_;
  std::vector<std::string> check_rules_;
  Options options_;
};

}  // namespace

std::variant<Options, Ending> parse_options(const std::vector<std::string>& args) { return CommandLine().parse(args); }

std::string help_text() { return CommandLine().help(); }

std::string version_text() {
  return fmt::format("audisp-eql {}\nlibauparse {}", AUDISP_EQL_VERSION, auparse::Parser::library_version());
}

}  // namespace audisp_eql::plugin
