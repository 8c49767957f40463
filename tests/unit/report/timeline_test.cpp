// SPDX-License-Identifier: Apache-2.0
#include "lib/report/timeline.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/text_count.h"

using namespace audisp_eql;
using alert::RuleSeverity;
using report::Timeline;
using test::count_of;

namespace {

std::string html_of(const Timeline& timeline) { return timeline.html({}, {}); }

}  // namespace

TEST_CASE("each host has a lane, in the order of names, with its count") {
  Timeline timeline(10);
  timeline.add("desk7", milliseconds(5'000), RuleSeverity::kLow);
  timeline.add("a&amp;b", milliseconds(1'000), RuleSeverity::kHigh);
  timeline.add("desk7", milliseconds(9'000), RuleSeverity::kMedium);
  CHECK(timeline.hosts() == 2);
  CHECK(timeline.first() == milliseconds(1'000));
  CHECK(timeline.last() == milliseconds(9'000));
  const std::string html = html_of(timeline);
  CHECK(count_of(html, "<rect ") == 3);
  CHECK(count_of(html, "<rect class=\"high\"") == 1);
  CHECK(html.find("aria-label=\"2 alerts on desk7\"") != std::string::npos);
  CHECK(html.find(">a&amp;amp;b<") < html.find(">desk7<"));
  CHECK(html.find("href=\"#host=a%26amp%3Bb\"") != std::string::npos);
}

TEST_CASE("a mark stands where its time is between the first and the last") {
  Timeline timeline(10);
  for (const std::int64_t ms : {0, 16'000, 32'000}) timeline.add("h", milliseconds(ms), RuleSeverity::kLow);
  const std::string html = html_of(timeline);
  // 32 s and a margin of one on both sides.
  for (const char* x : {"x=\"2.94%\" y", "x=\"50.00%\" y", "x=\"97.06%\" y"}) CHECK(html.find(x) != std::string::npos);
}

TEST_CASE("ticks are at round times of the local clock") {
  Timeline timeline(10);
  timeline.add("h", milliseconds(1'795'593'600'000), RuleSeverity::kLow);  // 2026-11-25T08:00Z
  timeline.add("h", milliseconds(1'795'766'400'000), RuleSeverity::kLow);  // two days later
  const std::string html = timeline.html({}, [](EventTime) { return 5 * 3600 + 1800; });
  for (const char* label : {">11-26 00:00<", ">11-26 12:00<", ">11-27 00:00<", ">11-27 12:00<"}) {
    CHECK(html.find(label) != std::string::npos);
  }
  CHECK(count_of(html, "<text ") == 4);
}

TEST_CASE("alerts of one millisecond are one mark of the worst severity") {
  Timeline timeline(10);
  timeline.add("h", milliseconds(7), RuleSeverity::kCritical);
  timeline.add("h", milliseconds(7), RuleSeverity::kLow);
  const std::string html = html_of(timeline);
  CHECK(count_of(html, "<rect ") == 1);
  CHECK(html.find("<rect class=\"critical\"") != std::string::npos);
  CHECK(html.find("2 alerts</title>") != std::string::npos);
}

TEST_CASE("slices widen so that there are never too many, and no alert is lost") {
  Timeline timeline(10);
  for (std::int64_t i = 0; i < 240; ++i) timeline.add("h", milliseconds(i), RuleSeverity::kLow);
  CHECK(count_of(html_of(timeline), "<rect ") == 240);
  timeline.add("h", milliseconds(240), RuleSeverity::kHigh);
  CHECK(count_of(html_of(timeline), "<rect ") == 121);
  CHECK(count_of(html_of(timeline), "<rect class=\"high\"") == 1);
  timeline.add("other", milliseconds(INT64_MAX), RuleSeverity::kLow);
  timeline.add("other", milliseconds(INT64_MIN), RuleSeverity::kLow);
  const std::string html = html_of(timeline);
  CHECK(count_of(html, "<rect ") == 3);
  CHECK(html.find("241 alerts</title>") != std::string::npos);
  CHECK(timeline.first() == milliseconds(-62'167'219'200'000));
}

TEST_CASE("hosts over the limit share one lane") {
  for (const std::size_t hosts : {1, 2, 3}) {
    Timeline timeline(2);
    for (std::size_t i = 0; i < hosts; ++i)
      timeline.add("host" + std::to_string(i), milliseconds(1), RuleSeverity::kLow);
    CHECK(timeline.hosts() == (hosts > 2 ? 2 : hosts));
    CHECK(timeline.has_more_hosts() == (hosts > 2));
    CHECK(count_of(html_of(timeline), "1 alert on other hosts") == (hosts > 2 ? 1 : 0));
  }
}

TEST_CASE("a mark leads to the first of its alerts that is drawn") {
  Timeline timeline(10);
  timeline.add("h", milliseconds(0), RuleSeverity::kLow);
  timeline.add("h", milliseconds(9'000), RuleSeverity::kLow);
  const std::string html = timeline.html(
      {{"h", milliseconds(0), "a-1"}, {"h", milliseconds(0), "a-2"}, {"other", milliseconds(9'000), "a-3"}}, {});
  CHECK(count_of(html, "<a href=\"#a-1\"><rect") == 1);
  CHECK(count_of(html, "#a-") == 1);
}
