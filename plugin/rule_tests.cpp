// SPDX-License-Identifier: Apache-2.0
#include "plugin/rule_tests.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/cases/case_run.h"
#include "plugin/inputs.h"
#include "plugin/plural.h"
#include "plugin/settings.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = "tests";

void say(const std::vector<Diagnostic>& diagnostics) {
  const std::string text = render(diagnostics);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string expected(std::size_t alerts) { return alerts == 0 ? "no alert" : plural(alerts, "alert"); }

std::string failure(const cases::Case& one, const cases::Outcome& outcome) {
  if (outcome.alerts == one.expect) return "the alerts are not as expected";
  return fmt::format("expected {}, came {}", expected(one.expect), outcome.alerts);
}

// One format of the results; both are lines.
class Report {
 public:
  explicit Report(TestFormat format) : format_(format) {
    if (format_ == TestFormat::kTap) std::fputs("TAP version 13\n", stdout);
  }

  void ran(const cases::Case& one, const cases::Outcome& outcome) {
    const std::string name =
        fmt::format("{}:{}: {}", escape_printable(one.place.file), one.place.line, escape_printable(one.name));
    ++(outcome.passed ? passed_ : failed_);
    if (format_ == TestFormat::kTap) {
      tap(outcome.passed, name);
    } else if (outcome.passed) {
      fmt::print("ok: {}: {}\n", name, expected(outcome.alerts));
    } else {
      fmt::print("FAILED: {}: {}\n", name, failure(one, outcome));
    }
    if (outcome.passed) return;
    if (format_ == TestFormat::kTap) fmt::print("# {}\n", failure(one, outcome));
    for (const std::string& line : outcome.details) fmt::print("{}{}\n", mark(), line);
  }

  // `count` cases of a file, or a file that should have some: what is wrong was said.
  void unusable(const std::string& file, std::size_t count = 1) {
    unusable_ += count;
    for (std::size_t i = 0; i < count && format_ == TestFormat::kTap; ++i) {
      tap(false, escape_printable(file) + ": cannot be run, see standard error");
    }
  }

  void without_cases(std::string_view rule) { without_.push_back(escape_printable(rule)); }

  void summary(std::size_t rules) {
    if (format_ == TestFormat::kTap) fmt::print("1..{}\n", number_);
    const std::string_view lead = format_ == TestFormat::kTap ? "# " : "";
    fmt::print("{}{} of {}: {} ok, {} failed", lead, plural(passed_ + failed_, "case"), plural(rules, "rule"), passed_,
               failed_);
    if (unusable_ > 0) fmt::print(", {} could not be run", unusable_);
    std::fputs("\n", stdout);
    if (without_.empty()) return;
    fmt::print("{}without cases: {}\n", lead, fmt::join(without_, ", "));
  }

  [[nodiscard]] ExitCode exit_code() const {
    if (unusable_ > 0 || passed_ + failed_ == 0) return ExitCode::kUsage;
    return failed_ > 0 ? ExitCode::kFailed : ExitCode::kDone;
  }

  [[nodiscard]] bool is_empty() const { return passed_ + failed_ + unusable_ == 0; }

 private:
  // A `#` would begin a directive.
  void tap(bool is_ok, std::string name) {
    std::replace(name.begin(), name.end(), '#', '_');
    fmt::print("{} {} - {}\n", is_ok ? "ok" : "not ok", ++number_, name);
  }
  [[nodiscard]] std::string_view mark() const { return format_ == TestFormat::kTap ? "#   " : "  "; }

  TestFormat format_;
  std::size_t number_ = 0, passed_ = 0, failed_ = 0, unusable_ = 0;
  std::vector<std::string> without_;
};

class RuleTests {
 public:
  RuleTests(const Options& options, Settings settings)
      : options_(options), settings_(std::move(settings)), report_(options.test_format) {}

  ExitCode run() {
    files_ = collect_rules(settings_);
    engine::RuleSet rules = engine::load_rules(files_.sources);
    add_exceptions(files_, rules);
    say(files_.diagnostics);
    say(rules.diagnostics);
    for (const Source& source : files_.sources) {
      const bool is_good = std::any_of(rules.rules.begin(), rules.rules.end(),
                                       [&](const engine::Rule& rule) { return rule.file == source.file; });
      is_good ? test(source) : report_.unusable(source.file);
    }
    for (const std::string& path : settings_.rule_paths) find_orphans(path);
    report_.summary(rules.rules.size());
    if (report_.is_empty()) {
      std::fputs("audisp-eql: there is no case to run; docs/rules.md says how to write some\n", stderr);
    }
    const bool bad = has_error(files_.diagnostics) || has_error(rules.diagnostics);
    return bad ? ExitCode::kUsage : report_.exit_code();
  }

 private:
  [[nodiscard]] fs::path folder_of(const fs::path& rules) const {
    return options_.cases.empty() ? rules / kFolder : fs::path(options_.cases);
  }

  // The rule alone, anew for each case: an engine takes it.
  [[nodiscard]] engine::RuleSet rule_of(const Source& source) const {
    engine::RuleSet rules = engine::load_rules({source});
    add_exceptions(files_, rules);
    return rules;
  }

  void test(const Source& rule) {
    const fs::path path(rule.file);
    const std::string file = (folder_of(path.parent_path()) / path.filename()).string();
    std::error_code error;
    if (!fs::exists(file, error) && !error) return report_.without_cases(rule.file);
    const Result<ReadFile> read = read_file(file, Trust::kUser);
    if (!read) {
      say(read.error().diagnostics);
      return report_.unusable(file);
    }
    say(read->warnings);
    const engine::PipelineOptions options = pipeline();
    cases::CaseFile found = cases::parse_cases(read->source, rule_of(rule).fields, options.engine.default_host);
    say(found.diagnostics);
    if (found.refused > 0) report_.unusable(file, found.refused);
    if (found.cases.empty() && found.refused == 0) report_.without_cases(rule.file);
    for (cases::Case& one : found.cases) test(one, rule);
  }

  void test(cases::Case& one, const Source& rule) {
    if (one.events.empty() && !read_records(one)) return report_.unusable(one.place.file);
    const cases::Outcome outcome = cases::run_case(one, rule_of(rule), pipeline());
    if (outcome.problem.empty()) return report_.ran(one, outcome);
    refuse(one, outcome.problem, "they are lines as in /var/log/audit/audit.log, or as `ausearch --raw` prints them");
    report_.unusable(one.place.file);
  }

  // False: they cannot be used, which was said.
  static bool read_records(cases::Case& one) {
    if (!one.records_file.empty()) {
      const fs::path path = fs::path(one.place.file).parent_path() / one.records_file;
      Result<ReadFile> read = read_file(path.string(), Trust::kUser);
      if (!read) {
        const Diagnostic why = read.error().diagnostics.front();
        refuse(one, why.message, why.hint);
        return false;
      }
      one.records = std::move(read->source.text);
    }
    const Result<Recognised> kind = recognise(one.records, one.records_file.empty() ? "this" : one.records_file);
    if (kind) {
      one.format = kind->format;
      return true;
    }
    const Diagnostic why = kind.error().diagnostics.front();
    refuse(one, why.message, why.hint);
    return false;
  }

  // Either may name a file as the case does.
  static void refuse(const cases::Case& one, std::string_view message, std::string_view hint) {
    Diagnostic d = one.records_place;
    d.message = escape_printable(message);
    d.hint = escape_printable(hint);
    say({std::move(d)});
  }

  // A rule that was renamed would else lose its cases without a word.
  void find_orphans(const std::string& rules) {
    std::error_code error;
    if (!options_.cases.empty() || !fs::is_directory(rules, error)) return;
    std::vector<std::string> orphans;
    for (fs::directory_iterator it(folder_of(rules), error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      const bool is_ours = it->path().extension() == ".toml" && it->path().filename().native().front() != '.';
      if (is_ours && !fs::exists(fs::path(rules) / it->path().filename(), ignored)) {
        orphans.push_back(it->path().string());
      }
    }
    std::sort(orphans.begin(), orphans.end());
    for (const std::string& orphan : orphans) {
      Diagnostic d;
      d.file = orphan;
      d.message = "there is no rule of this name one folder up";
      d.hint = "cases have the file name of their rule";
      say({std::move(d)});
      report_.unusable(orphan);
    }
  }

  [[nodiscard]] engine::PipelineOptions pipeline() const {
    engine::PipelineOptions options = pipeline_options(settings_.config);
    const std::string& host = settings_.config.host;
    if (!host.empty()) options.engine.default_host = host;
    return options;
  }

  const Options& options_;
  Settings settings_;
  RuleFiles files_;
  Report report_;
};

}  // namespace

ExitCode run_test(const Options& options) {
  Settings settings = load_settings(options, required_trust());
  say(settings.diagnostics);
  if (settings.is_bad()) return ExitCode::kUsage;
  std::error_code error;
  if (!options.cases.empty() && !fs::is_directory(options.cases, error)) {
    Diagnostic d;
    d.file = options.cases;
    d.message = error ? error.message() : "this is no folder";
    d.hint = "--cases takes the folder that the case files are in";
    say({std::move(d)});
    return ExitCode::kUsage;
  }
  return RuleTests(options, std::move(settings)).run();
}

}  // namespace audisp_eql::plugin
