// SPDX-License-Identifier: Apache-2.0
#include "plugin/scan.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/autostart.h"
#include "plugin/entry_lookups.h"
#include "plugin/exported.h"
#include "plugin/host_id.h"
#include "plugin/host_scan.h"
#include "plugin/inputs.h"
#include "plugin/kafka_input.h"
#include "plugin/partition_scan.h"
#include "plugin/passwd.h"
#include "plugin/plural.h"
#include "plugin/progress.h"
#include "plugin/report_file.h"
#include "plugin/seen_alerts.h"
#include "plugin/settings.h"
#include "plugin/stop_signal.h"
#include "plugin/stream_sink.h"
#include "plugin/summary.h"
#include "plugin/time_range.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

// Of Kafka messages, where the rules ask for more or say nothing.
constexpr EventTime kMostLookback = seconds(3600);

void say(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

TimeZone zone_of(const Options& options) { return options.utc ? TimeZone::kUtc : TimeZone::kLocal; }

StreamFormat stream_format(const Options& options) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (options.format == ScanFormat::kJson) return StreamFormat::kJson;
  if (options.format == ScanFormat::kCsv) return StreamFormat::kCsv;
  if (options.format == ScanFormat::kCef) return StreamFormat::kCef;
  if (options.format == ScanFormat::kAuto && !terminal) return StreamFormat::kJson;
  return terminal && std::getenv("NO_COLOR") == nullptr ? StreamFormat::kColouredText : StreamFormat::kText;
}

std::string kafka_summary(const PartitionCounters& read, const KafkaCounters& kafka) {
  std::string out =
      fmt::format("kafka: {}, {} taken\n", plural(read.messages, "message"), plural(kafka.partitions, "partition"));
  if (read.malformed > 0) {
    out += fmt::format("note: {} left out: no audit record in it, or a key that is no host's name\n",
                       plural(read.malformed, "message"));
  }
  if (read.foreign_lines > 0) {
    out +=
        fmt::format("note: {} with a node= that is not the key of the message\n", plural(read.foreign_lines, "line"));
  }
  if (read.read_again > 0) {
    out += fmt::format("note: {} read again after a takeover, for what was in progress; {} of them not given again\n",
                       plural(read.read_again, "message"), plural(read.alerts_again, "alert"));
  }
  if (read.let_go > 0) {
    out += fmt::format("note: {} within the lookback could not be kept for a takeover: too many\n",
                       plural(read.let_go, "message"));
  }
  if (kafka.commits_failed > 0) {
    out += fmt::format("note: {} failed: alerts may be given again by another instance\n",
                       plural(kafka.commits_failed, "commit"));
  }
  if (kafka.errors > 0) out += fmt::format("note: {} of Kafka's while reading\n", plural(kafka.errors, "error"));
  return out;
}

class Scan {
 public:
  Scan(const Options& options, Settings settings, const TimeRange& range)
      : options_(options),
        settings_(std::move(settings)),
        range_(range),
        zone_(zone_of(options)),
        sink_(STDOUT_FILENO, stream_format(options), zone_) {
    if (!options.root.empty()) entries_.emplace(options.root);
    summary_.set_range(range);
    if (options.report.empty()) return;
    report_.emplace(options.report, options.files, zone_);
    ::signal(SIGPIPE, SIG_IGN);  // the page is made even when nobody reads standard output
  }

  ExitCode run() {
    collect();
    if (!rules_are_usable()) return ExitCode::kUsage;
    if (!report_is_writable()) return ExitCode::kUnreadable;
    read_user_names();
    if (options_.input == InputKind::kNdjson) return run_exported();
    if (options_.input == InputKind::kKafka) return run_kafka();
    control_.stop_fd = stop_.emplace().fd();
    sink_.set_stop(control_.stop_fd);
    InputSet set = open_inputs(options_.files, settings_.config.host, &control_);
    say(render(set.diagnostics));
    failed_ +=
        static_cast<std::size_t>(std::count_if(set.diagnostics.begin(), set.diagnostics.end(),
                                               [](const Diagnostic& d) { return d.severity == Severity::kError; }));
    say_hosts(set.folder_hosts);
    const std::size_t inputs = set.inputs.size();
    reached_.total = set.bytes;
    if (inputs > 1) seen_.emplace();
    read(std::move(set.inputs));
    summary_.set_inputs(inputs, failed_);
    summary_.set_repeated(control_.repeated);
    end_reading();
    return finish(summary_.text(zone_));
  }

 private:
  void collect() {
    files_ = collect_rules(settings_);
    for (const std::string& text : options_.queries) queries_.push_back({"--query", text});
    for (const std::string& file : options_.query_files) {
      auto source = read_file(file, Trust::kUser);
      if (source) {
        queries_.push_back(std::move(source.value().source));
      } else {
        const auto& why = source.error().diagnostics;
        files_.diagnostics.insert(files_.diagnostics.end(), why.begin(), why.end());
      }
    }
    say(render(files_.diagnostics));
  }

  // What rules_are_usable() looked at, for the first who takes it.
  [[nodiscard]] engine::RuleSet take_rules() {
    if (!rules_) return make_rules();
    engine::RuleSet rules = std::move(*rules_);
    rules_.reset();
    return rules;
  }

  [[nodiscard]] engine::RuleSet make_rules() const {
    event::FieldTable fields;
    if (options_.input == InputKind::kNdjson) ndjson::declare_fields(options_.field_names, fields);
    engine::RuleSet rules = load_rules(settings_, files_, std::move(fields));
    engine::add_queries(queries_, rules);
    add_exceptions(files_, rules);
    return rules;
  }

  // Without names alerts still have ids; a file that was asked for is missed.
  void read_user_names() {
    if (auto names = read_passwd(options_.passwd.value_or(options_.root + "/etc/passwd"))) {
      user_names_ = std::move(*names);
    } else if (names_are_asked_for()) {
      say(render(names.error().diagnostics));
      ++failed_;
    }
  }

  [[nodiscard]] bool names_are_asked_for() const { return options_.passwd || !options_.root.empty(); }

  bool rules_are_usable() {
    engine::RuleSet& rules = rules_.emplace(make_rules());
    // Warnings are about audit events, and these are others.
    if (options_.input == InputKind::kNdjson) {
      std::erase_if(rules.diagnostics, [](const Diagnostic& d) { return d.severity != Severity::kError; });
    }
    say(render(rules.diagnostics));
    bad_rules_ = has_error(rules.diagnostics) || has_error(files_.diagnostics);
    summary_.set_rules(rules.rules.size(), rules.refused, rules.disabled.size());
    if (options_.input != InputKind::kNdjson) say_live_only(rules);
    if (rules.rules.empty() && queries_.empty()) say("audisp-eql: no usable rule; give some with --rules FILE|DIR\n");
    return !rules.rules.empty();
  }

  bool report_is_writable() {
    const auto failure = report_ ? report_->open() : std::nullopt;
    if (failure) say(render(*failure));
    return !failure;
  }

  // They are no error: the same folder of rules serves the plugin.
  static void say_live_only(const engine::RuleSet& rules) {
    for (const engine::Rule& rule : rules.rules) {
      const auto& fields = rule.query->fields;
      if (std::none_of(fields.begin(), fields.end(), event::is_live_only)) continue;
      say(fmt::format("note: {}: needs what no log has (systemd units): it may find nothing here\n",
                      escape_printable(rule.info.name)));
    }
  }

  static void say_hosts(const std::vector<std::string>& folders) {
    if (folders.empty()) return;
    say(fmt::format("note: hosts are named after folders: {} (--host NAME: they are one)\n",
                    escape_printable(fmt::format("{}", fmt::join(folders, ", ")))));
  }

  // Hosts know nothing of each other, so each default host has a pipeline of
  // its own; node= names are kept apart inside one.
  void read(std::vector<Input> inputs) {
    std::map<std::string, std::vector<Input>> by_host;
    for (Input& input : inputs) by_host[input.default_host].push_back(std::move(input));
    for (auto& [host, group] : by_host) read_host(host, group);
  }

  void read_host(const std::string& host, std::vector<Input>& inputs) {
    engine::PipelineOptions options = pipeline_options(settings_.config);
    if (!host.empty()) options.engine.default_host = host;
    options.engine.user_names = user_names_;
    // This machine's names say nothing of other hosts' users.
    if (!names_are_asked_for()) options.engine.named_nodes = this_host_nodes();
    HostScan scan(std::move(options), take_rules(), options_.jobs);
    const std::vector<Diagnostic> failures = scan.run(inputs, [this](std::vector<alert::Alert>& alerts) {
      emit(alerts);
      show_progress();
    });
    if (!failures.empty()) progress_.clear();
    say(render(failures));
    failed_ += failures.size();
    summary_.add(scan.stats());
    if (scan.wants_sockets()) summary_.expect_sockets();
    summary_.add_exceptions(scan.exception_hits());
  }

  // Hosts of many machines: none has this one's users.
  [[nodiscard]] engine::PipelineOptions kafka_options() const {
    engine::PipelineOptions options = pipeline_options(settings_.config);
    const std::string& host = settings_.config.host;
    if (!host.empty()) options.engine.default_host = host;
    if (names_are_asked_for()) options.engine.user_names = user_names_;
    return options;
  }

  ExitCode run_kafka() {
    auto url = parse_kafka_url(options_.kafka);
    if (!url) {
      say(render(url.error().diagnostics));
      return ExitCode::kUsage;
    }
    if (!options_.files.empty() || !options_.root.empty()) {
      say("audisp-eql: files and --root do not go with --input kafka://\n");
      return ExitCode::kUsage;
    }
    const WindowLimits window = kafka_window(*url);
    seen_.emplace();
    control_.stop_fd = stop_.emplace().fd();
    KafkaInput input(std::move(*url), settings_.config.input.idle, control_, kafka_owner(window));
    if (const auto wrong = input.open(); !wrong.empty()) {
      say(render(wrong));
      return ExitCode::kUsage;
    }
    const std::vector<Diagnostic> failures = input.run();
    end_reading();
    say(render(failures));
    failed_ += failures.size();
    summary_.set_inputs(1, failed_);
    return finish(summary_.text(zone_) + kafka_summary(kafka_counters_, input.counters()));
  }

  [[nodiscard]] WindowLimits kafka_window(const KafkaUrl& url) const {
    WindowLimits window;
    window.max_hosts = settings_.config.max_hosts;
    const auto needed = needed_lookback(*rules_, kafka_options());
    window.lookback = url.lookback.value_or(std::min(needed.value_or(kMostLookback), kMostLookback));
    if (!needed || window.lookback < *needed) {
      say(fmt::format(
          "note: a rule's sequences can take longer than the lookback of {} s: those in progress may be lost "
          "when another instance takes over (lookback=SECONDS)\n",
          window.lookback.ms / 1000));
    }
    return window;
  }

  [[nodiscard]] KafkaOwner kafka_owner(const WindowLimits& window) {
    return {.make =
                [this, window](ResumePoint from) {
                  return std::make_unique<PartitionScan>(kafka_options(), take_rules(), window, from);
                },
            .give =
                [this](std::vector<alert::Alert>& alerts) {
                  emit(alerts);
                  show_progress();
                  return sink_.error() == 0;
                },
            .end =
                [this](const PartitionScan& scan) {
                  kafka_counters_ += scan.counters();
                  summary_.add(scan.pipeline().stats());
                  summary_.add_exceptions(scan.pipeline().engine().exception_hits());
                  if (scan.pipeline().engine().selection().sockets) summary_.expect_sockets();
                },
            .warn = [](const Diagnostic& warning) { say(render(warning)); }};
  }

  ExitCode run_exported() {
    engine::EngineOptions options = pipeline_options(settings_.config).engine;
    options.sequence.sample_mode = sequence::SampleMode::kAtFinish;
    engine::Engine engine(std::move(options));
    engine.set_rules(take_rules());
    ndjson::SortedLog log(ndjson::Reader(engine.fields(), options_.field_names));
    const ExportedInputs inputs = read_exported(options_.files, log);
    say(render(inputs.diagnostics));
    failed_ += std::max<std::size_t>(options_.files.size(), 1) - inputs.read;
    if (log.counters().lines > 0 && log.counters().events == 0) ++failed_;
    std::vector<alert::Alert> alerts;
    log.replay(ndjson::ReplayOrder::kEvent, [&](const event::Event& event) {
      engine.handle(event, alerts);
      emit(alerts);
    });
    engine.finish(alerts);
    emit(alerts);
    sink_.flush();
    summary_.add_exceptions(engine.exception_hits());
    return finish(exported_summary(log.counters(), inputs.read, summary_.alerts(), engine.rule_count()) +
                  summary_.excepted() + summary_.left_out(zone_));
  }

  void emit(std::vector<alert::Alert>& alerts) {
    if (!alerts.empty()) progress_.clear();
    for (alert::Alert& alert : alerts) {
      if (!is_wanted(alert)) continue;
      const auto query = entries_ ? entry_query(alert) : std::nullopt;
      if (query) alert.desktop_entry = entries_->find(*query);
      summary_.add_alert(alert);
      sink_.emit(alert);
      if (report_) report_->add(alert);
    }
    if (!alerts.empty()) sink_.flush();
    alerts.clear();
  }

  bool is_wanted(const alert::Alert& alert) {
    if (!range_.has(alert.time)) {
      summary_.add_outside();
      return false;
    }
    if (seen_ && !seen_->insert(alert)) {
      summary_.add_repeated();
      return false;
    }
    return true;
  }

  void show_progress() {
    reached_.bytes = control_.bytes;
    reached_.alerts = summary_.alerts();
    reached_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
    progress_.update(reached_);
  }

  void end_reading() {
    progress_.clear();
    sink_.flush();
    sink_.set_stop(-1);
    interrupted_ = control_.is_stopped();
    stop_->end();  // from here on a second Ctrl-C ends it at once
    if (interrupted_) summary_.set_interrupted();
  }

  ExitCode finish(const std::string& summary) {
    say(summary);
    const auto failure = report_ ? report_->finish(summary) : std::nullopt;
    if (failure) say(render(*failure));
    failed_ += failure ? 1 : 0;
    return exit_code();
  }

  [[nodiscard]] ExitCode exit_code() const {
    ExitCode code = ExitCode::kDone;
    if (options_.fail_on_alert && summary_.alerts() > 0) code = worse(code, ExitCode::kFailed);
    if (failed_ > 0) code = worse(code, ExitCode::kUnreadable);
    if (sink_.error() != 0) {
      say(render(os_error("cannot write standard output", sink_.error())));
      code = worse(code, ExitCode::kUnreadable);
    }
    if (bad_rules_ && !options_.keep_going) code = worse(code, ExitCode::kUsage);
    if (interrupted_) code = worse(code, ExitCode::kInterrupted);
    return code;
  }

  const Options& options_;
  Settings settings_;
  TimeRange range_;
  TimeZone zone_;
  StreamSink sink_;
  RuleFiles files_;
  std::optional<engine::RuleSet> rules_;
  std::vector<Source> queries_;
  UserNames user_names_;
  std::optional<AutostartEntries> entries_;  // of --root
  std::optional<ReportFile> report_;         // of --report
  Summary summary_;
  std::optional<StopSignal> stop_;  // while audit logs are read
  ReadControl control_;
  Progress progress_{shows_progress(STDERR_FILENO) ? STDERR_FILENO : -1};
  Reached reached_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::optional<SeenAlerts> seen_;  // where the same may come twice
  PartitionCounters kafka_counters_;
  std::size_t failed_ = 0;
  bool bad_rules_ = false, interrupted_ = false;
};

}  // namespace

ExitCode run_scan(const Options& options) {
  Settings settings = load_settings(options, required_trust());
  say(render(settings.diagnostics));
  const auto range = parse_range(options.since, options.until, time_frame(zone_of(options)));
  if (!range) say(render(range.error().diagnostics));
  if (settings.is_bad() || !range) return ExitCode::kUsage;
  return Scan(options, std::move(settings), *range).run();
}

}  // namespace audisp_eql::plugin
