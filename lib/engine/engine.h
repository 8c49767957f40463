// SPDX-License-Identifier: Apache-2.0
// Audit events (or exported ones) to alerts: entities, predicates, sequences.
// The one core that live and scan share. Knows no input format and no sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/audit/audit_event.h"
#include "lib/audit/selection.h"
#include "lib/base/binary.h"
#include "lib/engine/exceptions.h"
#include "lib/engine/rule.h"
#include "lib/entity/process_table.h"
#include "lib/event/event.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::engine {

struct EngineOptions {
  std::string default_host = "unknown";  // host.id of records without node=
  std::uint32_t own_pid = 0;             // live: events of this pid are dropped; 0: none
  EventTime own_start;                   // and are ours from then on: before, the pid was another's
  std::vector<std::string> local_nodes;  // live: node= names that mean this host (auditd's name_format)
  std::size_t max_hosts = 1024;          // node= names kept apart; further ones share one table, counted
  std::unordered_map<std::uint32_t, std::string> user_names;  // passwd snapshot: uid to name
  // node= names of the hosts whose users these are, besides records without; nullopt: every host's.
  std::optional<std::vector<std::string>> named_nodes;
  entity::TableLimits table;
  sequence::Limits sequence;
  entity::ProcSource proc;  // live only
  entity::UnitSource unit;  // live only; asked only for rules that it helps
};

struct EngineCounters {
  std::uint64_t events = 0;           // given to rules
  std::uint64_t own_events = 0;       // dropped: our own pid
  std::uint64_t repeated_events = 0;  // an id met again: ignored
  std::uint64_t boots_refused = 0;    // SYSTEM_BOOT records whose serials had not begun anew: forged
  std::uint64_t exec_events = 0, fork_events = 0, exit_events = 0, connect_events = 0, file_events = 0;
  std::uint64_t alerts = 0;                             // given out
  std::uint64_t alerts_excepted = 0;                    // that a site exception took
  std::map<std::string, std::uint64_t> alerts_by_rule;  // by rule id
};

class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Swaps the rules and their exceptions. Pending state of rules whose id and query
  // text are unchanged is kept.
  void set_rules(RuleSet rules);
  // The fields of the loaded rules: what exported events are filled by.
  [[nodiscard]] const event::FieldTable& fields() const;
  [[nodiscard]] std::size_t rule_count() const;
  // Whether records with this node= are of this host (EngineOptions::local_nodes), or of another.
  [[nodiscard]] bool is_local(std::string_view node) const;
  // What the loaded rules need of the record stream.
  [[nodiscard]] audit::SelectionRequest selection() const;

  // Live: what ran before us, for the default host, as of `taken`. After restore().
  void load_processes(const std::vector<entity::ProcEntry>& snapshot, EventTime taken);

  // Processes of all hosts and pending state of all rules. Not saved: counters, and
  // which events were met already. Restoring takes over what an engine saved, in
  // place of what is here: of rules, those that are loaded and whose id and query
  // text are the same. Present limits hold afterwards. False, and nothing is taken,
  // if the bytes are no such state or more follows. REQUIRES: set_rules() first.
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in);

  void handle(const audit::AuditEvent& event, std::vector<alert::Alert>& out);
  // An exported event, ready filled by FieldIds of fields().
  void handle(const event::Event& event, std::vector<alert::Alert>& out);
  // A SYSTEM_BOOT record. Believed only when its serial is below the last one:
  // serials begin anew at a boot, and who may write audit records may write this.
  void boot(std::string_view node, entity::Moment when);
  // Log time has reached `now` (all hosts): due results come out.
  void advance(EventTime now, std::vector<alert::Alert>& out);
  // End of input.
  void finish(std::vector<alert::Alert>& out);

  [[nodiscard]] const EngineCounters& counters() const;
  [[nodiscard]] std::vector<ExceptionHits> exception_hits() const;
  [[nodiscard]] entity::TableCounters table_counters() const;  // sum over hosts
  [[nodiscard]] std::uint64_t completed_paths() const;         // of files, told by an earlier record; sum over hosts
  [[nodiscard]] sequence::Counters sequence_counters() const;  // sum over rules
  [[nodiscard]] std::vector<std::string> hosts() const;
  [[nodiscard]] std::uint64_t hosts_over_cap() const;  // node= names met past max_hosts
  [[nodiscard]] std::size_t processes() const;
  [[nodiscard]] std::size_t partials() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::engine
