// SPDX-License-Identifier: Apache-2.0
#include "plugin/check.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "plugin/file_sink.h"
#include "plugin/host_id.h"
#include "plugin/kernel_audit.h"
#include "plugin/loaded_rules.h"
#include "plugin/plural.h"
#include "plugin/rule_report.h"
#include "plugin/settings.h"
#include "plugin/syslog_channel.h"
#include "plugin/syslog_sink.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::chrono::milliseconds kSyslogTime{5000};

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

alert::Alert test_alert(const std::string& host) {
  alert::Alert a;
  a.rule.id = "audisp-eql-test";
  a.rule.name = "audisp-eql test alert";
  a.rule.severity = alert::RuleSeverity::kLow;
  a.host_id = host;
  a.action = "test";
  a.notes = {"sent by `audisp-eql check --send-test-alert`; nothing happened on this host"};
  a.time = seconds(static_cast<std::int64_t>(::time(nullptr)));
  a.created = a.time;
  alert::Evidence sent;
  sent.event_id = fmt::format("{}.000:0", a.time.ms / 1000);
  a.id = alert::alert_id(a.rule.id, {}, {sent});
  return a;
}

bool send_to_syslog(const SyslogConfig& config, const alert::Alert& alert) {
  SyslogChannel channel(config);
  const auto send = [&](SyslogSeverity severity, std::string text) { channel.send_alert(severity, std::move(text)); };
  SyslogSink(config, send).emit(alert);
  channel.drain(kSyslogTime);
  const bool sent = channel.counters().sent_alerts == 1;
  print(fmt::format("syslog: {} {}\n", sent ? "sent to" : "NOT sent, nobody takes it at", config.socket));
  return sent;
}

bool send_to_file(const FileConfig& config, const alert::Alert& alert) {
  FileSink file(config.path);
  file.emit(alert);
  const bool written = file.errors() == 0;
  print(written ? fmt::format("file: written to {}\n", config.path)
                : render(cannot_write(config.path, file.last_error())));
  return written;
}

// As live would send it: as its user, who must be able to open what live opens,
// and whose file it must be if this is what creates it.
ExitCode send_test_alert(const Config& config) {
  const Privileges privileges = drop_privileges(privilege_options(config));
  for (const std::string& problem : privileges.problems) print("warning: " + problem + "\n");
  const alert::Alert alert = test_alert(config.host.empty() ? this_host_id() : config.host);
  print(fmt::format("test alert {}\n", alert.id));
  bool all = true;
  if (config.syslog.enabled) all = send_to_syslog(config.syslog, alert);
  if (!config.file.path.empty()) all = send_to_file(config.file, alert) && all;
  if (!config.syslog.enabled && config.file.path.empty()) {
    print("no sink is configured\n");
    all = false;
  }
  return all ? ExitCode::kDone : ExitCode::kUnreadable;
}

ExitCode check_rules(const Options& options, const Settings& settings) {
  const RuleFiles files = collect_rules(settings);
  print(render(files.diagnostics));
  engine::RuleSet set = load_rules(settings, files);
  add_exceptions(files, set);
  print(render(set.diagnostics));
  for (const engine::Rule& rule : set.rules) {
    print(describe_rule(rule, set.fields));
    if (options.explain) print(explain_rule(rule));
  }
  for (const engine::Rule& rule : set.disabled) print(describe_disabled(rule));
  for (const engine::Exception& exception : set.exceptions) print(describe_exception(exception));
  print(fmt::format("{} can run, {} cannot", plural(set.rules.size(), "rule"), set.refused));
  print(set.disabled.empty() ? "\n" : fmt::format(", {} disabled by `disabled_rules`\n", set.disabled.size()));
  if (files.exceptions) {
    print(
        fmt::format("{} can be used, {} cannot\n", plural(set.exceptions.size(), "exception"), set.exceptions_refused));
  }
  // Rules alone may be checked anywhere, as where they are written.
  if (options.rules.empty() && !set.rules.empty()) {
    print(kernel_report(set, read_loaded_rules(), read_kernel_audit()));
  }
  const bool bad = set.rules.empty() || has_error(set.diagnostics) || has_error(files.diagnostics);
  return bad ? ExitCode::kUsage : ExitCode::kDone;
}

}  // namespace

ExitCode run_check(const Options& options) {
  const Settings settings = load_settings(options, required_trust());
  print(render(settings.diagnostics));
  if (settings.is_bad()) print("the config has errors: live would run with the defaults\n");
  ExitCode code = settings.is_bad() ? ExitCode::kUsage : ExitCode::kDone;
  if (options.rules.empty()) {
    if (const auto missing = missing_user(privilege_options(settings.config))) {
      print(fmt::format("warning: live would stay root: {}\n", *missing));
    }
  }
  code = worse(code, check_rules(options, settings));
  if (options.send_test_alert && !settings.is_bad()) code = worse(code, send_test_alert(settings.config));
  return code;
}

}  // namespace audisp_eql::plugin
