// SPDX-License-Identifier: Apache-2.0
// What the grouper keeps of calls on files, and that it keeps nothing of them
// where nobody asked.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

#include "lib/audit/event_buffer.h"
#include "lib/audit/grouper.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::syscall;

namespace {

const SelectionRequest kFiles{.exec = true, .fork = true, .exit = true, .connect = true, .files = true};

struct Read {
  std::vector<RecordGroup> groups;
  GrouperCounters counters;
};

Read read(const std::vector<std::string>& lines, const SelectionRequest& request = kFiles,
          LineFormat format = LineFormat::kLog) {
  const Selection selection(request);
  Grouper grouper(selection);
  grouper.set_format(format);
  Read out;
  for (const std::string& text : lines) grouper.add(text);
  grouper.flush();
  while (const RecordGroup* group = grouper.next()) out.groups.push_back(*group);
  out.counters = grouper.counters();
  return out;
}

std::string open_at(unsigned serial, std::string_view flags) {
  return line("SYSCALL", serial,
              "arch=c000003e syscall=257 success=yes exit=4 a0=ffffff9c a1=7f a2=" + std::string(flags) +
                  " a3=0 items=2 ppid=10 pid=11");
}

std::string cwd(unsigned serial) { return line("CWD", serial, "cwd=\"/home/u\""); }

std::string item(unsigned serial, unsigned number, std::string_view type = "CREATE") {
  return line("PATH", serial,
              "item=" + std::to_string(number) +
                  " name=\"x\" inode=7 dev=fe:00 mode=0100644 nametype=" + std::string(type) + " cap_fp=0");
}

std::string end(unsigned serial) { return line("PROCTITLE", serial, "proctitle=\"x\""); }

std::size_t paths(const RecordGroup& group) {
  return static_cast<std::size_t>(std::count_if(group.records.begin(), group.records.end(),
                                                [](const RawRecord& r) { return r.type == AUDIT_PATH; }));
}

}  // namespace

TEST_CASE("all items of a call on files are kept, with what tells them apart") {
  std::vector<std::string> lines = {open_at(1, "41"), cwd(1), item(1, 0, "PARENT"), item(1, 1), end(1)};
  const Read log = read(lines);
  REQUIRE(log.groups.size() == 1);
  CHECK(paths(log.groups[0]) == 2);
  CHECK(log.groups[0].text.find("item=1 name=\"x\" inode=7 dev=fe:00 mode=0100644 nametype=CREATE") !=
        std::string::npos);
  CHECK(log.counters.file_records == 1);
  std::reverse(lines.begin(), lines.end());
  lines.emplace_back("----");
  const Read ausearch = read(lines, kFiles, LineFormat::kAusearch);
  REQUIRE(ausearch.groups.size() == 1);
  CHECK(paths(ausearch.groups[0]) == 2);
}

TEST_CASE("files cost nothing where no rule asks for them, nor does an open for reading") {
  const std::vector<std::string> lines = {open_at(1, "41"), cwd(1), item(1, 0), item(1, 1), end(1)};
  const Read unasked = read(lines, SelectionRequest{});
  CHECK(unasked.groups.empty());
  CHECK(unasked.counters.file_records == 0);
  CHECK(unasked.counters.skipped_records == lines.size());
  const Read reading = read({open_at(1, "80000"), cwd(1), item(1, 0, "NORMAL"), end(1)});
  CHECK(reading.groups.empty());
  CHECK(reading.counters.file_records == 0);
  CHECK(read({open_at(1, "zz"), end(1)}).groups.size() == 1);  // who knows
}

TEST_CASE("an open that may be of a directory is kept, but only where files are asked for") {
  for (const std::string flags : {"90800", "210000", "200000", "84000"}) {
    CAPTURE(flags);
    const std::vector<std::string> lines = {open_at(1, flags), cwd(1), item(1, 0, "NORMAL"), end(1)};
    CHECK(read(lines).groups.size() == 1);
    CHECK(read(lines, SelectionRequest{}).groups.empty());
  }
}

TEST_CASE("of an exec only the name as executed is kept, whatever else is asked for") {
  for (const SelectionRequest& request : {SelectionRequest{}, kFiles}) {
    const Read got =
        read({syscall(1, test::kExecve), cwd(1), item(1, 0, "NORMAL"), item(1, 1, "NORMAL"), end(1)}, request);
    REQUIRE(got.groups.size() == 1);
    CHECK(paths(got.groups[0]) == 1);
    CHECK(got.groups[0].text.find("nametype") == std::string::npos);
  }
}

TEST_CASE("a second SYSCALL record does not make another call of the first") {
  const Read got =
      read({open_at(1, "41"), syscall(1, test::kExecve), cwd(1), item(1, 0, "PARENT"), item(1, 1), end(1)});
  REQUIRE(got.groups.size() == 1);
  CHECK(paths(got.groups[0]) == 2);
}

TEST_CASE("kMaxPathRecords: the first items are kept, one of each number") {
  for (const std::size_t count : {kMaxPathRecords - 1, kMaxPathRecords, kMaxPathRecords + 1}) {
    CAPTURE(count);
    std::vector<std::string> lines = {open_at(1, "41"), cwd(1)};
    for (unsigned i = 0; i < count; ++i) lines.push_back(item(1, i));
    lines.push_back(line("PATH", 1, "item=0 name=\"/other\""));
    lines.push_back(end(1));
    const Read got = read(lines);
    REQUIRE(got.groups.size() == 1);
    CHECK(paths(got.groups[0]) == std::min(count, kMaxPathRecords));
    CHECK(got.counters.dropped_records == (count > kMaxPathRecords ? 2 : 1));
    CHECK(got.groups[0].text.find("/other") == std::string::npos);
  }
}
