// SPDX-License-Identifier: Apache-2.0
// What the audit rules that are loaded leave out of those that are needed, in the
// order in which the kernel asks them (audit_filter_syscall in kernel/auditsc.c:
// the first rule of the exit list that matches decides).
#pragma once

#include <string>
#include <vector>

#include "lib/audit/audit_rule.h"
#include "lib/audit/selection.h"

namespace audisp_eql::audit {

// System calls of one needed rule that fare alike. Not recorded at all where both texts
// are empty.
struct RuleGap {
  std::string arch;
  std::vector<std::string> syscalls;
  std::string fields;     // of the needed rule
  std::string only_for;   // they are recorded, but only for this: fields of one rule, or of several
  std::string hidden_by;  // a `never` rule that comes first and takes some or all of them

  bool operator==(const RuleGap&) const = default;
};

// `loaded` in its order, as `auditctl -l` lists it. Two narrow rules that together are
// as wide as the needed one are not added up. A directory that is watched covers the
// places below it. A `never` rule that is needed itself hides nothing.
[[nodiscard]] std::vector<RuleGap> find_gaps(const std::vector<AuditRule>& needed,
                                             const std::vector<AuditRule>& loaded);

// Rules of the task and exclude lists by which records of these kinds never come; each
// as auditctl writes it.
[[nodiscard]] std::vector<std::string> find_droppers(const SelectionRequest& needs,
                                                     const std::vector<AuditRule>& loaded);

}  // namespace audisp_eql::audit
