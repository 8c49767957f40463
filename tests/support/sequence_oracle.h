// SPDX-License-Identifier: Apache-2.0
// What a query must find in a short log, worked out the slow and plain way from
// the semantics: the whole log at hand, in order, nothing ever dropped. Shares
// no code with lib/sequence.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/eql/query.h"
#include "lib/event/event.h"

namespace audisp_eql::test {

struct OracleMatch {
  std::vector<int> events;  // positions in the log; -1: missing stage
  std::vector<std::string> keys;
  bool operator==(const OracleMatch&) const = default;
};

// REQUIRES: `log` is sorted by order. Sequences are listed by ResultOrder, samples by key, up to `max_samples` for
// each.
[[nodiscard]] std::vector<OracleMatch> oracle_matches(const eql::Query& query, const std::vector<event::Event>& log,
                                                      std::size_t max_samples = 1);

}  // namespace audisp_eql::test
