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

void LogClock::save(BinaryWriter& out) const {
  out.flag(mark_.has_value());
  out.time(mark());
  out.time(progress_);
  out.number(behind_);
}

void LogClock::restore(BinaryReader& in) {
  const bool started = in.flag();
  const EventTime mark = in.time();
  mark_ = started ? std::optional(mark) : std::nullopt;
  progress_ = in.time();
  behind_ = static_cast<std::size_t>(in.number_up_to(kRebaseAfter));
}

}  // namespace audisp_eql::sequence
