// SPDX-License-Identifier: Apache-2.0
// The names under which counters appear everywhere: state dump, heartbeat,
// metrics, manual.
#include "lib/engine/pipeline.h"

#include <utility>

namespace audisp_eql::engine {
namespace {

using Values = std::vector<std::pair<std::string, std::uint64_t>>;

// Of lines, records, and what became of them.
Values record_values(const Stats& s) {
  return {
      {"bytes", s.bytes},
      {"lines", s.grouper.lines},
      {"lines_overlong", s.overlong_lines},
      {"lines_malformed", s.grouper.malformed_lines},
      {"lines_forged", s.grouper.forged_lines},
      {"records_skipped", s.grouper.skipped_records},
      {"records_duplicate", s.grouper.duplicate_records},
      {"records_late", s.grouper.late_records},
      {"records_orphan", s.grouper.orphan_records},
      {"records_dropped", s.grouper.dropped_records},
      {"records_empty", s.parser.empty_records},
      {"records_exec", s.grouper.exec_records},
      {"records_connect", s.grouper.connect_records},
      {"records_fork", s.grouper.fork_records},
      {"records_exit", s.grouper.exit_records},
      {"records_socket", s.grouper.socket_records},
      {"records_file", s.grouper.file_records},
      {"argument_bytes_dropped", s.grouper.dropped_argument_bytes},
      {"groups", s.grouper.groups},
      {"groups_incomplete", s.grouper.incomplete_events},
      {"groups_evicted", s.grouper.evicted_events},
      {"groups_refused", s.parser.refused_groups},
      {"groups_without_syscall", s.normalize.without_syscall},
      {"execs_failed", s.normalize.failed_execs},
      {"execs_without_execve", s.normalize.missing_execve},
      {"execs_argc_mismatch", s.normalize.argc_mismatch},
      {"connects_other_families", s.normalize.other_families},
      {"connects_not_attempts", s.normalize.not_attempts},
      {"connects_without_sockaddr", s.normalize.missing_sockaddr},
      {"connects_bad_sockaddr", s.normalize.bad_sockaddr},
      {"files_failed", s.normalize.files.failed},
      {"files_unchanged", s.normalize.files.unchanged},
      {"files_without_flags", s.normalize.files.missing_flags},
      {"files_without_path_record", s.normalize.files.missing_paths},
      {"files_of_unknown_path", s.normalize.files.unknown_paths},
      {"files_completed_paths", s.completed_paths},
      {"values_bad", s.normalize.bad_values + s.normalize.files.bad_values},
      {"arch_unknown", s.grouper.unknown_arch_records + s.normalize.unknown_arch},
  };
}

Values event_values(const Stats& s) {
  return {
      {"events", s.engine.events},
      {"events_exec", s.engine.exec_events},
      {"events_fork", s.engine.fork_events},
      {"events_exit", s.engine.exit_events},
      {"events_connect", s.engine.connect_events},
      {"events_file", s.engine.file_events},
      {"events_own", s.engine.own_events},
      {"events_repeated", s.engine.repeated_events},
      {"hosts_over_cap", s.hosts_over_cap},
      {"processes", s.processes},
      {"processes_created", s.table.created},
      {"processes_ended", s.table.ended},
      {"processes_evicted", s.table.evicted},
      {"process_args_forgotten", s.table.forgotten_args},
      {"parents_unknown", s.table.parents_unknown},
      {"pids_reused", s.table.pids_reused},
      {"fork_hints", s.table.fork_hints},
      {"fork_hints_refused", s.table.fork_hints_refused},
      {"boots", s.table.boots},
      {"boots_refused", s.engine.boots_refused},
      {"partials", s.partials},
      {"partials_expired", s.sequence.expired_partials},
      {"partials_evicted", s.sequence.evicted_partials},
      {"keys_oversized", s.sequence.oversized_keys},
      {"key_tuples_dropped", s.sequence.dropped_tuples},
      {"keys_forgotten", s.sequence.forgotten_keys},
      {"matches_dropped", s.sequence.dropped_matches},
      {"clock_rebases", s.sequence.clock_rebases},
      {"alerts", s.engine.alerts},
      {"alerts_excepted", s.engine.alerts_excepted},
  };
}

}  // namespace

std::vector<std::pair<std::string, std::uint64_t>> Stats::values() const {
  Values all = record_values(*this);
  for (auto& value : event_values(*this)) all.push_back(std::move(value));
  return all;
}

}  // namespace audisp_eql::engine
