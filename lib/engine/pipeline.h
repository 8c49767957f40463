// SPDX-License-Identifier: Apache-2.0
// Bytes to alerts in one thread: both stages and the engine. What live and the
// tests call; scan has the same three parts and moves what goes between them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/engine/engine.h"
#include "lib/engine/stages.h"

namespace audisp_eql::engine {

struct PipelineOptions {
  EngineOptions engine;
  audit::GrouperLimits grouper;
  std::size_t max_line = audit::kDefaultMaxLine;
};

// Everything that was counted. values() lists it by name,
// the names that the manual, USR1 and the summary use.
struct Stats {
  audit::GrouperCounters grouper;
  audit::NormalizeCounters normalize;
  auparse::ParserCounters parser;
  EngineCounters engine;
  entity::TableCounters table;
  sequence::Counters sequence;
  std::uint64_t overlong_lines = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hosts_over_cap = 0;
  std::uint64_t completed_paths = 0;
  std::size_t processes = 0, partials = 0, open_events = 0;
  std::vector<std::string> hosts;
  std::optional<EventTime> first_time, last_time;  // of events given to rules
  std::string auditd_version, auditd_format;       // from DAEMON_START, if one came

  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> values() const;
};

[[nodiscard]] Stats stats_of(const Intake& intake, const Decoder& decoder, const Engine& engine);

class Pipeline {
 public:
  explicit Pipeline(PipelineOptions options);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  [[nodiscard]] Engine& engine();
  [[nodiscard]] const Engine& engine() const;
  void set_rules(RuleSet rules);
  void set_format(audit::LineFormat format);  // see Grouper
  void set_default_node(std::string node);    // the same

  // Any cut of the input gives the same alerts.
  void feed(std::string_view bytes, std::vector<alert::Alert>& out);
  // Live: the stream is idle; half-arrived events older than the idle time are
  // given up.
  void idle(std::vector<alert::Alert>& out);
  // End of one input (a file): its last line and open events. Entities and
  // pending sequences stay for the next file.
  void end_of_input(std::vector<alert::Alert>& out);
  // End of all input.
  void finish(std::vector<alert::Alert>& out);

  // The engine's state (Engine::save), and how far the log had come. Half-arrived
  // events are not in it: end_of_input() first.
  [[nodiscard]] std::string save() const;
  // False, and nothing is taken, if these bytes are not exactly what save() gave.
  // REQUIRES: set_rules() first.
  [[nodiscard]] bool restore(std::string_view saved);

  [[nodiscard]] Stats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::engine
