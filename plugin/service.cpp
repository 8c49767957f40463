// SPDX-License-Identifier: Apache-2.0
#include "plugin/service.h"

#include <unistd.h>

#include <climits>

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "plugin/host_id.h"
#include "plugin/passwd.h"
#include "plugin/proc_reader.h"

namespace audisp_eql::plugin {
namespace {

// A state line well below every syslog daemon's limit.
constexpr std::size_t kStateLine = 900;

SyslogSeverity severity_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return SyslogSeverity::kDebug;
    case LogLevel::kInfo: return SyslogSeverity::kInfo;
    case LogLevel::kWarning: return SyslogSeverity::kWarning;
    case LogLevel::kError: return SyslogSeverity::kError;
    case LogLevel::kCritical: return SyslogSeverity::kCritical;
  }
  return SyslogSeverity::kInfo;
}

EventTime wall_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return milliseconds(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
}

std::string host_of(const Options& options, const Config& config) {
  if (!options.host.empty()) return options.host;
  return config.host.empty() ? this_host_id() : config.host;
}

// What auditd's name_format may call this host; `numeric` and `user` need the
// config's `host`.
std::vector<std::string> local_nodes(const std::string& host) {
  std::vector<std::string> names = {host};
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0') {
    names.emplace_back(name.data());
    names.push_back(names.back().substr(0, names.back().find('.')));
  }
  return names;
}

engine::PipelineOptions live_options(const Options& options, const Config& config) {
  engine::PipelineOptions out = pipeline_options(config);
  out.engine.default_host = host_of(options, config);
  out.engine.own_pid = static_cast<std::uint32_t>(::getpid());
  out.engine.local_nodes = local_nodes(out.engine.default_host);
  if (auto names = read_passwd("/etc/passwd")) out.engine.user_names = std::move(*names);
  out.engine.proc = [proc = ProcReader::of_this_host()](std::uint32_t pid) { return proc.read(pid); };
  return out;
}

bool any_needs_clock(const engine::RuleSet& set) {
  return std::any_of(set.rules.begin(), set.rules.end(), [](const engine::Rule& r) { return r.query->needs_clock(); });
}

}  // namespace

Service::Service(const Options& options, Settings settings, const Reader& reader)
    : options_(options),
      settings_(std::move(settings)),
      reader_(reader),
      syslog_(settings_.config.syslog),
      log_([this](LogLevel level, std::string_view line) { syslog_.send_message(severity_of(level), line); },
           settings_.config.log_level),
      pipeline_(live_options(options, settings_.config)),
      bad_config_(settings_.is_bad()) {
  pipeline_.set_format(audit::LineFormat::kStream);
  open_sinks();
}

void Service::start(Privileges privileges) {
  privileges_ = std::move(privileges);
  log_.info(fmt::format("audisp-eql {} started; {}", AUDISP_EQL_VERSION, privileges_.summary));
  for (const std::string& warning : privileges_.warnings) log_.warning(warning);
  log_.write(settings_.diagnostics);
  load_rules("start");
  pipeline_.engine().load_processes(ProcReader::of_this_host().read_all());
  complain_again();
}

void Service::open_sinks() {
  const Config& config = settings_.config;
  syslog_.configure(config.syslog);
  syslog_sink_ = config.syslog.enabled ? std::make_unique<SyslogSink>(config.syslog, syslog_) : nullptr;
  if (file_sink_ && file_sink_->path() == config.file.path) {
    file_sink_->reopen();
  } else {
    file_sink_ = config.file.path.empty() ? nullptr : std::make_unique<FileSink>(config.file.path);
  }
  if (file_sink_ && file_sink_->last_error() != 0) {
    log_.write({cannot_write(config.file.path, file_sink_->last_error())});
  }
  file_errors_ = file_sink_ ? file_sink_->errors() : 0;
}

// At a reload one bad rule keeps all old ones: a half-edited directory must
// not take rules away. At the start there is nothing to keep.
bool Service::usable(const engine::RuleSet& rules, const std::vector<Diagnostic>& unreadable) {
  const bool flawless = rules.refused == 0 && !has_error(unreadable);
  if (pipeline_.engine().rule_count() == 0) return true;
  return flawless && !rules.rules.empty();
}

void Service::load_rules(const char* when) {
  RuleFiles files = collect_rules(settings_);
  log_.write(files.diagnostics);
  engine::RuleSet rules = engine::load_rules(files.sources);
  log_.write(rules.diagnostics);
  if (!usable(rules, files.diagnostics)) {
    ++reloads_refused_;
    log_.error(fmt::format("{}: the {} old rules stay", when, pipeline_.engine().rule_count()));
    return;
  }
  needs_clock_ = any_needs_clock(rules);
  log_.info(fmt::format("{}: {} rules loaded, {} refused", when, rules.rules.size(), rules.refused));
  pipeline_.set_rules(std::move(rules));
}

void Service::feed(std::string_view bytes) {
  pipeline_.feed(bytes, alerts_);
  emit();
}

void Service::idle(std::chrono::milliseconds quiet) {
  pipeline_.idle(alerts_);
  // Log time goes on although nobody writes to the log.
  if (const auto last = pipeline_.stats().last_time; needs_clock_ && last) {
    pipeline_.engine().advance(*last + milliseconds(quiet.count()), alerts_);
  }
  emit();
}

bool Service::waits_for_time() const {
  const engine::Stats stats = pipeline_.stats();
  return stats.open_events > 0 || (needs_clock_ && stats.partials > 0);
}

void Service::finish() {
  pipeline_.finish(alerts_);
  emit();
  log_.info("stopped: " + fmt::format("{} alerts in all", pipeline_.stats().engine.alerts));
}

void Service::emit() {
  for (alert::Alert& alert : alerts_) {
    alert.created = wall_clock();
    if (syslog_sink_) syslog_sink_->emit(alert);
    if (file_sink_) file_sink_->emit(alert);
  }
  if (file_sink_ && file_sink_->errors() > 0 && file_errors_ == 0) {
    log_.write({cannot_write(settings_.config.file.path, file_sink_->last_error())});
  }
  file_errors_ = file_sink_ ? file_sink_->errors() : 0;
  alerts_.clear();
}

void Service::apply(Config config) {
  Config limits = config;  // what is fixed while the program runs
  limits.rules = settings_.config.rules;
  limits.heartbeat = settings_.config.heartbeat;
  limits.log_level = settings_.config.log_level;
  limits.syslog = settings_.config.syslog;
  limits.file = settings_.config.file;
  limits.input.idle = settings_.config.input.idle;
  if (dump_config(limits) != dump_config(settings_.config)) {
    log_.warning("reload: changed host, user or limits count from the next start");
  }
  settings_.config = std::move(config);
  log_.set_level(settings_.config.log_level);
}

void Service::reload() {
  ++reloads_;
  Settings fresh = load_settings(options_, settings_.rule_trust);
  log_.write(fresh.diagnostics);
  bad_config_ = fresh.is_bad();
  if (bad_config_) {
    log_.error("reload: the old config stays");
  } else {
    apply(std::move(fresh.config));
    settings_.rule_paths = std::move(fresh.rule_paths);
  }
  open_sinks();
  load_rules("reload");
}

void Service::complain_again() {
  for (const std::string& problem : privileges_.problems) log_.critical(problem);
  if (bad_config_) log_.critical("the config has errors and is not used; `audisp-eql check` shows them");
  if (pipeline_.engine().rule_count() == 0) {
    log_.critical("no usable rule: nothing can be detected; `audisp-eql check` shows why");
  }
}

void Service::heartbeat() {
  const engine::Stats stats = pipeline_.stats();
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  log_.info(fmt::format(
      "alive: {} s, {} rules, {} lines, {} events, {} alerts; dropped: {} lines, {} alerts; file errors: {}",
      up.count(), pipeline_.engine().rule_count(), stats.grouper.lines, stats.engine.events, stats.engine.alerts,
      reader_.counters().dropped_lines, syslog_.counters().dropped_alerts, file_errors_));
  complain_again();
}

std::vector<std::pair<std::string, std::uint64_t>> Service::counters() {
  const ReaderCounters reader = reader_.counters();
  const ChannelCounters& channel = syslog_.counters();
  auto all = pipeline_.stats().values();
  all.insert(all.begin(), {{"rules", pipeline_.engine().rule_count()},
                           {"bytes_read", reader.bytes},
                           {"lines_dropped", reader.dropped_lines},
                           {"bytes_dropped", reader.dropped_bytes},
                           {"lines_overlong_read", reader.overlong_lines},
                           {"queue_bytes", reader_.queued_bytes()},
                           {"syslog_alerts_sent", channel.sent_alerts},
                           {"syslog_alerts_dropped", channel.dropped_alerts},
                           {"syslog_messages_sent", channel.sent_messages},
                           {"syslog_messages_dropped", channel.dropped_messages},
                           {"syslog_connects", channel.connects},
                           {"syslog_waiting", syslog_.waiting()},
                           {"file_alerts_written", file_sink_ ? file_sink_->written() : 0},
                           {"file_errors", file_sink_ ? file_sink_->errors() : 0},
                           {"reloads", reloads_},
                           {"reloads_refused", reloads_refused_},
                           {"privilege_problems", privileges_.problems.size()}});
  return all;
}

void Service::report_state() {
  std::string line;
  for (const auto& [name, value] : counters()) {
    const std::string pair = fmt::format(" {}={}", name, value);
    if (line.size() + pair.size() > kStateLine) {
      log_.info("state:" + line);
      line.clear();
    }
    line += pair;
  }
  log_.info("state:" + line);
}

}  // namespace audisp_eql::plugin
