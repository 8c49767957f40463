// SPDX-License-Identifier: Apache-2.0
// The machine's clocks (clock_gettime(2)) in the time of events.
#pragma once

#include <cstdint>
#include <ctime>

#include "lib/base/time.h"

namespace audisp_eql::plugin {

// To the millisecond, as audit stamps.
[[nodiscard]] inline EventTime read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return milliseconds(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
}

}  // namespace audisp_eql::plugin
