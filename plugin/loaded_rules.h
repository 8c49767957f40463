// SPDX-License-Identifier: Apache-2.0
// The kernel's side of `check`: are the audit rules loaded that the rules need?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/audit/audit_rule.h"
#include "lib/engine/rule.h"
#include "plugin/kernel_audit.h"

namespace audisp_eql::plugin {

struct LoadedRules {
  std::vector<audit::AuditRule> rules;  // in the kernel's order
  std::string problem;                  // why they could not be read; empty: they are all there
};

// Runs /usr/sbin/auditctl -l, which only root may.
[[nodiscard]] LoadedRules read_loaded_rules();

// A line for each thing that is missing, for people; one line when nothing is. `root` is
// where homes are looked for (file_watches.h).
[[nodiscard]] std::string kernel_report(const engine::RuleSet& rules, const LoadedRules& loaded,
                                        const std::optional<KernelAudit>& status, const std::string& root = "");

}  // namespace audisp_eql::plugin
