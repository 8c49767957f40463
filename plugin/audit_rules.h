// SPDX-License-Identifier: Apache-2.0
// `audisp-eql audit-rules`: the audit rules that feed the detection rules, for
// auditctl -R and augenrules. What they must be is lib/engine/record_needs.h.
#pragma once

#include <vector>

#include "lib/audit/feeding_rules.h"
#include "plugin/exit_code.h"
#include "plugin/options.h"

namespace audisp_eql::plugin {

// Those that auditctl takes on this machine: b64 and b32, or one of them.
[[nodiscard]] std::vector<audit::Abi> abis_of_this_machine();

// Audit rules on standard output, what is wrong with detection rules on standard error.
[[nodiscard]] ExitCode run_audit_rules(const Options& options);

}  // namespace audisp_eql::plugin
