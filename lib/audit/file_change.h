// SPDX-License-Identifier: Apache-2.0
// What a call did to a file, from its PATH, CWD and OPENAT2 records
// (kernel/auditsc.c: __audit_inode, __audit_inode_child, audit_log_name).
// Items are told apart by nametype and item number, never by arrival. A path
// is given only where these records cannot mean another one.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/audit/audit_event.h"
#include "lib/audit/record.h"
#include "lib/audit/syscalls.h"

namespace audisp_eql::audit {

// Calls on files that gave no event, and what was odd in those that did.
struct FileCounters {
  std::uint64_t failed = 0;
  std::uint64_t unchanged = 0;      // opened for reading, O_PATH, O_TMPFILE; two names of one file renamed
  std::uint64_t missing_flags = 0;  // openat2 without OPENAT2 record: kernels before 5.16
  std::uint64_t missing_paths = 0;  // no PATH record of the file
  std::uint64_t unknown_paths = 0;  // whose own records give no path: relative to a descriptor, no CWD, name=(null)
  std::uint64_t bad_values = 0;     // numbers or hex that do not parse; taken as absent
};

// nullopt for a call that changed nothing; the reason is counted.
// REQUIRES: `variant` is one of SyscallKind::kFile.
[[nodiscard]] std::optional<FileChange> read_file_change(SyscallVariant variant, const Syscall& call,
                                                         const ParsedGroup& group, FileCounters& counters);

// What an open that changed nothing says of a directory; nothing is counted.
// REQUIRES: as above.
[[nodiscard]] std::optional<OpenedDirectory> read_opened_directory(SyscallVariant variant, const Syscall& call,
                                                                   const ParsedGroup& group);

// A look at the arguments before parsing: true where the call can neither make
// nor change a file, whatever else its records say, and asks for no directory.
[[nodiscard]] bool only_reads(SyscallVariant variant, std::uint64_t a1, std::uint64_t a2);

}  // namespace audisp_eql::audit
