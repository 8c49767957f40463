// SPDX-License-Identifier: Apache-2.0
// A match on its way out, with what its place in a list of results depends on.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "lib/event/event.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::sequence {

// The order of results: by last event, then first event, then key.
struct ResultOrder {
  event::Order last;
  event::Order first;
  std::string key;  // as encoded

  auto operator<=>(const ResultOrder&) const = default;
};

struct Completed {
  ResultOrder order;
  Match match;
};

void sort_results(std::vector<Completed>& results);

}  // namespace audisp_eql::sequence
