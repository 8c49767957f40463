// SPDX-License-Identifier: Apache-2.0
// Caps that a small input meets, and what ends a run.
#pragma once

#include <cstdlib>

#include "lib/audit/grouper.h"

namespace audisp_eql::fuzz {

inline constexpr audit::GrouperLimits kSmallLimits{.max_open_events = 6,
                                                   .max_records_per_event = 24,
                                                   .max_bytes_per_event = 4096,
                                                   .max_open_bytes = 8192,
                                                   .max_later_events = 5,
                                                   .max_age = seconds(10),
                                                   .max_kept_events = 4,
                                                   .max_kept_bytes = 16'384,
                                                   .recent_events = 16};

// What must hold of any result.
inline void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace audisp_eql::fuzz
