// SPDX-License-Identifier: Apache-2.0
// Every cap of the grouper at n-1, n and n+1. None discards an event.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

#include "lib/audit/grouper.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::syscall;

namespace {

struct Read {
  std::vector<RecordGroup> groups;
  GrouperCounters counters;
};

Read collect(const std::vector<std::string>& lines, const GrouperLimits& limits) {
  const Selection selection;
  Grouper grouper(selection, limits);
  Read out;
  const auto drain = [&] {
    while (const RecordGroup* group = grouper.next()) out.groups.push_back(*group);
  };
  for (const std::string& text : lines) {
    grouper.add(text);
    drain();
  }
  grouper.flush();
  drain();
  out.counters = grouper.counters();
  return out;
}

std::string argument(unsigned serial, unsigned index, std::size_t length = 100) {
  return line("EXECVE", serial, "a" + std::to_string(index) + "=\"" + std::string(length, 'x') + "\"");
}
std::string address(unsigned serial) { return line("SOCKADDR", serial, "saddr=02001F907F000001"); }
std::string eoe(unsigned serial) { return line("EOE", serial, ""); }

// The event with serial 1 and n others begun before its end.
std::vector<std::string> late_end(unsigned others) {
  std::vector<std::string> lines{syscall(1, test::kConnect)};
  for (unsigned i = 0; i < others; ++i) lines.push_back(syscall(2 + i, test::kOpenat));
  lines.push_back(address(1));
  lines.push_back(eoe(1));
  return lines;
}

}  // namespace

TEST_CASE("max_open_events: the oldest is given up for one more, and is whole with its late records") {
  constexpr unsigned kLimit = 4;
  for (const unsigned open : {kLimit - 1, kLimit, kLimit + 1}) {
    CAPTURE(open);
    std::vector<std::string> lines;
    for (unsigned i = 1; i <= open; ++i) lines.push_back(syscall(i, test::kConnect));
    for (unsigned i = 1; i <= open; ++i) {
      lines.push_back(address(i));
      lines.push_back(eoe(i));
    }
    const Read got = collect(lines, {.max_open_events = kLimit});
    CHECK(got.counters.evicted_events == (open > kLimit ? 2 : 0));  // one more when it comes back
    std::size_t whole = 0;
    for (const RecordGroup& group : got.groups) whole += !group.incomplete && group.records.size() == 2;
    CHECK(whole == open);
  }
  CHECK(collect({syscall(1, test::kConnect), address(1), eoe(1)}, {.max_open_events = 0}).groups.size() == 1);
}

TEST_CASE("max_later_events: an event without end is given up, and is whole with its late records") {
  constexpr unsigned kLimit = 10;
  for (const unsigned others : {kLimit - 1, kLimit, kLimit + 1}) {
    CAPTURE(others);
    const Read got = collect(late_end(others), {.max_later_events = kLimit});
    const bool torn = others > kLimit;
    REQUIRE(got.groups.size() == (torn ? 2 : 1));
    CHECK(got.counters.incomplete_events == (torn ? 1 : 0));
    CHECK(got.counters.late_records == (torn ? 1 : 0));
    CHECK(got.groups.front().incomplete == torn);
    CHECK_FALSE(got.groups.back().incomplete);
    CHECK(got.groups.back().records.size() == 2);
  }
}

TEST_CASE("max_age is log time since the event was opened, however old its own stamp is") {
  const auto at = [](int ms) {
    return "type=USER_LOGIN msg=audit(" + std::to_string(1700000000 + ms / 1000) + "." +
           std::to_string(1000 + ms % 1000).substr(1) + ":900): x=1";
  };
  // The clock stands at 400 s when the event of second 0 arrives: it blocked that long.
  for (const int ms : {1999, 2000, 2001}) {
    CAPTURE(ms);
    const Read got = collect({at(400'000), syscall(1, test::kConnect), at(400'000 + ms), address(1), eoe(1)},
                             {.max_age = seconds(2)});
    CHECK(got.groups.size() == (ms > 2000 ? 2 : 1));
    CHECK(got.counters.incomplete_events == (ms > 2000 ? 1 : 0));
    CHECK(got.groups.back().records.size() == 2);
  }
}

TEST_CASE("max_records_per_event: argument records go, the first and last of them stay") {
  constexpr unsigned kLimit = 6;
  for (const unsigned records : {kLimit - 1, kLimit, kLimit + 1, kLimit + 5}) {
    CAPTURE(records);
    std::vector<std::string> lines{syscall(1, test::kExecve)};
    for (unsigned i = 0; i + 1 < records; ++i) lines.push_back(argument(1, i));
    lines.push_back(line("CWD", 1, "cwd=\"/\""));
    lines.push_back(line("PATH", 1, "item=0 name=\"/bin/sh\""));
    lines.push_back(eoe(1));
    const Read got = collect(lines, {.max_records_per_event = kLimit});
    REQUIRE(got.groups.size() == 1);
    const RecordGroup& group = got.groups.front();
    CHECK(group.truncated == (records > kLimit));
    CHECK(got.counters.dropped_records == (records > kLimit ? records - kLimit : 0));
    CHECK((got.counters.dropped_argument_bytes > 0) == (records > kLimit + 1));
    CHECK(group.text.find(" a0=\"x") != std::string::npos);
    CHECK(group.text.find(" a" + std::to_string(records - 2) + "=\"x") != std::string::npos);
    CHECK(group.text.find("type=CWD") != std::string::npos);
    CHECK(group.text.find("type=PATH") != std::string::npos);
  }
}

TEST_CASE("max_bytes_per_event: argument bytes go, and nothing of the other records") {
  std::vector<std::string> lines{syscall(1, test::kExecve), argument(1, 0), argument(1, 1), argument(1, 2)};
  const std::size_t size = collect({lines[0], lines[1], lines[2], lines[3], eoe(1)}, {}).groups.front().text.size();
  const std::vector<std::string> rest{line("CWD", 1, "cwd=\"/\""), line("CWD", 1, "cwd=\"/other\""),
                                      line("PATH", 1, "item=0 name=\"/bin/sh\""), address(1), eoe(1)};
  lines.insert(lines.end(), rest.begin(), rest.end());
  for (const std::size_t limit : {size - 1, size, size + 1}) {
    CAPTURE(limit);
    const Read got = collect(lines, {.max_bytes_per_event = limit});
    REQUIRE(got.groups.size() == 1);
    const RecordGroup& group = got.groups.front();
    CHECK(group.truncated == (limit < size));
    CHECK(got.counters.dropped_argument_bytes == 0);  // the last one is kept, so nothing was lost yet
    CHECK(group.text.find(" a2=\"x") != std::string::npos);
    CHECK(group.text.find("cwd=\"/\"") != std::string::npos);
    CHECK(group.text.find("cwd=\"/other\"") == std::string::npos);  // the first of a type is enough
    CHECK(group.text.find("type=PATH") != std::string::npos);
    CHECK(group.text.find("type=SOCKADDR") != std::string::npos);
  }
  lines.insert(lines.begin() + 4, argument(1, 3));
  const Read got = collect(lines, {.max_bytes_per_event = size - 1});
  CHECK(got.counters.dropped_argument_bytes == argument(1, 2).size());
  CHECK(got.groups.front().text.find(" a1=\"x") != std::string::npos);
  CHECK(got.groups.front().text.find(" a2=\"x") == std::string::npos);
  CHECK(got.groups.front().text.find(" a3=\"x") != std::string::npos);
}

TEST_CASE("max_open_bytes: the oldest events are given up, never the one that grows") {
  const std::size_t each = collect({argument(1, 0), syscall(1, test::kExecve), eoe(1)}, {}).groups.front().text.size();
  std::vector<std::string> lines;
  for (const unsigned serial : {1U, 2U, 3U}) {
    std::string call = syscall(serial, test::kExecve);
    call.replace(call.find(" pid=11 "), 8, " pid=1" + std::to_string(serial) + " ");  // processes of their own
    lines.push_back(std::move(call));
    lines.push_back(argument(serial, 0));
  }
  for (const unsigned serial : {1U, 2U, 3U}) lines.push_back(eoe(serial));
  for (const std::size_t limit : {3 * each - 1, 3 * each, 3 * each + 1}) {
    CAPTURE(limit);
    const Read got = collect(lines, {.max_open_bytes = limit});
    CHECK(got.groups.size() == 3);
    CHECK(got.counters.evicted_events == (limit < 3 * each ? 1 : 0));
    CHECK(got.counters.incomplete_events == (limit < 3 * each ? 1 : 0));
  }
  // A lone event may be larger; its own cap is another one.
  const Read lone = collect({lines[0], lines[1], argument(1, 1), eoe(1)}, {.max_open_bytes = 10});
  CHECK(lone.groups.size() == 1);
  CHECK(lone.counters.evicted_events == 0);
}

TEST_CASE("max_kept_events: what is kept of events given up goes, the oldest first") {
  constexpr unsigned kLimit = 5;
  for (const unsigned given_up : {kLimit - 1, kLimit, kLimit + 1}) {
    const Selection selection;
    Grouper grouper(selection, {.max_kept_events = kLimit});
    for (unsigned serial = 1; serial <= given_up; ++serial) grouper.add(syscall(serial, test::kConnect));
    grouper.flush();
    while (grouper.next() != nullptr) {
    }
    grouper.add(address(1));
    grouper.add(eoe(1));
    const RecordGroup* group = grouper.next();
    CAPTURE(given_up);
    CHECK((group != nullptr) == (given_up <= kLimit));
    CHECK(grouper.counters().late_records == 1);
  }
}

TEST_CASE("max_kept_bytes: of all events kept, and a sixteenth of it for each") {
  const std::size_t each = collect({syscall(1, test::kConnect), eoe(1)}, {}).groups.front().text.size();
  const auto comes_back = [&](unsigned given_up, std::size_t max_kept_bytes) {
    const Selection selection;
    Grouper grouper(selection, {.max_kept_bytes = max_kept_bytes});
    for (unsigned serial = 1; serial <= given_up; ++serial) grouper.add(syscall(serial, test::kConnect));
    grouper.flush();
    while (grouper.next() != nullptr) {
    }
    grouper.add(address(1));
    grouper.add(eoe(1));
    return grouper.next() != nullptr;
  };
  CHECK_FALSE(comes_back(1, 16 * each - 1));
  CHECK(comes_back(1, 16 * each));
  CHECK(comes_back(1, 16 * each + 1));
  const std::size_t largest = each + 1;  // a serial of two digits
  CHECK(comes_back(15, 16 * largest));
  CHECK(comes_back(16, 16 * largest));
  CHECK_FALSE(comes_back(17, 16 * largest));
}

TEST_CASE("recent_events: the records of skipped events are known as such") {
  constexpr unsigned kLimit = 8;
  for (const unsigned later : {kLimit - 2, kLimit - 1, kLimit}) {
    const Selection selection;
    Grouper grouper(selection, {.recent_events = kLimit});
    for (unsigned serial = 1; serial <= 1 + later; ++serial) grouper.add(syscall(serial, test::kOpenat));
    grouper.add(address(1));
    CAPTURE(later);
    CHECK(grouper.open_events() == (later >= kLimit ? 1 : 0));
  }
}

TEST_CASE("six megabytes of arguments survive whole with the limits as they ship") {
  std::vector<std::string> lines{syscall(1, test::kExecve)};
  for (unsigned i = 0; i < 850; ++i) lines.push_back(argument(1, i, 7400));
  lines.push_back(eoe(1));
  const Read got = collect(lines, {});
  REQUIRE(got.groups.size() == 1);
  CHECK_FALSE(got.groups.front().truncated);
  CHECK(got.groups.front().records.size() == 851);
  CHECK(got.groups.front().text.size() > 6'000'000);
}
