// SPDX-License-Identifier: Apache-2.0
// The audit rules that have the kernel record what we can use, each as narrow as
// it can be without losing an event. Names of system calls are libaudit's.
#pragma once

#include <string>
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

}  // namespace audisp_eql::audit
