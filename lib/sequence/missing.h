// SPDX-License-Identifier: Apache-2.0
// Missing stages, `![...]`: what their events do to the partials of a key, and
// what becomes of a complete sequence because of them. By total order, not by
// bare milliseconds. An event arriving late counts where its order says.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lib/base/time.h"
#include "lib/event/event.h"
#include "lib/sequence/partials.h"
#include "lib/sequence/plan.h"

namespace audisp_eql::sequence {

class MissingStages {
 public:
  // All outlive it.
  MissingStages(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters, Partials& partials)
      : plan_(plan), limits_(limits), clock_(clock), counters_(counters), partials_(partials) {}

  // An event of a missing stage in `gap`.
  void see(std::size_t gap, std::string_view key, const event::Order& order);

  // A partial was created, or its last event appended: takes over what the key
  // already knows of the gaps before and after.
  void note_start(Partial& partial);
  void note_advance(Partial& partial, std::size_t stage);

  // A partial has all its positive events, the last one of order `last`.
  enum class Verdict { kMatch, kNoMatch, kWait };
  struct Outcome {
    Verdict verdict = Verdict::kMatch;
    EventTime due{};  // kWait: a match once time has passed this
  };
  [[nodiscard]] Outcome judge(const Partial& partial, const event::Order& last);

 private:
  void see_leading(KeyEntry& entry, const event::Order& order);
  void see_between(KeyEntry& entry, std::size_t gap, const event::Order& order);
  void see_trailing(KeyEntry& entry, const event::Order& order);
  void lose_advanced(KeyEntry& entry, std::size_t gap, const event::Order& order);
  [[nodiscard]] bool is_inside(const Partial& partial, std::size_t gap, const event::Order& order);

  const Plan& plan_;
  const Limits& limits_;
  const LogClock& clock_;
  Counters& counters_;
  Partials& partials_;
};

}  // namespace audisp_eql::sequence
