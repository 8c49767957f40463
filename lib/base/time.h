// SPDX-License-Identifier: Apache-2.0
// Event time: when an event happened by the log's own clock. Never the wall
// clock of this process; lib/ does not know what time it is.
#pragma once

#include <compare>
#include <cstdint>

namespace audisp_eql {

// A length of time or a point since the epoch, in milliseconds plus
// nanoseconds below one millisecond. Audit stamps have whole milliseconds;
// exported events may be finer. Wide enough for millisecond stamps of any
// epoch (e.g. FILETIME-derived ones in exported data).
struct EventTime {
  std::int64_t ms = 0;
  std::int32_t ns = 0;  // [0, 1'000'000)

  constexpr auto operator<=>(const EventTime&) const = default;
};

// Saturates at the ends of int64 milliseconds.
[[nodiscard]] constexpr EventTime operator+(EventTime a, EventTime b) {
  std::int32_t ns = a.ns + b.ns;
  std::int64_t carry = 0;
  if (ns >= 1'000'000) {
    ns -= 1'000'000;
    carry = 1;
  }
  std::int64_t ms = 0;
  if (__builtin_add_overflow(a.ms, b.ms, &ms) || __builtin_add_overflow(ms, carry, &ms)) {
    return {b.ms < 0 ? INT64_MIN : INT64_MAX, 0};
  }
  return {ms, ns};
}

[[nodiscard]] constexpr EventTime operator-(EventTime a, EventTime b) {
  std::int32_t ns = a.ns - b.ns;
  std::int64_t borrow = 0;
  if (ns < 0) {
    ns += 1'000'000;
    borrow = 1;
  }
  std::int64_t ms = 0;
  if (__builtin_sub_overflow(a.ms, b.ms, &ms) || __builtin_sub_overflow(ms, borrow, &ms)) {
    return {b.ms > 0 ? INT64_MIN : INT64_MAX, 0};
  }
  return {ms, ns};
}

[[nodiscard]] constexpr EventTime milliseconds(std::int64_t ms) { return {ms, 0}; }
[[nodiscard]] constexpr EventTime seconds(std::int64_t s) { return {s * 1000, 0}; }

}  // namespace audisp_eql
