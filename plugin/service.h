// SPDX-License-Identifier: Apache-2.0
// What live does with bytes, silence, reload and questions: everything but the
// event loop, threads and signals. Runs on one thread and never waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/alert/sink.h"
#include "lib/engine/pipeline.h"
#include "plugin/file_sink.h"
#include "plugin/log.h"
#include "plugin/options.h"
#include "plugin/privileges.h"
#include "plugin/reader.h"
#include "plugin/settings.h"
#include "plugin/syslog_channel.h"
#include "plugin/syslog_sink.h"

namespace audisp_eql::plugin {

class Service {
 public:
  // A bad config has become the defaults in `settings`; it is said in the log,
  // now and with each heartbeat. `reader` outlives the service: its counters
  // are part of the state.
  Service(const Options& options, Settings settings, const Reader& reader);

  // Rules and what ran before us. Apart from the constructor, so that reading
  // and the first messages need not wait for it. `privileges` is told, and what
  // is wrong there with each heartbeat again.
  void start(Privileges privileges);

  void feed(std::string_view bytes);
  // The input has been silent for `quiet`.
  void idle(std::chrono::milliseconds quiet);
  // Something would come of more silence.
  [[nodiscard]] bool waits_for_time() const;
  // End of input: all results come out.
  void finish();

  // Reads config and rules again. A bad config or any bad rule: the old ones stay.
  void reload();
  void heartbeat();
  // All counters, to the operator's log.
  void report_state();

  [[nodiscard]] const Config& config() const { return settings_.config; }
  [[nodiscard]] SyslogChannel& syslog() { return syslog_; }
  [[nodiscard]] Log& log() { return log_; }

 private:
  void open_sinks();
  void load_rules(const char* when);
  bool usable(const engine::RuleSet& rules, const std::vector<Diagnostic>& unreadable);
  void apply(Config config);
  void emit();
  void complain_again();
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters();

  Options options_;
  Settings settings_;
  Privileges privileges_;
  const Reader& reader_;
  SyslogChannel syslog_;
  Log log_;
  std::unique_ptr<SyslogSink> syslog_sink_;
  std::unique_ptr<FileSink> file_sink_;
  engine::Pipeline pipeline_;
  std::vector<alert::Alert> alerts_;  // made and not yet given to the sinks
  bool needs_clock_ = false;          // a rule's result may be due without a further event
  bool bad_config_ = false;
  std::uint64_t file_errors_ = 0;  // of the file sink, as last seen
  std::uint64_t reloads_ = 0, reloads_refused_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace audisp_eql::plugin
