// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "lib/alert/format.h"

namespace audisp_eql::alert {
namespace {

// RFC 3339 has four-digit years; a stamp outside them is a damaged record.
constexpr std::int64_t kFirst = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kLast = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

}  // namespace

std::string format_time(EventTime time, int utc_offset_seconds) {
  using std::chrono::floor;
  using Milliseconds = std::chrono::milliseconds;
  const std::int64_t utc = std::clamp(time.ms, kFirst, kLast);
  const std::int64_t shown = std::clamp(utc + std::int64_t{utc_offset_seconds} * 1000, kFirst, kLast);
  const std::chrono::sys_time<Milliseconds> point{Milliseconds(shown)};
  const auto day = floor<std::chrono::days>(point);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Milliseconds> clock{point - day};
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                  clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
  if (utc_offset_seconds == 0) return out + "Z";
  const int minutes = std::abs(utc_offset_seconds) / 60;
  return out + fmt::format("{}{:02}:{:02}", utc_offset_seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace audisp_eql::alert
