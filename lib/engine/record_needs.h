// SPDX-License-Identifier: Apache-2.0
// What the kernel must record for rules to see what they are about, derived from
// their compiled conditions, and the audit rules that say so.
#pragma once

#include <string>
#include <vector>

#include "lib/audit/feeding_rules.h"
#include "lib/audit/selection.h"
#include "lib/engine/rule.h"

namespace audisp_eql::engine {

// Narrower than Engine::selection(), which takes what comes: new processes and their
// ends only if a rule, or an exception, could tell the difference. Nothing when no
// rule can match any audit event.
[[nodiscard]] audit::SelectionRequest record_needs(const RuleSet& set);

inline constexpr char kAuditKey[] = "audisp-eql";

// A group of rules under a line of comment, in the order in which they are loaded.
struct FeedingGroup {
  std::string comment;
  std::vector<audit::AuditRule> rules;
};
// All but files, which are watched by directory: file_needs.h.
[[nodiscard]] std::vector<FeedingGroup> feeding_groups(const audit::SelectionRequest& needs,
                                                       const std::vector<audit::Abi>& abis);

}  // namespace audisp_eql::engine
