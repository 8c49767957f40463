// SPDX-License-Identifier: Apache-2.0
#include "plugin/time_range.h"

#include <cstdlib>
#include <ctime>

#include <doctest/doctest.h>

#include "lib/alert/format.h"

namespace audisp_eql::plugin {
namespace {

// A time zone of its own while it lives.
class Zone {
 public:
  explicit Zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    ::unsetenv("TZ");
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
};

// POSIX's way to say Central Europe, which needs no data base.
constexpr char kBerlin[] = "CET-1CEST,M3.5.0,M10.5.0/3";

// Tuesday 2026-11-24, 07:41:03.412 UTC.
TimeFrame frame(TimeZone zone) { return {milliseconds(1'795'506'063'412), seconds(1'795'500'000), zone}; }

std::string parsed(std::string_view text, RangeEnd end, TimeZone zone = TimeZone::kUtc) {
  const Result<EventTime> time = parse_time(text, end, frame(zone));
  return time ? alert::format_time(*time) : time.error().diagnostics.front().message;
}

TEST_CASE("times of every form, as the begin and as the end of a range") {
  const struct {
    std::string text, since, until;
  } rows[] = {
      {"2026-11-24", "2026-11-24T00:00:00.000Z", "2026-11-24T23:59:59.999Z"},
      {"2024-02-29", "2024-02-29T00:00:00.000Z", "2024-02-29T23:59:59.999Z"},
      {"2026-12-31", "2026-12-31T00:00:00.000Z", "2026-12-31T23:59:59.999Z"},
      {"2026-11-24T08:40", "2026-11-24T08:40:00.000Z", "2026-11-24T08:40:59.999Z"},
      {"2026-11-24 08:40:25", "2026-11-24T08:40:25.000Z", "2026-11-24T08:40:25.999Z"},
      {"2026-11-24T08:40:25.1", "2026-11-24T08:40:25.100Z", "2026-11-24T08:40:25.100Z"},
      {"2026-11-24t08:40:25,106999z", "2026-11-24T08:40:25.106Z", "2026-11-24T08:40:25.106Z"},
      {"2026-11-24T08:40:25.106+01:00", "2026-11-24T07:40:25.106Z", "2026-11-24T07:40:25.106Z"},
      {"2026-11-24T00:10-0330", "2026-11-24T03:40:00.000Z", "2026-11-24T03:40:59.999Z"},
      {"2026-11-24T08:40+02", "2026-11-24T06:40:00.000Z", "2026-11-24T06:40:59.999Z"},
      {"08:40", "2026-11-24T08:40:00.000Z", "2026-11-24T08:40:59.999Z"},
      {"08:40:25", "2026-11-24T08:40:25.000Z", "2026-11-24T08:40:25.999Z"},
      {"@1795506025", "2026-11-24T07:40:25.000Z", "2026-11-24T07:40:25.999Z"},
      {"@1795506025.106", "2026-11-24T07:40:25.106Z", "2026-11-24T07:40:25.106Z"},
      {"@0", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.999Z"},
      {"now", "2026-11-24T07:41:03.412Z", "2026-11-24T07:41:03.412Z"},
      {"recent", "2026-11-24T07:31:03.412Z", "2026-11-24T07:31:03.412Z"},
      {"today", "2026-11-24T00:00:00.000Z", "2026-11-24T07:41:03.412Z"},
      {"yesterday", "2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00.000Z"},
      {"this-week", "2026-11-22T00:00:00.000Z", "2026-11-22T00:00:00.000Z"},
      {"week-ago", "2026-11-17T00:00:00.000Z", "2026-11-17T00:00:00.000Z"},
      {"this-month", "2026-11-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"},
      {"this-year", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"},
      {"boot", "2026-11-24T06:00:00.000Z", "2026-11-24T06:00:00.000Z"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(parsed(row.text, RangeEnd::kSince) == row.since);
    CHECK(parsed(row.text, RangeEnd::kUntil) == row.until);
  }
}

TEST_CASE("a time without zone is local, summer or winter") {
  const Zone zone(kBerlin);
  const struct {
    std::string text, since, until;
  } rows[] = {
      {"2026-11-24T08:40", "2026-11-24T07:40:00.000Z", "2026-11-24T07:40:59.999Z"},
      {"2026-07-01T08:40", "2026-07-01T06:40:00.000Z", "2026-07-01T06:40:59.999Z"},
      {"2026-07-01T08:40Z", "2026-07-01T08:40:00.000Z", "2026-07-01T08:40:59.999Z"},
      {"2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T22:59:59.999Z"},  // 25 hours
      {"2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z"},  // 23 hours
      {"this-year", "2025-12-31T23:00:00.000Z", "2025-12-31T23:00:00.000Z"},
      {"08:40", "2026-11-24T07:40:00.000Z", "2026-11-24T07:40:59.999Z"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(parsed(row.text, RangeEnd::kSince, TimeZone::kLocal) == row.since);
    CHECK(parsed(row.text, RangeEnd::kUntil, TimeZone::kLocal) == row.until);
  }
}

TEST_CASE("what is no time is an error that points to where it goes wrong") {
  const struct {
    std::string text;
    std::size_t column;
    std::string hint;
  } rows[] = {
      {"", 1, "give one of 2026-11-24, "},
      {"yesterdy", 1, "did you mean `yesterday`?"},
      {"tomorrow", 1, "give one of "},
      {"2026-13-01", 6, "give one of "},
      {"2026-02-29", 9, "give one of "},
      {"2026-11-24T24:00", 12, "give one of "},
      {"2026-11-24T08:60", 15, "give one of "},
      {"2026-11-24T08:40:60", 18, "give one of "},
      {"2026-11-24T08", 14, "give one of "},
      {"2026-11-24T08:40:25.", 21, "give one of "},
      {"2026-11-24T08:40:25.1234567891", 31, "give one of "},
      {"2026-11-24T08:40+2", 18, "give one of "},
      {"2026-11-24T08:40 UTC", 17, "give one of "},
      {"2026-11-24x", 11, "give one of "},
      {"+026-11-24", 1, "give one of "},
      {"11/24/2026", 1, "give one of "},
      {"8:40", 1, "give one of "},
      {"@", 2, "give one of "},
      {"@-5", 4, "give one of "},
      {"@12x", 4, "give one of "},
      {"@1.", 3, "give one of "},
      {"@99999999999999999999", 22, "give one of "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Result<EventTime> time = parse_time(row.text, RangeEnd::kUntil, frame(TimeZone::kUtc));
    REQUIRE_FALSE(time.has_value());
    const Diagnostic d = time.error().diagnostics.front();
    CHECK(d.file == "--until");
    CHECK(d.column == row.column);
    CHECK(d.hint.starts_with(row.hint));
  }
}

TEST_CASE("boot is an error where nobody knows it, and this machine's where the kernel says it") {
  TimeFrame unknown = frame(TimeZone::kUtc);
  unknown.boot.reset();
  CHECK_FALSE(parse_time("boot", RangeEnd::kSince, unknown).has_value());
  const TimeFrame here = time_frame(TimeZone::kUtc);
  REQUIRE(here.boot.has_value());
  CHECK(*here.boot < here.now);
}

TEST_CASE("a range has both its ends, and must not be turned round") {
  const TimeFrame now = frame(TimeZone::kUtc);
  const auto range = parse_range("@10", "@20", now);
  REQUIRE(range.has_value());
  CHECK(range->is_bounded());
  CHECK_FALSE(range->has(milliseconds(9'999)));
  CHECK(range->has(seconds(10)));
  CHECK(range->has(milliseconds(20'999)));
  CHECK_FALSE(range->has(seconds(21)));
  const auto open = parse_range(std::nullopt, "@20", now);
  CHECK(open->has(seconds(-5)));
  CHECK_FALSE(parse_range(std::nullopt, std::nullopt, now)->is_bounded());
  CHECK(parse_range("@10", "@10", now).has_value());
  const auto turned = parse_range("now", "yesterday", now);
  REQUIRE_FALSE(turned.has_value());
  CHECK(turned.error().diagnostics.front().message ==
        "2026-11-23T00:00:00.000Z is before --since, 2026-11-24T07:41:03.412Z");
  CHECK(parse_range("x", "y", now).error().diagnostics.size() == 2);
}

}  // namespace
}  // namespace audisp_eql::plugin
