// SPDX-License-Identifier: Apache-2.0
// When alerts were, by host, in bounded memory whatever the range: the times of
// a host are counted in slices, whose width doubles when there are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/alert/format.h"
#include "lib/base/time.h"

namespace audisp_eql::report {

inline constexpr std::size_t kDefaultLanes = 40;
inline constexpr std::int64_t kMaxSlices = 240;

// An alert that the page draws, for a mark to lead to.
struct Target {
  std::string_view host;  // printable
  EventTime time;
  std::string_view anchor;  // the element's id: letters, digits and '-'
};

class Timeline {
 public:
  explicit Timeline(std::size_t max_lanes) : max_lanes_(max_lanes) {}

  // `host` is printable. Hosts past the limit share one lane.
  void add(std::string_view host, EventTime time, alert::RuleSeverity severity);

  // A lane (<svg>) for each host, in the order of their names, and the axis. Each mark
  // is a slice: as high as it has alerts, in the colour of the worst, and leads to
  // its first target. REQUIRES: targets in the order of time.
  [[nodiscard]] std::string html(const std::vector<Target>& targets, const alert::UtcOffset& offset) const;

  // Hosts with a lane of their own, and whether there were more.
  [[nodiscard]] std::size_t hosts() const { return lanes_.size(); }
  [[nodiscard]] bool has_more_hosts() const { return others_.alerts > 0; }
  // REQUIRES: hosts() > 0.
  [[nodiscard]] EventTime first() const { return milliseconds(first_); }
  [[nodiscard]] EventTime last() const { return milliseconds(last_); }

 private:
  struct Mark {
    std::int64_t first = 0;  // the earliest alert of the slice
    std::uint64_t alerts = 0;
    alert::RuleSeverity worst = alert::RuleSeverity::kLow;
  };
  struct Lane {
    std::uint64_t alerts = 0;
    std::map<std::int64_t, Mark> marks;  // by slice
  };

  [[nodiscard]] Lane& lane_of(std::string_view host);
  void widen_slices();

  std::size_t max_lanes_;
  std::map<std::string, Lane, std::less<>> lanes_;
  Lane others_;
  int shift_ = 0;  // a slice is 2^shift_ milliseconds
  std::int64_t first_ = 0, last_ = 0;
};

}  // namespace audisp_eql::report
