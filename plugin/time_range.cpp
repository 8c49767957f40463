// SPDX-License-Identifier: Apache-2.0
#include "plugin/time_range.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plugin/clocks.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kForms =
    "2026-11-24, 2026-11-24T08:40:25 (also with Z or +01:00), 08:40, @1795506025, or now, recent, today, yesterday, "
    "this-week, week-ago, this-month, this-year, boot";
const std::vector<std::string_view> kWords = {"now",      "recent",     "today",     "yesterday", "this-week",
                                              "week-ago", "this-month", "this-year", "boot"};

// The kernel's boot time: proc(5), /proc/stat, btime.
std::optional<EventTime> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::int64_t at = 0;
    const std::string_view text = line;
    if (!text.starts_with("btime ")) continue;
    if (std::from_chars(text.data() + 6, text.data() + text.size(), at).ec == std::errc{}) return seconds(at);
  }
  return std::nullopt;
}

std::tm broken_down(EventTime time, TimeZone zone) {
  const std::time_t at = static_cast<std::time_t>(time.ms / 1000);
  std::tm out{};
  if (zone == TimeZone::kUtc) {
    ::gmtime_r(&at, &out);
  } else {
    ::localtime_r(&at, &out);
  }
  return out;
}

// Days and months out of range are carried, as mktime(3) does.
EventTime point(std::tm t, TimeZone zone) {
  t.tm_isdst = -1;
  return seconds(zone == TimeZone::kUtc ? ::timegm(&t) : ::mktime(&t));
}

EventTime midnight(std::tm day, TimeZone zone) {
  day.tm_hour = day.tm_min = day.tm_sec = 0;
  return point(day, zone);
}

std::optional<EventTime> word_time(std::string_view word, RangeEnd end, const TimeFrame& frame) {
  std::tm day = broken_down(frame.now, frame.zone);
  if (word == "now" || (word == "today" && end == RangeEnd::kUntil)) return frame.now;
  if (word == "recent") return frame.now - seconds(600);
  if (word == "boot") return frame.boot;
  if (word == "yesterday") day.tm_mday -= 1;
  if (word == "this-week") day.tm_mday -= day.tm_wday;
  if (word == "week-ago") day.tm_mday -= 7;
  if (word == "this-month" || word == "this-year") day.tm_mday = 1;
  if (word == "this-year") day.tm_mon = 0;
  return midnight(day, frame.zone);
}

// A cursor over the text; `at` is where it went wrong.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool is_done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return is_done() ? '\0' : text_[at_]; }

  bool take(std::string_view any_of) {
    if (is_done() || any_of.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  // Exactly `count` digits that make a number of [low, high].
  bool number(std::size_t count, int low, int high, int& out) {
    const std::string_view digits = text_.substr(at_, count);
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = digits.size() == count && error == std::errc{} && end == digits.data() + count;
    if (!whole || digits.front() == '-' || value < low || value > high) return false;
    out = value;
    at_ += count;
    return true;
  }

  // Of a second: one to nine digits, those past the third are ignored.
  bool fraction(std::int64_t& ms) {
    const std::size_t begin = at_;
    for (std::int64_t unit = 100; peek() >= '0' && peek() <= '9'; ++at_, unit /= 10) ms += (peek() - '0') * unit;
    return at_ > begin && at_ - begin <= 9;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct Parsed {
  std::tm local{};
  std::int64_t ms = 0;
  std::int64_t precision = 86'400'000;  // of what was said, in milliseconds
  std::optional<int> offset;            // east of UTC, in seconds
};

int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

bool parse_date(Digits& in, std::tm& out) {
  int year = 0, month = 0;
  if (!in.number(4, 1970, 9999, year) || !in.take("-") || !in.number(2, 1, 12, month) || !in.take("-")) return false;
  out.tm_year = year - 1900;
  out.tm_mon = month - 1;
  return in.number(2, 1, days_in(year, month), out.tm_mday);
}

bool parse_clock(Digits& in, Parsed& out) {
  out.precision = 60'000;
  out.local.tm_sec = 0;
  if (!in.number(2, 0, 23, out.local.tm_hour) || !in.take(":") || !in.number(2, 0, 59, out.local.tm_min)) return false;
  if (!in.take(":")) return true;
  out.precision = 1000;
  if (!in.number(2, 0, 59, out.local.tm_sec)) return false;
  if (!in.take(".,")) return true;
  out.precision = 1;
  return in.fraction(out.ms);
}

bool parse_offset(Digits& in, Parsed& out) {
  if (in.take("Zz")) {
    out.offset = 0;
    return true;
  }
  const int sign = in.peek() == '-' ? -1 : 1;
  int hours = 0, minutes = 0;
  if (!in.take("+-")) return true;
  if (!in.number(2, 0, 23, hours)) return false;
  in.take(":");
  if (!in.is_done() && !in.number(2, 0, 59, minutes)) return false;
  out.offset = sign * (hours * 3600 + minutes * 60);
  return true;
}

// RFC 3339 and ISO 8601's extended forms.
bool parse_iso(Digits& in, std::string_view text, const TimeFrame& frame, Parsed& out) {
  const bool clock_only = text.size() > 2 && text[2] == ':';
  if (clock_only) {
    out.local = broken_down(frame.now, frame.zone);
  } else {
    if (!parse_date(in, out.local)) return false;
    if (in.is_done()) return true;
    if (!in.take("Tt ")) return false;
  }
  return parse_clock(in, out) && parse_offset(in, out) && in.is_done();
}

Diagnostic wrong(std::string_view text, RangeEnd end, std::size_t at) {
  const Source source{end == RangeEnd::kSince ? "--since" : "--until", std::string(text), 1, 1};
  std::string hint = fmt::format("give one of {}", kForms);
  if (const std::string_view near = nearest(text, kWords); !near.empty())
    hint = fmt::format("did you mean `{}`?", near);
  const Span span{std::min(at, text.size()), text.size()};
  return diagnose(source, span, text.empty() ? "there is no time" : "this is no time", std::move(hint));
}

Result<EventTime> parse_epoch(std::string_view text, RangeEnd end) {
  std::int64_t whole = 0;
  const char* const last = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, last, whole);
  // The kernel's stamps are far below this, and sums of it do not overflow.
  constexpr std::int64_t kMost = 253'402'300'799;
  Digits rest(std::string_view(stop, static_cast<std::size_t>(last - stop)));
  std::int64_t ms = 0;
  const bool is_whole = rest.is_done();
  const bool is_good = error == std::errc{} && whole >= 0 && whole <= kMost &&
                       (is_whole || (rest.take(".") && rest.fraction(ms) && rest.is_done()));
  if (!is_good) return Error(wrong(text, end, static_cast<std::size_t>(stop - text.data())));
  return milliseconds(whole * 1000 + (is_whole && end == RangeEnd::kUntil ? 999 : ms));
}

}  // namespace

TimeFrame time_frame(TimeZone zone) { return {read_clock(CLOCK_REALTIME), boot_time(), zone}; }

Result<EventTime> parse_time(std::string_view text, RangeEnd end, const TimeFrame& frame) {
  if (std::find(kWords.begin(), kWords.end(), text) != kWords.end()) {
    if (const auto time = word_time(text, end, frame)) return *time;
    Diagnostic d = wrong(text, end, 0);
    d.message = "/proc/stat does not say when this machine was started";
    d.hint = fmt::format("give one of {}", kForms);
    return Error(std::move(d));
  }
  if (text.starts_with('@')) return parse_epoch(text, end);
  Digits in(text);
  Parsed parsed;
  if (!parse_iso(in, text, frame, parsed)) return Error(wrong(text, end, in.at()));
  EventTime time =
      parsed.offset ? point(parsed.local, TimeZone::kUtc) - seconds(*parsed.offset) : point(parsed.local, frame.zone);
  time = time + milliseconds(parsed.ms);
  // A day need not have 24 hours: its end is the next one's begin.
  if (end == RangeEnd::kSince) return time;
  if (parsed.precision < 86'400'000) return time + milliseconds(parsed.precision - 1);
  parsed.local.tm_mday += 1;
  return point(parsed.local, frame.zone) - milliseconds(1);
}

Result<TimeRange> parse_range(const std::optional<std::string>& since, const std::optional<std::string>& until,
                              const TimeFrame& frame) {
  TimeRange range;
  std::vector<Diagnostic> errors;
  const auto take = [&](const std::optional<std::string>& text, RangeEnd end, std::optional<EventTime>& out) {
    if (!text) return;
    const Result<EventTime> time = parse_time(*text, end, frame);
    if (time) {
      out = *time;
    } else {
      errors.push_back(time.error().diagnostics.front());
    }
  };
  take(since, RangeEnd::kSince, range.since);
  take(until, RangeEnd::kUntil, range.until);
  if (!errors.empty()) return Error(std::move(errors));
  if (range.since && range.until && *range.until < *range.since) {
    Diagnostic d = wrong(*until, RangeEnd::kUntil, 0);
    d.message = fmt::format("{} is before --since, {}", shown_time(*range.until, frame.zone),
                            shown_time(*range.since, frame.zone));
    d.hint = "a word is the beginning of what it names: --until yesterday ends where yesterday begins";
    return Error(std::move(d));
  }
  return range;
}

}  // namespace audisp_eql::plugin
