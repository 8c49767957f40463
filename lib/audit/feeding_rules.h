// SPDX-License-Identifier: Apache-2.0
// The audit rules that have the kernel record what we can use, each as narrow as
// it can be without losing an event. Names of system calls are libaudit's.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/audit_rule.h"
#include "lib/audit/syscalls.h"

namespace audisp_eql::audit {

// A way into the kernel: auditctl's word for it, and libaudit's machine (MACH_*).
struct Abi {
  std::string word;  // b64, b32
  int machine = 0;
};

// In the order in which they must be loaded; none where the ABI has no such call.
// `key` is on those that record.
[[nodiscard]] std::vector<AuditRule> feeding_rules(SyscallKind kind, const Abi& abi, const std::string& key);

// A place whose files are watched. The kernel finds an entry by the inode of the file
// or of the directory that it is in, whatever path a process gave.
struct FileWatch {
  enum class Kind : std::uint8_t {
    kBelow,    // all below a directory; it must exist, and the watch ends with it
    kEntries,  // a directory that may come and go, and names made, moved or removed in it;
               // its parent must exist. A file there that is opened without O_CREAT is not seen
    kName,     // one name, there or not, opens that change nothing left out; its parent must exist
    kMade,     // one name that becomes a directory or a link; its parent must exist
  };
  Kind kind = Kind::kBelow;
  std::string path;  // absolute

  auto operator<=>(const FileWatch&) const = default;
};

// By system call, not by perm=: that leaves out opens with O_CREAT and O_RDONLY, and those
// of a directory, which alone tell what its descriptor is in later calls.
[[nodiscard]] std::vector<AuditRule> watching_rules(const FileWatch& watch, const Abi& abi, const std::string& key);

// False for a path that a line of auditctl cannot hold: it knows no quotes, and takes some
// letters for operators.
[[nodiscard]] bool can_be_written(std::string_view path);

}  // namespace audisp_eql::audit
