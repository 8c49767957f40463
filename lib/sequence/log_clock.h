// SPDX-License-Identifier: Apache-2.0
// How far the log has come, and how much log time has passed. The second never
// goes back and survives a clock that is set: lifetimes are counted in it.
#pragma once

#include <cstddef>
#include <optional>

#include "lib/base/binary.h"
#include "lib/base/time.h"

namespace audisp_eql::sequence {

class LogClock {
 public:
  // So many events in a row behind the mark by more than the lateness mean that
  // the clock was set back.
  static constexpr std::size_t kRebaseAfter = 16;

  explicit LogClock(EventTime lateness) : lateness_(lateness) {}

  // An event of time `t` arrived. True when this moved the mark back.
  bool see_event(EventTime t);
  // The log is known to have reached `t`; earlier times say nothing.
  void reach(EventTime t);

  void save(BinaryWriter& out) const;
  void restore(BinaryReader& in);

  // The latest time seen since the clock was last set back.
  [[nodiscard]] EventTime mark() const { return mark_.value_or(EventTime{}); }
  // Log time passed since the first call.
  [[nodiscard]] EventTime progress() const { return progress_; }
  // The progress at which the mark stands at `t`, if no clock is set meanwhile.
  [[nodiscard]] EventTime progress_at(EventTime t) const { return progress_ + (t - mark()); }

 private:
  EventTime lateness_;
  std::optional<EventTime> mark_;
  EventTime progress_{};
  std::size_t behind_ = 0;
};

}  // namespace audisp_eql::sequence
