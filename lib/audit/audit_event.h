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

struct Connect {
  IpAddress address;  // v4-mapped v6 already unmapped
  std::uint16_t port = 0;
  enum class Outcome { kSuccess, kFailure, kUnknown } outcome = Outcome::kUnknown;
};

// A name that a call gave to a file. Bytes; either may be empty.
struct FileName {
  // Absolute, lexically normalised, as the process sees it: no symbolic link
  // followed. Empty when the records do not tell, as for a name relative to a
  // directory descriptor.
  std::string path;
  std::string name;  // last component
};

// A successful call that made, opened for writing, truncated, renamed or
// removed a file; of a directory all but the writing.
struct FileChange {
  enum class Action : std::uint8_t { kCreation, kModification, kRename, kDeletion } action = Action::kCreation;
  enum class Type : std::uint8_t { kUnknown, kFile, kDirectory, kSymlink, kOther } type = Type::kUnknown;
  FileName file;       // of a rename the new name
  FileName original;   // the old one; only for a rename
  std::string target;  // what a new symbolic link points to, as written; only for symlink(2)
};

struct AuditEvent {
  std::string_view node;  // as the group's
  EventTime time;
  std::uint64_t serial = 0;
  bool incomplete = false;
  Syscall syscall;
  std::variant<Exec, Fork, Exit, Connect, FileChange> what;
};

}  // namespace audisp_eql::audit
