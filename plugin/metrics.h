// SPDX-License-Identifier: Apache-2.0
// Counters in Prometheus' text format, for node_exporter's textfile collector.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace audisp_eql::plugin {

using NamedCounters = std::vector<std::pair<std::string, std::uint64_t>>;

// audisp_eql_NAME for what goes up and down, audisp_eql_NAME_total for the rest,
// and the alerts of each rule by its id.
[[nodiscard]] std::string metrics_text(const NamedCounters& counters,
                                       const std::map<std::string, std::uint64_t>& alerts_by_rule);

}  // namespace audisp_eql::plugin
