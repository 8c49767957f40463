// SPDX-License-Identifier: Apache-2.0
#include "lib/sequence/log_clock.h"

#include <doctest/doctest.h>

namespace audisp_eql::sequence {
namespace {

constexpr EventTime kLateness = seconds(150);

TEST_CASE("progress is what the log has moved since its first event") {
  LogClock clock(kLateness);
  CHECK_FALSE(clock.see_event(seconds(1000)));
  CHECK(clock.progress() == seconds(0));
  clock.see_event(seconds(1010));
  clock.reach(seconds(1030));
  CHECK(clock.progress() == seconds(30));
  CHECK(clock.mark() == seconds(1030));
  CHECK(clock.progress_at(seconds(1040)) == seconds(40));
}

TEST_CASE("a late event moves nothing") {
  LogClock clock(kLateness);
  clock.see_event(seconds(1000));
  clock.see_event(seconds(900));
  clock.reach(seconds(10));
  CHECK(clock.mark() == seconds(1000));
  CHECK(clock.progress() == seconds(0));
}

TEST_CASE("sixteen events in a row beyond the lateness move the mark back, and progress goes on from there") {
  LogClock clock(kLateness);
  clock.see_event(seconds(1000));
  for (std::size_t i = 1; i < LogClock::kRebaseAfter; ++i) CHECK_FALSE(clock.see_event(seconds(849)));
  CHECK(clock.mark() == seconds(1000));
  CHECK(clock.see_event(seconds(849)));
  CHECK(clock.mark() == seconds(849));
  CHECK(clock.progress() == seconds(0));
  clock.see_event(seconds(850));
  CHECK(clock.progress() == seconds(1));
}

TEST_CASE("an event within the lateness shows that the clock was not set") {
  LogClock clock(kLateness);
  clock.see_event(seconds(1000));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(clock.see_event(seconds(i % 15 == 14 ? 850 : 849)));
  CHECK(clock.mark() == seconds(1000));
}

}  // namespace
}  // namespace audisp_eql::sequence
