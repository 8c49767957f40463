// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/recent_events.h"

namespace audisp_eql::audit {

void RecentEvents::remember(const EventKey& key, Fate fate) {
  Set& set = sets_[set_of(key)];
  for (Entry& entry : set.entries) {
    if (entry.fate == Fate::kUnknown || !(entry.key == key)) continue;
    entry.fate = fate;
    return;
  }
  set.entries[set.oldest] = {key, fate};
  set.oldest = static_cast<std::uint8_t>((set.oldest + 1U) % kWays);
}

}  // namespace audisp_eql::audit
