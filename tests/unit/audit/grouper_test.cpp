// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/grouper.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::syscall;

namespace {

using Lines = std::vector<std::string>;

// "serial:types", types as T of the tests below, in the order of the records.
std::string shown(const RecordGroup& group) {
  std::string out = group.node.empty() ? "" : group.node + "/";
  out += std::to_string(group.serial) + ":";
  for (const RawRecord& record : group.records) {
    switch (record.type) {
      case AUDIT_SYSCALL: out += 'S'; break;
      case AUDIT_EXECVE: out += 'E'; break;
      case AUDIT_CWD: out += 'C'; break;
      case AUDIT_PATH: out += 'P'; break;
      case AUDIT_SOCKADDR: out += 'A'; break;
      default: out += '?'; break;
    }
  }
  if (group.incomplete) out += " incomplete";
  if (group.truncated) out += " truncated";
  return out;
}

struct Feeder {
  explicit Feeder(LineFormat format = LineFormat::kLog, const GrouperLimits& limits = {}) : grouper(selection, limits) {
    grouper.set_format(format);
  }

  void add(const Lines& lines) {
    for (const std::string& text : lines) {
      grouper.add(text);
      drain();
    }
  }
  void drain() {
    while (const RecordGroup* group = grouper.next()) groups.push_back(shown(*group));
  }
  Lines finish() {
    grouper.flush();
    drain();
    return groups;
  }

  Selection selection;
  Grouper grouper;
  Lines groups;
};

Lines grouped(const Lines& lines, LineFormat format = LineFormat::kLog) {
  Feeder feeder(format);
  feeder.add(lines);
  return feeder.finish();
}

std::string eoe(unsigned serial) { return line("EOE", serial, ""); }
std::string proctitle(unsigned serial) { return line("PROCTITLE", serial, "proctitle=\"x\""); }
std::string address(unsigned serial) { return line("SOCKADDR", serial, "saddr=02001F907F000001"); }
std::string cwd(unsigned serial) { return line("CWD", serial, "cwd=\"/\""); }
std::string path_item(unsigned serial, unsigned item = 0) {
  return line("PATH", serial, "item=" + std::to_string(item) + " name=\"/bin/sh\" nametype=NORMAL");
}
std::string arguments(unsigned serial, std::string_view args = "argc=1 a0=\"sh\"") {
  return line("EXECVE", serial, args);
}

Lines exec_event(unsigned serial) {
  return {syscall(serial, test::kExecve), arguments(serial), cwd(serial), path_item(serial),
          path_item(serial, 1),           proctitle(serial)};
}
Lines connect_event(unsigned serial) { return {syscall(serial, test::kConnect), address(serial), proctitle(serial)}; }
Lines open_event(unsigned serial) {
  return {syscall(serial, test::kOpenat), cwd(serial), path_item(serial), path_item(serial, 1), proctitle(serial)};
}

Lines joined(std::initializer_list<Lines> parts) {
  Lines out;
  for (const Lines& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace

TEST_CASE("an event is its records up to PROCTITLE or EOE, without what is not needed") {
  CHECK(grouped(exec_event(1)) == Lines{"1:SECP"});
  CHECK(grouped({syscall(1, test::kConnect), address(1), eoe(1)}) == Lines{"1:SA"});
  CHECK(grouped(joined({connect_event(1), {eoe(1)}, open_event(2), exec_event(3)})) == Lines{"1:SA", "3:SECP"});
}

TEST_CASE("a group has node, time, serial and its lines, cut at the enriched half") {
  const Selection selection;
  Grouper grouper(selection);
  grouper.add(line("SYSCALL", 7,
                   "arch=c000003e syscall=42 pid=5\x1d"
                   "ARCH=x86_64",
                   "web"));
  grouper.add(line("SOCKADDR", 7, "saddr=0200\x1dSADDR={ saddr_fam=inet }", "web"));
  grouper.add(line("EOE", 7, "", "web"));
  const RecordGroup* group = grouper.next();
  REQUIRE(group != nullptr);
  CHECK(group->node == "web");
  CHECK(group->time == milliseconds(1700000000123));
  CHECK(group->serial == 7);
  CHECK_FALSE(group->incomplete);
  CHECK(group->text == line("SYSCALL", 7, "arch=c000003e syscall=42 pid=5", "web") + "\n" +
                           line("SOCKADDR", 7, "saddr=0200", "web") + "\n");
  REQUIRE(group->records.size() == 2);
  CHECK(group->line(group->records[1]) == line("SOCKADDR", 7, "saddr=0200", "web"));
  CHECK(grouper.next() == nullptr);
}

TEST_CASE("events of equal time and serial from two hosts never mix") {
  Feeder feeder;
  feeder.add({line("SYSCALL", 7, "arch=c000003e syscall=42", "a"), line("SYSCALL", 7, "arch=c000003e syscall=59", "b"),
              line("SYSCALL", 7, "arch=c000003e syscall=257"), line("SOCKADDR", 7, "saddr=0200", "a"),
              line("EXECVE", 7, "argc=1", "b"), line("SOCKADDR", 7, "saddr=0200"), line("EOE", 7, ""),
              line("EOE", 7, "", "a"), line("PROCTITLE", 7, "", "b")});
  CHECK(feeder.groups == Lines{"a/7:SA", "b/7:SE"});
  CHECK(feeder.finish().size() == 2);
}

TEST_CASE("nothing of a skipped event is kept, and a skipped event is no orphan") {
  Feeder feeder;
  feeder.add(joined({open_event(1), {eoe(1), path_item(1), address(1)}}));
  CHECK(feeder.grouper.open_events() == 0);
  CHECK(feeder.finish().empty());
  CHECK(feeder.grouper.counters().skipped_records == 8);
  CHECK(feeder.grouper.counters().orphan_records == 0);
}

TEST_CASE("an event whose first SYSCALL record was skipped is kept for its second") {
  Feeder feeder;
  feeder.add({syscall(1, test::kOpenat), cwd(1), syscall(1, test::kExecve), cwd(1), path_item(1), proctitle(1)});
  CHECK(feeder.groups == Lines{"1:SCP"});
  CHECK(feeder.grouper.counters().skipped_records == 3);
}

TEST_CASE("an exec record of a skipped event is counted all the same") {
  Feeder feeder;
  feeder.add({syscall(1, test::kOpenat), syscall(1, test::kOpenat), syscall(1, test::kExecve), proctitle(1)});
  CHECK(feeder.grouper.counters().exec_records == 1);
  CHECK(feeder.groups == Lines{"1:S"});
}

TEST_CASE("records before their SYSCALL wait for it") {
  CHECK(grouped({address(1), syscall(1, test::kConnect), proctitle(1)}) == Lines{"1:AS"});
  CHECK(grouped({proctitle(1), path_item(1), arguments(1), syscall(1, test::kExecve), cwd(1), eoe(1)}) ==
        Lines{"1:PESC"});
  CHECK(grouped({address(1), proctitle(1), syscall(1, test::kConnect)}) == Lines{"1:AS"});
  Feeder skipped;
  skipped.add({path_item(1), cwd(1), syscall(1, test::kOpenat), path_item(1), proctitle(1)});
  CHECK(skipped.grouper.open_events() == 0);
  CHECK(skipped.finish().empty());
  CHECK(skipped.grouper.counters().skipped_records == 5);
}

TEST_CASE("records whose SYSCALL never comes are counted as orphans") {
  Feeder feeder;
  feeder.add({path_item(1), cwd(1), eoe(1), address(2)});
  CHECK(feeder.finish().empty());
  CHECK(feeder.grouper.counters().orphan_records == 3);
}

TEST_CASE("an EOE after PROCTITLE is swallowed, and later records are counted") {
  Feeder feeder;
  feeder.add(joined({connect_event(1), {eoe(1), address(1), line("CWD", 1, "cwd=\"/x\"")}}));
  CHECK(feeder.finish() == Lines{"1:SA"});
  CHECK(feeder.grouper.counters().late_records == 2);
  CHECK(feeder.grouper.counters().orphan_records == 0);
}

TEST_CASE("events met again are given again, whole") {
  CHECK(grouped(joined({exec_event(1), connect_event(2), exec_event(1), connect_event(2)})) ==
        Lines{"1:SECP", "2:SA", "1:SECP", "2:SA"});
}

TEST_CASE("interleaved events come out as sequential ones do") {
  std::mt19937 random(99);
  for (const std::size_t ways : {2U, 7U, 64U, 2048U, 4000U}) {
    std::vector<Lines> events;
    Lines expected;
    for (unsigned serial = 1; serial <= ways; ++serial) {
      switch (serial % 3) {
        case 0:
          events.push_back(exec_event(serial));
          expected.push_back(std::to_string(serial) + ":SECP");
          break;
        case 1:
          events.push_back(connect_event(serial));
          expected.push_back(std::to_string(serial) + ":SA");
          break;
        default: events.push_back(open_event(serial)); break;
      }
      // Processes of their own: one cannot be inside execve and do something else.
      std::string& call = events.back().front();
      call.replace(call.find(" pid=11 "), 8, " pid=" + std::to_string(serial) + " ");
    }
    Lines lines;
    std::vector<std::size_t> next(events.size());
    std::vector<std::size_t> open(events.size());
    for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
    while (!open.empty()) {
      const std::size_t pick = random() % open.size();
      const std::size_t event = open[pick];
      lines.push_back(events[event][next[event]++]);
      if (next[event] < events[event].size()) continue;
      open[pick] = open.back();
      open.pop_back();
    }
    Lines groups = grouped(lines);
    std::sort(groups.begin(), groups.end());
    std::sort(expected.begin(), expected.end());
    CAPTURE(ways);
    CHECK(groups == expected);
  }
}

TEST_CASE("plain ausearch output: records in any order, closed by its rule") {
  Lines reversed{"----", "time->Tue Nov 24 07:41:02 2026", eoe(1)};
  Lines event = exec_event(1);
  reversed.insert(reversed.end(), event.rbegin(), event.rend());
  reversed.push_back("----");
  reversed.push_back("time->Tue Nov 24 07:41:03 2026");
  event = open_event(2);
  reversed.insert(reversed.end(), event.rbegin(), event.rend());
  reversed.push_back("");
  reversed.push_back("----");
  event = connect_event(3);
  reversed.insert(reversed.end(), event.rbegin(), event.rend());

  Feeder feeder(LineFormat::kAusearch);
  feeder.add(reversed);
  CHECK(feeder.groups == Lines{"1:PCES"});
  CHECK(feeder.grouper.open_events() == 1);
  feeder.add({"----"});
  CHECK(feeder.groups == Lines{"1:PCES", "3:AS"});
  CHECK(feeder.grouper.open_events() == 0);
  CHECK(feeder.grouper.counters().malformed_lines == 0);
  CHECK(feeder.grouper.counters().orphan_records == 0);
  feeder.add({path_item(4), "----"});
  CHECK(feeder.finish().size() == 2);
  CHECK(feeder.grouper.counters().orphan_records == 1);
}

TEST_CASE("a record that is there already is a duplicate, in small and large events") {
  Lines lines{syscall(1, test::kExecve), syscall(1, test::kExecve), arguments(1), arguments(1)};
  Feeder feeder;
  feeder.add(lines);
  CHECK(feeder.grouper.counters().duplicate_records == 2);
  for (unsigned pass = 0; pass < 2; ++pass) {
    for (unsigned i = 0; i < 300; ++i) feeder.add({arguments(1, "a" + std::to_string(i) + "=\"x\"")});
  }
  CHECK(feeder.grouper.counters().duplicate_records == 302);
  feeder.add({eoe(1)});
  CHECK(feeder.groups == Lines{"1:SE" + std::string(300, 'E')});
}

TEST_CASE("of records that are no arguments the first of a type is kept") {
  Feeder feeder;
  feeder.add({syscall(1, test::kExecve), cwd(1), line("CWD", 1, "cwd=\"/other\""), syscall(1, test::kConnect),
              arguments(1), arguments(1, "a1=\"x\""), path_item(1), line("PATH", 1, "item=0 name=\"/other\""), eoe(1)});
  CHECK(feeder.groups == Lines{"1:SCEEP"});
  CHECK(feeder.grouper.counters().dropped_records == 3);
}

TEST_CASE("late fragments join what was kept of an event given up") {
  Feeder feeder;
  feeder.add({syscall(1, test::kConnect)});
  feeder.grouper.flush();
  feeder.drain();
  CHECK(feeder.groups == Lines{"1:S incomplete"});
  CHECK(feeder.grouper.counters().incomplete_events == 1);
  feeder.add({syscall(1, test::kConnect)});  // no news
  CHECK(feeder.grouper.open_events() == 0);
  feeder.add({address(1), proctitle(1)});
  CHECK(feeder.groups == Lines{"1:S incomplete", "1:SA"});
  CHECK(feeder.grouper.counters().late_records == 1);
  CHECK(feeder.grouper.counters().duplicate_records == 1);
  CHECK(feeder.finish().size() == 2);
}

TEST_CASE("an event given up before its SYSCALL came is whole when it comes") {
  Feeder feeder;
  feeder.add({address(1)});
  feeder.grouper.flush();
  feeder.add({syscall(1, test::kConnect), eoe(1)});
  CHECK(feeder.groups == Lines{"1:AS"});
  feeder.add({address(2)});
  feeder.grouper.flush();
  feeder.add({syscall(2, test::kOpenat), eoe(2)});
  CHECK(feeder.finish() == Lines{"1:AS"});
}

TEST_CASE("fragments that come before a given-up group is read are in it") {
  const Selection selection;
  Grouper grouper(selection);
  grouper.add(syscall(1, test::kConnect));
  grouper.flush();
  grouper.add(address(1));
  grouper.add(eoe(1));
  const RecordGroup* group = grouper.next();
  REQUIRE(group != nullptr);
  CHECK(shown(*group) == "1:SA incomplete");
  CHECK(grouper.next() == nullptr);
  grouper.add(address(1));
  grouper.flush();
  CHECK(grouper.next() == nullptr);
  CHECK(grouper.counters().late_records == 2);
}

TEST_CASE("the end of an event given up brings no news") {
  Feeder feeder;
  feeder.add({syscall(1, test::kConnect), address(1)});
  feeder.grouper.flush();
  feeder.drain();
  feeder.add({eoe(1), proctitle(1)});
  CHECK(feeder.finish() == Lines{"1:SA incomplete"});
}

TEST_CASE("single records of interest are groups at once") {
  Feeder feeder;
  feeder.add({line("DAEMON_START", 5, "op=start ver=3.0.9 format=enriched"), line("SYSTEM_BOOT", 6, "pid=1"),
              line("USER_LOGIN", 7, "pid=1"), line("SERVICE_START", 8, "pid=1")});
  CHECK(feeder.groups == Lines{"5:?", "6:?"});
  CHECK(feeder.grouper.counters().skipped_records == 2);
  CHECK(feeder.grouper.open_events() == 0);
}

TEST_CASE("an io_uring operation's address is not an event without SYSCALL") {
  Feeder feeder;
  feeder.add({line("URINGOP", 1, "uring_op=16 success=yes exit=0 ppid=1 pid=2"), address(1), eoe(1)});
  feeder.add({line("URINGOP", 2, "uring_op=16"), syscall(2, 426), address(2), proctitle(2)});
  CHECK(feeder.finish().empty());
  CHECK(feeder.grouper.counters().orphan_records == 0);
}

TEST_CASE("what is there at all is counted, wanted or not") {
  const Selection nothing({.exec = false, .fork = false, .exit = false, .connect = false});
  Grouper grouper(nothing);
  unsigned serial = 0;
  for (const unsigned number : {test::kExecve, test::kExecveat, test::kConnect, test::kClone, test::kFork, test::kVfork,
                                test::kClone3, test::kExitGroup, test::kExit, test::kOpenat}) {
    grouper.add(syscall(++serial, number));
  }
  grouper.add(line("SYSCALL", 90, "arch=40000003 syscall=102 success=yes exit=0 a0=3 a1=1"));
  grouper.add(line("SYSCALL", 91, "arch=40000003 syscall=102 success=yes exit=0 a0=2 a1=1"));
  grouper.add(line("SYSCALL", 92, "arch=dead syscall=59"));
  grouper.add(line("SYSCALL", 93, ""));
  grouper.flush();
  CHECK(grouper.next() == nullptr);
  const GrouperCounters& counters = grouper.counters();
  CHECK(counters.exec_records == 2);
  CHECK(counters.connect_records == 2);
  CHECK(counters.fork_records == 4);
  CHECK(counters.exit_records == 1);
  CHECK(counters.unknown_arch_records == 1);
  CHECK(counters.malformed_lines == 1);
  CHECK(counters.skipped_records == 14);
}

TEST_CASE("socketcall is kept where it means connect") {
  const auto call = [](unsigned serial, std::string_view a0) {
    return line("SYSCALL", serial, "arch=40000003 syscall=102 success=yes exit=0 a0=" + std::string(a0) + " a1=1");
  };
  CHECK(grouped({call(1, "3"), address(1), eoe(1), call(2, "2"), address(2), eoe(2), call(3, "33"), eoe(3)}) ==
        Lines{"1:SA"});
}

TEST_CASE("lines that are no records are counted and disturb nothing") {
  Feeder feeder;
  feeder.add({syscall(1, test::kConnect), "x msg=audit(1700000000.000:12): ", "", "----", std::string(60000, 'x'),
              line("SYSCALL", 99, ""), address(1), proctitle(1)});
  CHECK(feeder.finish() == Lines{"1:SA"});
  CHECK(feeder.grouper.counters().malformed_lines == 5);
  CHECK(feeder.grouper.counters().lines == 8);
}

TEST_CASE("forged lines reach no group in a log, and are none in a stream") {
  // An AF_UNIX path with the newline and an address record behind it.
  const std::string fake = "type=SOCKADDR msg=audit(1700000000.123:2): saddr=0200";
  std::string digits;
  for (const char c : "/x\n" + fake) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    digits += kDigits[c >> 4];
    digits += kDigits[c & 15];
  }
  const std::string carrier = line("SOCKADDR", 1, "saddr=0100" + digits + "\x1dSADDR={ saddr_fam=local path=/x");
  const Lines lines{syscall(2, test::kConnect),
                    syscall(1, test::kConnect),
                    carrier,
                    fake + " }",
                    address(2),
                    proctitle(1),
                    proctitle(2)};
  Feeder log;
  log.add(lines);
  CHECK(log.groups == Lines{"1:SA", "2:SA"});
  CHECK(log.grouper.counters().forged_lines == 1);

  // Also where the event of the carrier is skipped.
  Feeder skipped;
  skipped.add({syscall(2, test::kConnect), syscall(1, test::kOpenat), carrier, fake + " }", address(2), proctitle(2)});
  CHECK(skipped.groups == Lines{"2:SA"});
  CHECK(skipped.grouper.counters().forged_lines == 1);

  Feeder stream(LineFormat::kStream);
  stream.add({syscall(1, test::kConnect), carrier + " " + fake + " }", proctitle(1)});
  CHECK(stream.groups == Lines{"1:SA"});
  CHECK(stream.grouper.counters().forged_lines == 0);
}

TEST_CASE("a selection can be replaced while events are open") {
  const Selection nothing({.exec = false, .fork = false, .exit = false, .connect = false});
  Feeder feeder;
  feeder.add({syscall(1, test::kConnect), address(1)});
  feeder.grouper.set_selection(nothing);
  feeder.add({syscall(2, test::kConnect), address(2), proctitle(2), proctitle(1)});
  CHECK(feeder.finish() == Lines{"1:SA"});
}

TEST_CASE("the newest time is by the log's clock, not by arrival") {
  const Selection selection;
  Grouper grouper(selection);
  CHECK(grouper.newest() == EventTime{});
  grouper.add("type=USER_LOGIN msg=audit(20.500:1): x=1");
  grouper.add("type=USER_LOGIN msg=audit(10.000:2): x=1");
  CHECK(grouper.newest() == milliseconds(20500));
}

TEST_CASE("a fork is there with its SYSCALL record, before what the child does meanwhile") {
  const Lines lines = joined({{syscall(1, test::kClone)}, exec_event(2), {proctitle(1), eoe(1)}});
  CHECK(grouped(lines).front() == "1:S");
  CHECK(grouped(lines, LineFormat::kStream).front() == "1:S");
  CHECK(grouped(lines).size() == 2);
}

TEST_CASE("an event that lost its end comes before what its process did next") {
  const auto by = [](unsigned serial, unsigned pid) {
    return line("SYSCALL", serial,
                "arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=" + std::to_string(pid) + " exe=\"/x\"");
  };
  CHECK(grouped({by(1, 7), arguments(1), by(2, 7), arguments(2), proctitle(2)}) == Lines{"1:SE incomplete", "2:SE"});
  CHECK(grouped({by(1, 7), arguments(1), by(2, 8), arguments(2), proctitle(2)}) == Lines{"2:SE", "1:SE incomplete"});
}
