// SPDX-License-Identifier: Apache-2.0
// A match of a rule to the Alert that sinks get.
#pragma once

#include "lib/alert/alert.h"
#include "lib/engine/rule.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::engine {

[[nodiscard]] alert::Alert build_alert(const Rule& rule, const sequence::Match& match);

}  // namespace audisp_eql::engine
