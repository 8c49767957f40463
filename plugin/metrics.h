// SPDX-License-Identifier: Apache-2.0
// Counters in Prometheus' text format, for node_exporter's textfile collector.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/engine/exceptions.h"

namespace audisp_eql::plugin {

using NamedCounters = std::vector<std::pair<std::string, std::uint64_t>>;

// audisp_eql_NAME for what goes up and down, audisp_eql_NAME_total for the rest,
// the alerts of each rule by its id, and what each exception took by its line.
[[nodiscard]] std::string metrics_text(const NamedCounters& counters,
                                       const std::map<std::string, std::uint64_t>& alerts_by_rule,
                                       const std::vector<engine::ExceptionHits>& exceptions);

}  // namespace audisp_eql::plugin
