// SPDX-License-Identifier: Apache-2.0
// What the kernel said happened, decoded: one exec, fork, exit, connect or change of a file.
// Plain values; no process knowledge beyond the records of this very event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/ip.h"
#include "lib/base/time.h"

namespace audisp_eql::audit {

inline constexpr std::uint32_t kUnsetId = 0xFFFFFFFFU;

// The fields of a SYSCALL record that all kinds share. Text is decoded bytes.
struct Syscall {
  std::string_view name;  // by libaudit; static storage
  std::uint32_t pid = 0;  // thread group id, initial pid namespace
  std::uint32_t ppid = 0;
  std::uint32_t auid = kUnsetId;
  std::uint32_t uid = kUnsetId, gid = kUnsetId, euid = kUnsetId, egid = kUnsetId;
  std::uint64_t a0 = 0, a1 = 0, a2 = 0;
  std::optional<bool> success;  // absent in exit_group records
  std::optional<std::int64_t> exit;
  std::string comm;
  std::string exe;  // empty when absent or (null)
  bool has_tty = false;
};

// A successful execve or execveat.
struct Exec {
  std::vector<std::string> args;  // by index; empty ones kept; missing ones empty
  bool args_truncated = false;    // by the kernel, by a cap, or argc disagrees
  bool has_args = false;          // an EXECVE record was there
  std::string cwd;                // empty when no CWD record
  // PATH item 0 against CWD, lexically normalised; empty when it cannot be
  // known (execveat relative to a directory fd; no CWD record; no PATH record).
  std::string path;
};

// A hint only: `child` is in the caller's pid namespace.
struct Fork {
  std::uint32_t child = 0;
  enum class Sureness { kProcess, kPerhapsThread } sureness = Sureness::kProcess;  // clone3 does not say
};

struct Exit {
  int status = 0;  // low byte of exit_group's a0
};

enum class Transport : std::uint8_t { kTcp, kUdp };

// A descriptor that socket(2) gave out.
struct Socket {
  std::uint32_t descriptor = 0;
  std::optional<Transport> transport;  // absent for every other kind of socket
  bool close_on_exec = false;
};

struct Connect {
  IpAddress address;  // v4-mapped v6 already unmapped
  std::uint16_t port = 0;
  enum class Outcome { kSuccess, kFailure, kUnknown } outcome = Outcome::kUnknown;
  std::optional<std::uint32_t> descriptor;  // absent for a socketcall without SOCKETCALL record
};

// Which file or directory it is, whatever its names (PATH dev= and inode=). Not
// quite one's own: subvolumes of btrfs give the same numbers.
struct InodeId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const InodeId&) const = default;
};

// A name that a call gave to a file. Bytes; either may be empty.
struct FileName {
  // Absolute, lexically normalised, as the process sees it: no symbolic link
  // followed. Empty when the records do not tell, as for a name relative to a
  // directory descriptor.
  std::string path;
  std::string name;  // last component
  // Of the directory that it is in, in renames, where the path is empty for that.
  std::optional<std::uint32_t> descriptor = std::nullopt;
};

// A successful call that made, opened for writing, truncated, renamed or
// removed a file; of a directory all but the writing.
struct FileChange {
  enum class Action : std::uint8_t { kCreation, kModification, kRename, kDeletion } action = Action::kCreation;
  enum class Type : std::uint8_t { kUnknown, kFile, kDirectory, kSymlink, kOther } type = Type::kUnknown;
  FileName file;       // of a rename the new name
  FileName original;   // the old one; only for a rename
  std::string target;  // what a new symbolic link points to, as written; only for symlink(2)
  // What can tell a path that is empty: the directories of `file` and `original`,
  // of both where it is one. Empty where the records may lack one.
  std::vector<InodeId> parents = {};
  std::optional<InodeId> directory = std::nullopt;  // made, by a name that says where it is, or removed
  bool moves_directory = false;                     // renames one, or over one
};

// A directory opened for no change, by a name that says where it is.
struct OpenedDirectory {
  std::string path;  // as FileName's; never empty
  InodeId id;
  std::uint32_t descriptor = 0;
};

struct AuditEvent {
  std::string_view node;  // as the group's
  EventTime time;
  std::uint64_t serial = 0;
  bool incomplete = false;
  Syscall syscall;
  std::variant<Exec, Fork, Exit, Connect, FileChange, OpenedDirectory, Socket> what;
};

}  // namespace audisp_eql::audit
