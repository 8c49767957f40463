// SPDX-License-Identifier: Apache-2.0
// What live does with bytes, silence, reload and questions: everything but the
// event loop, threads and signals. Runs on one thread and never waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/alert/sink.h"
#include "lib/alert/storm_guard.h"
#include "lib/engine/pipeline.h"
#include "plugin/blind_spots.h"
#include "plugin/disk.h"
#include "plugin/entry_lookups.h"
#include "plugin/kernel_audit.h"
#include "plugin/log.h"
#include "plugin/metrics.h"
#include "plugin/options.h"
#include "plugin/outbox.h"
#include "plugin/privileges.h"
#include "plugin/reader.h"
#include "plugin/settings.h"
#include "plugin/state_keeper.h"
#include "plugin/syslog_channel.h"
#include "plugin/syslog_sink.h"

namespace audisp_eql::plugin {

// The spool as it was found; opened while the program may still do so.
struct OpenSpool {
  std::unique_ptr<Spool> file;  // null: none
  std::size_t unread = 0;
  std::uint64_t last_number = 0;
  std::optional<Diagnostic> problem;
};
[[nodiscard]] OpenSpool open_spool(const SpoolConfig& config);

class Service {
 public:
  // A bad config has become the defaults in `settings`; it is said in the log,
  // now and with each heartbeat. `reader` outlives the service: its counters
  // are part of the state.
  Service(const Options& options, Settings settings, const Reader& reader, OpenSpool spool);

  // Rules, the state of the run before, and what ran before us. Apart from the
  // constructor, so that reading and the first messages need not wait for it.
  // `privileges` is told, and what is wrong there with each heartbeat again; `kernel`
  // is what was read while that was allowed.
  void start(Privileges privileges, const std::optional<KernelAudit>& kernel);

  void feed(std::string_view bytes);
  // The input has been silent for `quiet`.
  void idle(std::chrono::milliseconds quiet);
  // Something would come of more silence.
  [[nodiscard]] bool waits_for_time() const;
  // End of input. What waits for more is saved for the next start; where that
  // cannot be, all results come out, with a note.
  void finish();

  // Has config and rules read again. A bad config or any bad rule: the old ones stay.
  void reload();
  // Takes what the other threads have to say; call when disk().ready_fd() or
  // finder().ready_fd() is readable.
  void take_replies();
  // Sends to syslog what it takes now. When to call again; nullopt: nothing waits.
  std::optional<std::chrono::milliseconds> send();
  // At the end: waits for a slow syslog daemon, then for the disk.
  // False when a thread does not answer.
  [[nodiscard]] bool drain(std::chrono::milliseconds at_most);
  [[nodiscard]] std::uint64_t reloads() const { return reloads_; }
  void heartbeat();
  // Once a minute: says what the record stream lacks, and what was dropped.
  void look_around();
  // Has the counters written for Prometheus, if there is to be such a file.
  void write_metrics();
  // How long until summarise() has something to say; nullopt: nothing was held back.
  [[nodiscard]] std::optional<std::chrono::milliseconds> summary_in() const;
  // What the storm guard held back, to the sinks, when it is due.
  void summarise();
  // How long until deliver() has something to do; nullopt: no alert waits.
  [[nodiscard]] std::optional<std::chrono::milliseconds> delivery_in() const;
  // Alerts that need not wait for their autostart entry any more, to the sinks.
  void deliver() { deliver(lookups_.take_ready(EntryLookups::Clock::now())); }
  // All counters, and what each exception took, to the operator's log.
  void report_state();

  [[nodiscard]] const Config& config() const { return settings_.config; }
  [[nodiscard]] const Disk& disk() const { return disk_; }
  [[nodiscard]] const EntryFinder& finder() const { return finder_; }

 private:
  void open_sinks();
  void handle(RulesLoaded loaded);
  void handle(const FileFailed& failed);
  void handle(const SpoolRefused& refused);
  void handle(SpoolBatch batch) { outbox_.handle(std::move(batch)); }
  void use_rules(const char* when, const RuleFiles& files, engine::RuleSet rules);
  bool usable(const engine::RuleSet& rules, const std::vector<Diagnostic>& unreadable);
  void apply(Config config);
  void emit();
  void deliver(const std::vector<alert::Alert>& alerts);
  void emit_summaries(std::vector<alert::Alert> summaries);
  void write_to_file(const alert::Alert& alert);
  void complain_again();
  [[nodiscard]] std::uint64_t uptime_seconds() const;
  [[nodiscard]] std::uint64_t lost_alerts() const { return syslog_.counters().dropped_alerts + outbox_.lost(); }
  [[nodiscard]] NamedCounters counters() const;

  Options options_;
  Settings settings_;
  Privileges privileges_;
  std::optional<KernelAudit> kernel_;  // when we started
  const Reader& reader_;
  SyslogChannel syslog_;
  Log log_;
  Disk disk_;
  Outbox outbox_;
  std::unique_ptr<SyslogSink> syslog_sink_;
  EntryFinder finder_;
  EntryLookups lookups_{finder_};
  alert::StormGuard storm_;
  engine::Pipeline pipeline_;
  StateKeeper state_;
  std::vector<alert::Alert> alerts_;  // made and not yet given to the sinks
  bool needs_clock_ = false;          // a rule's result may be due without a further event
  bool bad_config_ = false;
  BlindSpots blind_spots_;
  std::uint64_t file_dropped_ = 0;  // alerts that the disk's queue had no room for
  bool reloading_ = false;
  bool reload_again_ = false;     // asked for while reloading
  bool said_spool_full_ = false;  // since the spool was last empty
  std::uint64_t reloads_ = 0, reloads_refused_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace audisp_eql::plugin
