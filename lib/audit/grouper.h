// SPDX-License-Identifier: Apache-2.0
// Lines to record groups, by (node, time, serial), whatever their interleaving.
// Pure: no clock. A fork or an exit is complete with its SYSCALL record; another
// event at EOE, else at PROCTITLE, else when the caller's hints say that no more
// will come. Every line that is not used is
// counted somewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/audit/record.h"
#include "lib/audit/selection.h"

namespace audisp_eql::audit {

// How lines are laid out.
enum class LineFormat {
  kLog,       // audit.log, ausearch --raw: PROCTITLE closes an event; a newline in the enriched
              // text of a SOCKADDR record splits it over physical lines (forged lines)
  kStream,    // auditd's plugin stream: EOE closes; newlines were replaced by auditd
  kAusearch,  // plain ausearch: `----` closes; `time->` lines; records in any order
};

struct GrouperLimits {
  std::size_t max_open_events = 8192;
  std::size_t max_records_per_event = 8192;
  std::size_t max_bytes_per_event = 16u << 20;  // over it argument records go, never SYSCALL, SOCKADDR, CWD, PATH
  std::size_t max_open_bytes = 64u << 20;       // of all open events
  std::size_t max_later_events = 4096;          // newer events begun before an event without end is given up
  EventTime max_age = seconds(300);             // log time after which it is given up
  std::size_t max_kept_events = 1024;           // given up, kept for late fragments
  std::size_t max_kept_bytes = 1u << 20;        // of all of them; one may have a sixteenth
  std::size_t recent_events = 8192;             // ended or skipped, known by their keys alone
};

struct GrouperCounters {
  std::uint64_t lines = 0;
  std::uint64_t groups = 0;
  std::uint64_t skipped_records = 0;  // that no rule and no entity upkeep needs
  std::uint64_t malformed_lines = 0;  // no type=, no msg=audit(...)
  std::uint64_t duplicate_records = 0;
  std::uint64_t late_records = 0;    // joined to an event already given up
  std::uint64_t orphan_records = 0;  // of an event whose SYSCALL never came
  std::uint64_t incomplete_events = 0;
  std::uint64_t evicted_events = 0;  // a cap on open events or bytes
  std::uint64_t dropped_argument_bytes = 0;
  std::uint64_t dropped_records = 0;       // over a cap, or a second one of its type in its event
  std::uint64_t forged_lines = 0;          // tampering: see LineFormat::kLog
  std::uint64_t unknown_arch_records = 0;  // SYSCALL records of a machine that libaudit has no table of
  // What was there at all, so that "no alerts" is not mistaken for "clean".
  std::uint64_t exec_records = 0, connect_records = 0, fork_records = 0, exit_records = 0;
  std::uint64_t socket_records = 0;  // only where sockets are wanted
  std::uint64_t file_records = 0;    // only where files are wanted, and without opens for reading
};

class Grouper {
 public:
  // REQUIRES: `selection` outlives the grouper (it may be replaced by set_selection).
  explicit Grouper(const Selection& selection, const GrouperLimits& limits = {});
  ~Grouper();
  Grouper(Grouper&&) noexcept;
  Grouper& operator=(Grouper&&) noexcept;

  // Also where other input of the same layout begins: a forged line does not reach into it.
  void set_format(LineFormat format);
  // The node of lines that have no node= of their own, from here on; empty: none.
  void set_default_node(std::string node);
  void set_selection(const Selection& selection);

  // One line without its newline. Groups that it completes are got by next().
  void add(std::string_view line);
  // The next complete group, or nullptr. Valid until the next call of any member.
  const RecordGroup* next();
  // What next() has just given, with its storage, for that of `into`. REQUIRES: it gave one.
  void take_current(RecordGroup& into);

  // Live: the stream has been idle; offline: end of input. Every open event is
  // given up; fragments that still come are joined. Then next().
  void flush();

  [[nodiscard]] std::size_t open_events() const;
  // Time of the newest line seen by (time), for log-time progress.
  [[nodiscard]] EventTime newest() const;
  [[nodiscard]] const GrouperCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::audit
