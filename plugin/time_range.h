// SPDX-License-Identifier: Apache-2.0
// --since and --until: which alerts are wanted, by the time of their last event.
// The words are those of ausearch(8) for -ts and -te.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "plugin/stream_sink.h"

namespace audisp_eql::plugin {

enum class RangeEnd : std::uint8_t { kSince, kUntil };

// What "now", "boot" and a time without zone mean.
struct TimeFrame {
  EventTime now;
  std::optional<EventTime> boot;  // of this machine; nullopt: not known
  TimeZone zone = TimeZone::kLocal;
};
[[nodiscard]] TimeFrame time_frame(TimeZone zone);

// 2026-11-24, 2026-11-24T08:40[:25[.106]], with a space for the T, and with Z or
// +01:00 where it is not the frame's zone; 08:40[:25], today; @SECONDS[.106] since
// the epoch; now, recent (10 minutes ago), today, yesterday, this-week (Sunday),
// week-ago, this-month, this-year (their first midnight; today as kUntil is now),
// boot. As kUntil a date is its whole day, a minute the whole minute, a second the
// whole second. An error points into the text and lists the forms.
[[nodiscard]] Result<EventTime> parse_time(std::string_view text, RangeEnd end, const TimeFrame& frame);

struct TimeRange {
  std::optional<EventTime> since, until;  // both inclusive; nullopt: no bound

  [[nodiscard]] bool is_bounded() const { return since || until; }
  [[nodiscard]] bool has(EventTime time) const { return (!since || time >= *since) && (!until || time <= *until); }
};

// nullopt: no bound. An error too when nothing can be in it.
[[nodiscard]] Result<TimeRange> parse_range(const std::optional<std::string>& since,
                                            const std::optional<std::string>& until, const TimeFrame& frame);

}  // namespace audisp_eql::plugin
