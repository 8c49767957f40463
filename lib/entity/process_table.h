// SPDX-License-Identifier: Apache-2.0
// Who a pid is at a time: entities keyed by (host, pid, start), alive through
// exec, told apart when a pid is used again (design: entities). Bounded; knows
// only what records and /proc snapshots say, as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/audit_event.h"
#include "lib/base/binary.h"
#include "lib/base/time.h"
#include "lib/entity/entity_id.h"
#include "lib/entity/image.h"
#include "lib/entity/sockets.h"

namespace audisp_eql::entity {

// A moment in a host's log: (time, serial).
struct Moment {
  EventTime time;
  std::uint64_t serial = 0;
  auto operator<=>(const Moment&) const = default;
};

// So much later than the time of a process's own first record may /proc say that it
// started: records are stamped with the last tick of the kernel's clock.
inline constexpr EventTime kProcTick = milliseconds(10);

// What /proc says of one process (live only).
struct ProcEntry {
  std::uint32_t pid = 0;
  std::uint32_t ppid = 0;
  EventTime start;  // boot time + start ticks, on the audit clock
  std::uint64_t start_ticks = 0;
  std::uint32_t uid = audit::kUnsetId, euid = audit::kUnsetId;
  std::string exe;  // readlink of /proc/PID/exe; empty if unreadable
  std::vector<std::string> args;
  bool args_truncated = false;
  std::string cwd;
  std::string systemd_unit;  // by its control group; empty when none
};

// Reads one process from /proc; nullopt when it is gone. Live only; may be empty.
using ProcSource = std::function<std::optional<ProcEntry>(std::uint32_t pid)>;

// Which systemd unit a process is in; the start tells whether it is still that
// process. Live only: no record says it.
struct ProcUnit {
  EventTime start;
  std::string unit;
};
using UnitSource = std::function<std::optional<ProcUnit>(std::uint32_t pid)>;

// Why this may not be the process it seems.
enum class Doubt : std::uint8_t { kNone, kAfterEnd, kForker };
// In words; nothing for kNone.
[[nodiscard]] std::string_view to_text(Doubt doubt);

// There are many: in an order that leaves no gaps.
struct Process {
  EntityId entity_id;
  Moment start;
  Moment end;      // when `ended`
  ImagePtr image;  // never null
  // Before the latest exec; may be null. Not saved: only that exec's event has it.
  ProgramPtr previous_program;
  // The parent as of the latest exec (or the first sight). `parent_image` is
  // null when the parent is unknown.
  EntityId parent_entity_id;
  ImagePtr parent_image;
  Sockets sockets;  // empty unless socket(2) records come

  std::uint32_t pid = 0;
  std::uint32_t euid = audit::kUnsetId;
  std::uint32_t parent_pid = 0;
  std::uint32_t parent_euid = audit::kUnsetId;
  bool ended = false;
  Doubt doubt = Doubt::kNone;
};

struct TableLimits {
  std::size_t max_processes = 65'536;
  std::size_t max_image_bytes = 64u << 20;  // large argument lists held; over it the oldest are forgotten
  EventTime ended_kept = seconds(300);      // log time an ended process can still be given records
};

struct TableCounters {
  std::uint64_t created = 0;
  std::uint64_t ended = 0;
  std::uint64_t evicted = 0;
  std::uint64_t forgotten_args = 0;   // images whose arguments were dropped for max_image_bytes
  std::uint64_t parents_unknown = 0;  // execs
  std::uint64_t fork_hints = 0;
  std::uint64_t fork_hints_refused = 0;  // over a live process, not confirmed by its next record
  std::uint64_t pids_reused = 0;
  std::uint64_t boots = 0;
};

// Told of every process that ends or is evicted: correlation state keyed by it
// may go. Called from inside the table's members; must not call back.
using EndedCallback = std::function<void(std::string_view entity_id, Moment when)>;

class ProcessTable {
 public:
  ProcessTable(std::string_view host_key, const TableLimits& limits, EndedCallback on_ended);
  ~ProcessTable();
  ProcessTable(ProcessTable&&) noexcept;
  ProcessTable& operator=(ProcessTable&&) noexcept;

  // Live: where to look a pid up that no record told of.
  void set_proc_source(ProcSource source);
  // Live: asked at every exec, which costs; empty when nobody wants to know.
  void set_unit_source(UnitSource source);
  // Live: what ran when we started, at `taken`. Of restored processes those that
  // it shows to run still stay who they are; a pid that has another start there,
  // or is gone, ended meanwhile. Records of before that may still come.
  void load(const std::vector<ProcEntry>& snapshot, EventTime taken);

  // All processes; not the counters. Restoring takes over what a table of the same
  // host saved, in place of what is here. False, and nothing is taken, if the bytes
  // are no such state. There may be too many afterwards: enforce_limits().
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in);
  // Nobody wants to know of sockets any more: what is known would grow old.
  void forget_sockets();
  // Apart, because it tells of each process that has no room.
  void enforce_limits();

  // The process a record of another kind than fork belongs to, after the table
  // has learnt what the record says (an exec: the new image and the parent; a
  // socket: its type).
  // Valid until the next call.
  const Process* apply(const audit::AuditEvent& event);

  // A fork record: the child it names, if that is a process that can be told
  // of now; nullptr when it may be a thread (clone3), or when the pid already
  // belongs to a living process. Valid until the next call.
  const Process* apply_fork(const audit::AuditEvent& event);

  // After apply(): the moment of the fork, when this record was the first proof
  // of a birth that apply_fork() could not be sure of.
  [[nodiscard]] std::optional<Moment> just_born() const;

  // SYSTEM_BOOT, or serials that fell: everything of this host ends.
  void boot(Moment when);

  [[nodiscard]] std::size_t size() const;
  // Bytes of large images held (TableLimits::max_image_bytes).
  [[nodiscard]] std::size_t image_bytes() const;
  [[nodiscard]] const TableCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::entity
