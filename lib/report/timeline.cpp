// SPDX-License-Identifier: Apache-2.0
#include "lib/report/timeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "lib/report/markup.h"

namespace audisp_eql::report {
namespace {

// Years 0 to 9999; other stamps are damaged.
constexpr std::int64_t kEarliest = -62'167'219'200'000;
constexpr std::int64_t kLatest = 253'402'300'799'999;

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::int64_t kSteps[] = {
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    kSecond,
    2 * kSecond,
    5 * kSecond,
    15 * kSecond,
    30 * kSecond,
    kMinute,
    2 * kMinute,
    5 * kMinute,
    15 * kMinute,
    30 * kMinute,
    kHour,
    3 * kHour,
    6 * kHour,
    12 * kHour,
    kDay,
    2 * kDay,
    4 * kDay,
    7 * kDay,
    14 * kDay,
    30 * kDay,
    90 * kDay,
    365 * kDay,
    3650 * kDay,
    36500 * kDay,
    365000 * kDay,
};
constexpr std::int64_t kMaxTicks = 6;

constexpr int kLaneHeight = 30;
constexpr int kBase = 27;  // where marks stand
constexpr double kLowest = 12, kHighest = 24;

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

struct Tick {
  double percent;
  std::string label;
};

// What of "2026-11-24 08:40:25.106 +01:00" tells ticks of that step apart.
std::string tick_label(std::int64_t at, std::int64_t step, std::int64_t range, const alert::UtcOffset& offset) {
  const std::string text = shown_time(milliseconds(at), offset);
  const std::size_t from = step >= kDay ? 0 : range > kDay ? 5 : 11;
  const std::size_t to = step >= kDay ? 10 : step >= kMinute ? 16 : step >= kSecond ? 19 : 23;
  return text.substr(from, to - from);
}

// The range that is drawn, with a margin on both sides.
class Axis {
 public:
  Axis(std::int64_t first, std::int64_t last) {
    const std::int64_t margin = std::max<std::int64_t>((last - first) / 32, first == last ? 500 : 1);
    from_ = first - margin;
    to_ = last + margin;
  }

  [[nodiscard]] double percent(std::int64_t at) const {
    return 100.0 * static_cast<double>(at - from_) / static_cast<double>(to_ - from_);
  }

  // At round times of the clock on the wall.
  [[nodiscard]] std::vector<Tick> ticks(const alert::UtcOffset& offset) const {
    const std::int64_t range = to_ - from_;
    const auto* step = std::find_if(std::begin(kSteps), std::end(kSteps) - 1,
                                    [range](std::int64_t s) { return range / s < kMaxTicks; });
    const std::int64_t local = (offset ? offset(milliseconds(from_)) : 0) * kSecond;
    std::vector<Tick> out;
    for (std::int64_t at = floor_to(from_ + local, *step) + *step - local; at < to_; at += *step) {
      out.push_back({percent(at), tick_label(at, *step, range, offset)});
    }
    return out;
  }

 private:
  std::int64_t from_, to_;
};

std::string grid(const std::vector<Tick>& ticks) {
  std::string out;
  for (const Tick& tick : ticks) {
    out += fmt::format("<line class=\"grid\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"0\" y2=\"{1}\"/>", tick.percent,
                       kLaneHeight);
  }
  return out + fmt::format("<line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>", kBase);
}

std::string axis_html(const std::vector<Tick>& ticks) {
  std::string out = "<div class=\"lane axis\"><span></span><svg width=\"100%\" height=\"18\" aria-hidden=\"true\">";
  for (const Tick& tick : ticks) {
    out += fmt::format("<text x=\"{:.2f}%\" y=\"13\" text-anchor=\"middle\">{}</text>", tick.percent, tick.label);
  }
  return out + "</svg><span></span></div>";
}

// One alert is a short mark, ten a higher one, a thousand the highest.
double mark_height(std::uint64_t alerts) {
  return std::min(kHighest, kLowest + 4 * std::log10(static_cast<double>(alerts)));
}

}  // namespace

Timeline::Lane& Timeline::lane_of(std::string_view host) {
  if (const auto it = lanes_.find(host); it != lanes_.end()) return it->second;
  return lanes_.size() < max_lanes_ ? lanes_[std::string(host)] : others_;
}

void Timeline::widen_slices() {
  ++shift_;
  const auto halve = [](Lane& lane) {
    std::map<std::int64_t, Mark> wide;
    for (const auto& [slice, mark] : lane.marks) {
      Mark& into = wide.try_emplace(slice >> 1, Mark{mark.first, 0, mark.worst}).first->second;
      into.first = std::min(into.first, mark.first);
      into.alerts += mark.alerts;
      into.worst = std::max(into.worst, mark.worst);
    }
    lane.marks = std::move(wide);
  };
  for (auto& [host, lane] : lanes_) halve(lane);
  halve(others_);
}

void Timeline::add(std::string_view host, EventTime time, alert::RuleSeverity severity) {
  const std::int64_t at = std::clamp(time.ms, kEarliest, kLatest);
  const bool is_first = lanes_.empty();
  first_ = is_first ? at : std::min(first_, at);
  last_ = is_first ? at : std::max(last_, at);
  while ((last_ >> shift_) - (first_ >> shift_) >= kMaxSlices) widen_slices();
  Lane& lane = lane_of(host);
  ++lane.alerts;
  Mark& mark = lane.marks.try_emplace(at >> shift_, Mark{at, 0, severity}).first->second;
  mark.first = std::min(mark.first, at);
  mark.worst = std::max(mark.worst, severity);
  ++mark.alerts;
}

std::string Timeline::html(const std::vector<Target>& targets, const alert::UtcOffset& offset) const {
  const Axis axis(first_, last_);
  const std::vector<Tick> ticks = axis.ticks(offset);
  const std::string background = grid(ticks);
  std::map<std::pair<const Lane*, std::int64_t>, std::string_view> anchors;
  for (const Target& target : targets) {
    const auto it = lanes_.find(target.host);
    const Lane* lane = it == lanes_.end() ? &others_ : &it->second;
    anchors.try_emplace({lane, std::clamp(target.time.ms, kEarliest, kLatest) >> shift_}, target.anchor);
  }

  const auto mark_html = [&](const Lane& lane, std::int64_t slice, const Mark& mark) {
    const double height = mark_height(mark.alerts);
    const std::string rect = fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}%\" y=\"{:.1f}\" width=\"8\" height=\"{:.1f}\" rx=\"1\"><title>{}: {}</title>"
        "</rect>",
        alert::to_string(mark.worst), axis.percent(mark.first), kBase - height, height,
        shown_time(milliseconds(mark.first), offset), counted(mark.alerts, "alert"));
    const auto anchor = anchors.find({&lane, slice});
    return anchor == anchors.end() ? rect : fmt::format("<a href=\"#{}\">{}</a>", anchor->second, rect);
  };
  const auto lane_html = [&](const std::string& name, const std::string& link, const Lane& lane) {
    std::string marks;
    for (const auto& [slice, mark] : lane.marks) marks += mark_html(lane, slice, mark);
    return fmt::format(
        "<div class=\"lane\">{}<svg width=\"100%\" height=\"{}\" role=\"img\" aria-label=\"{} on {}\">{}{}</svg>"
        "<span class=\"count\">{}</span></div>\n",
        link, kLaneHeight, counted(lane.alerts, "alert"), name, background, marks, grouped(lane.alerts));
  };
  std::string out = "<div class=\"lanes\">\n";
  for (const auto& [host, lane] : lanes_) {
    const std::string name = encode(host);
    out += lane_html(
        name, fmt::format("<a class=\"host\" href=\"#host={}\"><bdi>{}</bdi></a>", percent_encode(host), name), lane);
  }
  if (others_.alerts > 0) out += lane_html("other hosts", "<span class=\"host\">other hosts</span>", others_);
  return out + axis_html(ticks) + "</div>\n";
}

}  // namespace audisp_eql::report
