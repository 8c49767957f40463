// SPDX-License-Identifier: Apache-2.0
// The high-water mark and its rebase.
#include "lib/sequence/log_clock.h"

namespace audisp_eql::sequence {

void LogClock::reach(EventTime t) {
  if (mark_ && t <= *mark_) return;
  if (mark_) progress_ = progress_ + (t - *mark_);
  mark_ = t;
  behind_ = 0;
}

bool LogClock::see_event(EventTime t) {
  if (!mark_ || !(t + lateness_ < *mark_)) {
    behind_ = 0;
    reach(t);
    return false;
  }
  if (++behind_ < kRebaseAfter) return false;
  mark_ = t;
  behind_ = 0;
  return true;
}

}  // namespace audisp_eql::sequence
