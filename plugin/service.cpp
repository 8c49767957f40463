// SPDX-License-Identifier: Apache-2.0
#include "plugin/service.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "lib/alert/format.h"
#include "plugin/clocks.h"
#include "plugin/host_id.h"
#include "plugin/passwd.h"
#include "plugin/proc_reader.h"

namespace audisp_eql::plugin {
namespace {

// At the end: how long a slow disk may take.
constexpr std::chrono::milliseconds kLastDisk{5000};

// A state line well below every syslog daemon's limit.
constexpr std::size_t kStateLine = 900;

// Detection wins over doubt: nobody will see what would have come.
constexpr char kEarlyNote[] = "given when the plugin stopped, before its time was over";

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

EventTime wall_clock() { return read_clock(CLOCK_REALTIME); }

alert::Instant monotonic_clock() { return std::chrono::steady_clock::now().time_since_epoch(); }

engine::PipelineOptions live_options(const Config& config) {
  engine::PipelineOptions out = pipeline_options(config);
  out.engine.default_host = config.host.empty() ? this_host_id() : config.host;
  out.engine.own_pid = static_cast<std::uint32_t>(::getpid());
  out.engine.own_start = wall_clock();
  // `numeric` and `user` need the config's `host`.
  out.engine.local_nodes = this_host_nodes();
  out.engine.local_nodes.push_back(out.engine.default_host);
  if (auto names = read_passwd("/etc/passwd")) out.engine.user_names = std::move(*names);
  out.engine.named_nodes = out.engine.local_nodes;
  out.engine.proc = [proc = ProcReader::of_this_host()](std::uint32_t pid) { return proc.read(pid); };
  out.engine.unit = [proc = ProcReader::of_this_host()](std::uint32_t pid) { return proc.unit(pid); };
  return out;
}

std::string launched_file(std::uint32_t pid, EventTime seen) {
  return ProcReader::of_this_host().variable(pid, "GIO_LAUNCHED_DESKTOP_FILE", seen).value_or("");
}

bool any_needs_clock(const engine::RuleSet& set) {
  return std::any_of(set.rules.begin(), set.rules.end(), [](const engine::Rule& r) { return r.query->needs_clock(); });
}

}  // namespace

OpenSpool open_spool(const SpoolConfig& config) {
  OpenSpool out;
  if (config.path.empty()) return out;
  auto file = std::make_unique<Spool>(config.path, config.max_bytes);
  if (const int error = file->open(); error != 0) {
    out.problem = os_error("alerts that syslog does not take wait in memory only: no spool at " + config.path, error);
    out.problem->hint = cannot_write(config.path, error).hint;
    out.problem->severity = Severity::kWarning;
    return out;
  }
  out.unread = file->unread();
  out.last_number = file->last_number();
  out.file = std::move(file);
  return out;
}

Service::Service(const Options& options, Settings settings, const Reader& reader, OpenSpool spool)
    : options_(options),
      settings_(std::move(settings)),
      reader_(reader),
      syslog_(settings_.config.syslog),
      log_([this](LogLevel level, std::string_view line) { syslog_.send_message(severity_of(level), line); },
           settings_.config.log_level),
      disk_(options, std::exchange(spool.file, nullptr), settings_.config.disk.queue_bytes),
      outbox_(syslog_, disk_, spool.unread, spool.last_number),
      finder_(options.root.empty() ? "/" : options.root, launched_file),
      storm_(settings_.config.storm),
      pipeline_(live_options(settings_.config)),
      state_(settings_.config.state, log_),
      bad_config_(settings_.is_bad()),
      blind_spots_(std::chrono::minutes(settings_.config.missing_after_minutes), std::chrono::steady_clock::now()) {
  pipeline_.set_format(audit::LineFormat::kStream);
  if (spool.problem) log_.write({*spool.problem});
  if (spool.unread > 0) log_.info(fmt::format("start: {} alerts of an earlier run are in the spool", spool.unread));
  open_sinks();
}

void Service::start(Privileges privileges, const std::optional<KernelAudit>& kernel) {
  privileges_ = std::move(privileges);
  kernel_ = kernel;
  log_.info(fmt::format("audisp-eql {} started; {}", AUDISP_EQL_VERSION, privileges_.summary));
  for (const std::string& warning : privileges_.warnings) log_.warning(warning);
  if (kernel_) {
    for (const std::string& warning : kernel_warnings(*kernel_)) log_.warning(warning);
  }
  log_.write(settings_.diagnostics);
  const RuleFiles files = collect_rules(settings_);
  engine::RuleSet rules = load_rules(settings_, files);
  add_exceptions(files, rules);
  use_rules("start", files, std::move(rules));
  state_.restore(pipeline_);
  pipeline_.engine().load_processes(ProcReader::of_this_host().read_all(), wall_clock());
  complain_again();
}

void Service::open_sinks() {
  const Config& config = settings_.config;
  syslog_.configure(config.syslog);
  syslog_sink_.reset();
  if (config.syslog.enabled) {
    syslog_sink_ = std::make_unique<SyslogSink>(
        config.syslog, [this](SyslogSeverity severity, std::string text) { outbox_.send(severity, std::move(text)); });
  }
  disk_.post(FileOpen{config.file.path});
}

// At a reload one bad rule keeps all old ones: a half-edited directory must
// not take rules away. At the start there is nothing to keep.
bool Service::usable(const engine::RuleSet& rules, const std::vector<Diagnostic>& unreadable) {
  const bool flawless = rules.refused == 0 && !rules.exceptions_unusable && !has_error(unreadable);
  if (pipeline_.engine().rule_count() == 0) return true;
  return flawless && !rules.rules.empty();
}

void Service::use_rules(const char* when, const RuleFiles& files, engine::RuleSet rules) {
  log_.write(files.diagnostics);
  log_.write(rules.diagnostics);
  if (!usable(rules, files.diagnostics)) {
    ++reloads_refused_;
    log_.error(fmt::format("{}: the {} old rules stay, and their exceptions", when, pipeline_.engine().rule_count()));
    return;
  }
  needs_clock_ = any_needs_clock(rules);
  log_.info(fmt::format("{}: {} rules loaded, {} refused, {} disabled", when, rules.rules.size(), rules.refused,
                        rules.disabled.size()));
  if (files.exceptions) {
    log_.info(
        fmt::format("{}: {} exceptions loaded, {} refused", when, rules.exceptions.size(), rules.exceptions_refused));
  }
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
  pipeline_.end_of_input(alerts_);
  emit();
  (void)send();  // before a disk that may be slow; the caller drains the rest
  if (!state_.save(pipeline_)) {
    pipeline_.finish(alerts_);
    for (alert::Alert& alert : alerts_) alert.notes.emplace_back(kEarlyNote);
    emit();
  }
  if (lookups_.due_at()) (void)finder_.drain(EntryLookups::kPatience);
  take_replies();
  deliver(lookups_.take_all());
  emit_summaries(storm_.take_all());
  if (settings_.config.heartbeat.ms > 0) heartbeat();
  log_.info("stopped: " + fmt::format("{} alerts in all", pipeline_.stats().engine.alerts));
  write_metrics();
}

void Service::emit() {
  const auto now = EntryLookups::Clock::now();
  for (alert::Alert& alert : alerts_) {
    alert.created = wall_clock();
    // Another host's entries and processes are not here; what has the same pid or name would be taken for them.
    if (!settings_.config.desktop_entries || !pipeline_.engine().is_local(alert.node)) alert.launches.clear();
    lookups_.add(std::move(alert), now);
  }
  alerts_.clear();
  deliver();
}

void Service::deliver(const std::vector<alert::Alert>& alerts) {
  const alert::Instant now = monotonic_clock();
  for (const alert::Alert& alert : alerts) {
    if (syslog_sink_ && storm_.judge(alert, now) == alert::Verdict::kPass) syslog_sink_->emit(alert);
    write_to_file(alert);
  }
}

std::optional<std::chrono::milliseconds> Service::delivery_in() const {
  const auto due = lookups_.due_at();
  if (!due) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - EntryLookups::Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

void Service::emit_summaries(std::vector<alert::Alert> summaries) {
  for (alert::Alert& summary : summaries) {
    summary.created = wall_clock();
    if (syslog_sink_) syslog_sink_->emit(summary);
    write_to_file(summary);
  }
}

void Service::write_to_file(const alert::Alert& alert) {
  const FileConfig& file = settings_.config.file;
  if (file.path.empty() || disk_.post(FileLine{alert::format_json(alert, file.max_line_bytes)})) return;
  if (file_dropped_++ == 0) log_.error("the disk is too slow: alerts are missing from " + file.path);
}

std::optional<std::chrono::milliseconds> Service::summary_in() const {
  const auto due = storm_.due_at();
  if (!due) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - monotonic_clock());
  return std::max(left, std::chrono::milliseconds(0));
}

void Service::summarise() { emit_summaries(storm_.take_due(monotonic_clock())); }

void Service::apply(Config config) {
  Config limits = config;  // what is fixed while the program runs
  limits.rules = settings_.config.rules;
  limits.disabled_rules = settings_.config.disabled_rules;
  limits.exceptions = settings_.config.exceptions;
  limits.heartbeat = settings_.config.heartbeat;
  limits.log_level = settings_.config.log_level;
  limits.metrics = settings_.config.metrics;
  limits.syslog = settings_.config.syslog;
  limits.file = settings_.config.file;
  limits.storm = settings_.config.storm;
  limits.input.idle = settings_.config.input.idle;
  limits.desktop_entries = settings_.config.desktop_entries;
  if (dump_config(limits) != dump_config(settings_.config)) {
    log_.warning("reload: changed host, user or limits count from the next start");
  }
  settings_.config = std::move(config);
  log_.set_level(settings_.config.log_level);
  storm_.configure(settings_.config.storm);
}

// The disk thread reads and compiles; any number of requests meanwhile are one.
void Service::reload() {
  reload_again_ = reloading_;
  reloading_ = true;
  if (!reload_again_) disk_.post(RulesLoad{settings_.rule_trust});
}

void Service::handle(RulesLoaded loaded) {
  ++reloads_;
  Settings& fresh = loaded.settings;
  log_.write(fresh.diagnostics);
  bad_config_ = fresh.is_bad();
  if (bad_config_) {
    log_.error("reload: the old config stays");
  } else {
    apply(std::move(fresh.config));
    settings_.rule_paths = std::move(fresh.rule_paths);
  }
  open_sinks();
  // The rules beside a bad config are those of the default places, not ours.
  if (bad_config_ && pipeline_.engine().rule_count() > 0) {
    ++reloads_refused_;
  } else {
    use_rules("reload", loaded.files, std::move(loaded.rules));
  }
  reloading_ = false;
  if (std::exchange(reload_again_, false)) reload();
}

void Service::handle(const FileFailed& failed) { log_.write({cannot_write(failed.path, failed.error)}); }

void Service::handle(const SpoolRefused& refused) {
  outbox_.handle(refused);
  if (std::exchange(said_spool_full_, true)) return;
  log_.write({os_error("the spool takes no more; new alerts wait in memory or are lost: " + settings_.config.spool.path,
                       refused.error)});
}

void Service::take_replies() {
  for (DiskReply& reply : disk_.take()) {
    std::visit([this](auto& each) { handle(std::move(each)); }, reply);
  }
  for (EntryFound& found : finder_.take()) lookups_.handle(std::move(found));
  deliver();
}

std::optional<std::chrono::milliseconds> Service::send() {
  const auto again = syslog_.pump();
  for (const std::string& text : syslog_.take_too_long()) {
    log_.error("the syslog daemon refuses an alert for its size, max_message_bytes is too large for it: " + text);
  }
  outbox_.settle();
  if (!again && outbox_.spool_only() == 0) said_spool_full_ = false;
  return again;
}

bool Service::drain(std::chrono::milliseconds at_most) {
  syslog_.drain(at_most);
  outbox_.settle();
  bool done = disk_.drain(kLastDisk);
  take_replies();
  if (const std::size_t gone = outbox_.give_up(); gone > 0) {
    // Syslog does not listen; auditd's standard error may be a journal.
    fmt::print(stderr, "audisp-eql: {} alerts are lost: neither syslog nor the spool took them\n", gone);
    write_metrics();
    done = done && disk_.drain(kLastDisk);
  }
  return done && finder_.drain(std::chrono::milliseconds(0));
}

void Service::complain_again() {
  for (const std::string& problem : privileges_.problems) log_.critical(problem);
  if (bad_config_) log_.critical("the config has errors and is not used; `audisp-eql check` shows them");
  if (pipeline_.engine().rule_count() == 0) {
    log_.critical("no usable rule: nothing can be detected; `audisp-eql check` shows why");
  }
}

std::uint64_t Service::uptime_seconds() const {
  const auto up = std::chrono::steady_clock::now() - started_;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count());
}

void Service::heartbeat() {
  const engine::Stats stats = pipeline_.stats();
  log_.info(fmt::format(
      "alive: {} s, {} rules, {} lines, {} events, {} alerts; dropped: {} lines, {} alerts; file errors: {}",
      uptime_seconds(), pipeline_.engine().rule_count(), stats.grouper.lines, stats.engine.events, stats.engine.alerts,
      reader_.counters().dropped_lines, lost_alerts(), disk_.counters().file_errors + file_dropped_));
  complain_again();
}

void Service::look_around() {
  const audit::SelectionRequest wanted = pipeline_.engine().selection();
  const Needs connects = wanted.sockets ? Needs::kSocketsToo : Needs::kExecsAndConnects;
  for (const std::string& line :
       blind_spots_.look(pipeline_.stats(), reader_.counters().dropped_lines, wanted.connect ? connects : Needs::kExecs,
                         std::chrono::steady_clock::now())) {
    log_.warning(line);
  }
}

void Service::write_metrics() {
  const std::string& path = settings_.config.metrics.path;
  if (path.empty()) return;
  disk_.post(FileReplace{
      path, metrics_text(counters(), pipeline_.stats().engine.alerts_by_rule, pipeline_.engine().exception_hits())});
}

NamedCounters Service::counters() const {
  const ReaderCounters reader = reader_.counters();
  const ChannelCounters& channel = syslog_.counters();
  const DiskCounters disk = disk_.counters();
  const alert::StormCounters storm = storm_.counters();
  auto all = pipeline_.stats().values();
  all.insert(all.begin(), {{"uptime_seconds", uptime_seconds()},
                           {"rules", pipeline_.engine().rule_count()},
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
                           {"alerts_lost", lost_alerts()},
                           {"spool_waiting", outbox_.spool_only()},
                           {"spool_written", disk.spool.written},
                           {"spool_refused", disk.spool.refused},
                           {"spool_torn_bytes", disk.spool.torn_bytes},
                           {"disk_requests_refused", disk.refused_requests},
                           {"file_alerts_written", disk.file_written},
                           {"file_errors", disk.file_errors},
                           {"file_alerts_dropped", file_dropped_},
                           {"entries_found", lookups_.counters().found},
                           {"entries_not_found", lookups_.counters().not_found},
                           {"entries_not_asked", lookups_.counters().not_asked},
                           {"entries_too_late", lookups_.counters().too_late},
                           {"alerts_suppressed", storm.suppressed},
                           {"storm_summaries", storm.summaries},
                           {"storm_buckets", storm_.buckets()},
                           {"storm_buckets_evicted", storm.evicted},
                           {"reloads", reloads_},
                           {"reloads_refused", reloads_refused_},
                           {"privilege_problems", privileges_.problems.size()}});
  for (auto& counter : state_.counters()) all.push_back(std::move(counter));
  if (kernel_) all.emplace_back("kernel_lost_at_start", kernel_->lost);
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
  for (const engine::ExceptionHits& e : pipeline_.engine().exception_hits()) {
    log_.info(
        fmt::format("state: exception {}:{} took {} alerts of {}: {}", e.file, e.line, e.hits, e.rule_id, e.reason));
  }
}

}  // namespace audisp_eql::plugin
