// SPDX-License-Identifier: Apache-2.0
// Dates and versions, the two kinds of text that compare.h orders by meaning.
#include <algorithm>
#include <optional>
#include <string_view>

#include "lib/eql/compare.h"
#include "lib/eql/number.h"

namespace audisp_eql::eql {

namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Days from 1970-01-01 in the proleptic Gregorian calendar (years begin in
// March, so that the leap day is a year's last).
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  constexpr std::int64_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  std::optional<EventTime> read() {
    if (!number(4, 0, 9999, year_)) return std::nullopt;
    if (!rest_.empty() && !date()) return std::nullopt;
    if (day_ > days_in_month(year_, month_)) return std::nullopt;
    const std::int64_t days = days_from_civil(year_, month_, day_);
    const std::int64_t seconds = (hour_ * 60 + minute_ - zone_) * 60 + second_;
    return EventTime{days * kMsPerDay + seconds * 1000 + nanos_ / 1'000'000,
                     static_cast<std::int32_t>(nanos_ % 1'000'000)};
  }

 private:
  bool number(std::size_t digits, std::int64_t low, std::int64_t high, std::int64_t& out) {
    if (rest_.size() < digits || !std::all_of(rest_.begin(), rest_.begin() + digits, is_digit)) return false;
    out = parse_integer(rest_.substr(0, digits), 10).as_int();
    rest_.remove_prefix(digits);
    return out >= low && out <= high;
  }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // What follows the year; each part may be the last.
  bool date() {
    if (accept('-')) {
      if (!number(2, 1, 12, month_)) return false;
      if (accept('-') && !number(2, 1, 31, day_)) return false;
    }
    if (rest_.empty()) return true;
    return (accept('T') || accept(' ')) && (rest_.empty() || time()) && rest_.empty();
  }
  bool time() {
    if (!number(2, 0, 23, hour_)) return false;
    if (accept(':')) {
      if (!number(2, 0, 59, minute_)) return false;
      if (accept(':') && (!number(2, 0, 59, second_) || !fraction())) return false;
    }
    return zone();
  }
  bool fraction() {
    if (!accept('.') && !accept(',')) return true;
    std::size_t digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()) && digits < 9; ++digits) {
      nanos_ = nanos_ * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    for (std::size_t i = digits; i < 9; ++i) nanos_ *= 10;
    return digits > 0;
  }
  bool zone() {
    if (rest_.empty() || accept('Z')) return true;
    const bool west = rest_.front() == '-';
    if (!accept('+') && !accept('-')) return false;
    std::int64_t hours = 0;
    std::int64_t minutes = 0;
    if (!number(2, 0, 23, hours)) return false;
    if ((accept(':') || !rest_.empty()) && !number(2, 0, 59, minutes)) return false;
    zone_ = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
  }

  std::string_view rest_;
  std::int64_t year_ = 0, month_ = 1, day_ = 1, hour_ = 0, minute_ = 0, second_ = 0, nanos_ = 0, zone_ = 0;
};

// The next part of a dotted list, taken off `list`.
std::string_view next_part(std::string_view& list) {
  const std::size_t dot = std::min(list.find('.'), list.size());
  const std::string_view part = list.substr(0, dot);
  list.remove_prefix(std::min(dot + 1, list.size()));
  return part;
}

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

Ordering from_sign(int sign) { return sign < 0 ? Ordering::kLess : sign > 0 ? Ordering::kGreater : Ordering::kEqual; }

// Numbers by value whatever their length, and before words.
Ordering compare_parts(std::string_view a, std::string_view b) {
  const bool a_number = all_digits(a);
  const bool b_number = all_digits(b);
  if (a_number != b_number) return a_number ? Ordering::kLess : Ordering::kGreater;
  if (a_number) {
    a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
    b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
    if (a.size() != b.size()) return a.size() < b.size() ? Ordering::kLess : Ordering::kGreater;
  }
  return from_sign(a.compare(b));
}

// Part by part; a list that is the beginning of the other comes first.
Ordering compare_lists(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const Ordering ordering = compare_parts(next_part(a), next_part(b));
    if (ordering != Ordering::kEqual) return ordering;
  }
  if (a.empty() && b.empty()) return Ordering::kEqual;
  return a.empty() ? Ordering::kLess : Ordering::kGreater;
}

struct Version {
  std::string_view numbers, prerelease;
  explicit Version(std::string_view text) {
    text = text.substr(0, text.find('+'));  // build data does not order
    const std::size_t dash = std::min(text.find('-'), text.size());
    numbers = text.substr(0, dash);
    prerelease = text.substr(std::min(dash + 1, text.size()));
  }
};

}  // namespace

std::optional<EventTime> parse_date(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (text.size() > 4 && all_digits(text.substr(negative ? 1 : 0))) {
    const event::Value ms = parse_integer(text, 10);
    return ms.is_null() ? std::nullopt : std::optional(milliseconds(ms.as_int()));
  }
  return DateReader(text).read();
}

Ordering compare_versions(std::string_view a, std::string_view b) {
  const Version left(a);
  const Version right(b);
  Ordering ordering = compare_lists(left.numbers, right.numbers);
  if (ordering != Ordering::kEqual) return ordering;
  if (left.prerelease.empty() != right.prerelease.empty()) {
    return left.prerelease.empty() ? Ordering::kGreater : Ordering::kLess;
  }
  ordering = compare_lists(left.prerelease, right.prerelease);
  return ordering == Ordering::kEqual ? from_sign(a.compare(b)) : ordering;
}

}  // namespace audisp_eql::eql
