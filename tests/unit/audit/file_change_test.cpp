// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/file_change.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/normalize.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::Parsed;

namespace {

using Action = FileChange::Action;
using Type = FileChange::Type;

// Records as kernel 6.18 writes them, from recordings; x86-64.
enum Number : unsigned {
  kOpen = 2,
  kTruncate = 76,
  kRename = 82,
  kMkdir = 83,
  kRmdir = 84,
  kCreat = 85,
  kLink = 86,
  kUnlink = 87,
  kSymlink = 88,
  kMknod = 133,
  kOpenat = 257,
  kMkdirat = 258,
  kMknodat = 259,
  kUnlinkat = 263,
  kRenameat = 264,
  kLinkat = 265,
  kSymlinkat = 266,
  kRenameat2 = 316,
  kOpenat2 = 437,
};

const std::string kCwd = line("CWD", 1, "cwd=\"/home/u\"");

std::string call(unsigned number, std::string_view arguments, std::string_view result = "success=yes exit=4") {
  return line("SYSCALL", 1,
              "arch=c000003e syscall=" + std::to_string(number) + " " + std::string(result) + " " +
                  std::string(arguments) + " ppid=10 pid=11 exe=\"/usr/bin/cat\"");
}

std::string item(unsigned number, std::string_view name, std::string_view type, std::string_view mode = "0100644",
                 unsigned inode = 7) {
  return line("PATH", 1,
              "item=" + std::to_string(number) + " name=" + std::string(name) + " inode=" + std::to_string(inode) +
                  " mode=" + std::string(mode) + " nametype=" + std::string(type));
}

std::string parent(unsigned number, std::string_view name) { return item(number, name, "PARENT", "040755", 1); }

std::string word(Action action) {
  switch (action) {
    case Action::kCreation: return "creation";
    case Action::kModification: return "modification";
    case Action::kRename: return "rename";
    case Action::kDeletion: return "deletion";
  }
  return "?";
}

// `ACTION PATH NAME [was PATH NAME] [to TARGET]`, - for what is empty.
std::string dump(const FileChange& change) {
  const auto shown = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  const auto names = [&](const FileName& f) { return " " + shown(f.path) + " " + shown(f.name); };
  std::string out = word(change.action) + names(change.file);
  if (change.action == Action::kRename) out += " was" + names(change.original);
  if (!change.target.empty()) out += " to " + change.target;
  return out;
}

std::string said(const std::vector<std::string>& lines) {
  Normalizer normalizer;
  Parsed parsed({});
  for (const std::string& text : lines) parsed.add(text);
  const auto event = normalizer.normalize(parsed.group);
  return event ? dump(std::get<FileChange>(event->what)) : "nothing";
}

// The same whatever the order: plain ausearch prints an event's records reversed.
std::string change_of(std::vector<std::string> lines) {
  const std::string forwards = said(lines);
  std::reverse(lines.begin(), lines.end());
  CHECK(said(lines) == forwards);
  return forwards;
}

void check_refused(std::uint64_t FileCounters::*counter, std::initializer_list<std::string> lines) {
  Normalizer normalizer;
  const Parsed parsed(lines);
  CHECK_FALSE(normalizer.normalize(parsed.group));
  CHECK(normalizer.counters().files.*counter == 1);
}

Type type_of(std::string_view mode) {
  const Parsed parsed({call(kMkdir, "a0=1"), kCwd, item(1, "\"x\"", "CREATE", mode)});
  return std::get<FileChange>(Normalizer().normalize(parsed.group)->what).type;
}

}  // namespace

TEST_CASE("an open that makes the file is its creation, whatever its flags") {
  const std::string home = parent(0, "\"/home/u\"");
  const std::string made = item(1, "\"new\"", "CREATE");
  for (const std::string flags : {"41", "241", "42", "40", "c1", "80041"}) {
    CAPTURE(flags);
    CHECK(change_of({call(kOpen, "a0=7fff a1=" + flags + " a2=1a4"), kCwd, home, made}) == "creation /home/u/new new");
    CHECK(change_of({call(kOpenat, "a0=ffffff9c a1=7f a2=" + flags), kCwd, home, made}) == "creation /home/u/new new");
  }
  CHECK(change_of({call(kCreat, "a0=7fff a1=180"), kCwd, home, made}) == "creation /home/u/new new");
}

TEST_CASE("an open for writing of a file that is there is its modification") {
  const auto open = [](std::string_view flags) {
    return change_of({call(kOpen, "a0=7fff a1=" + std::string(flags)), kCwd, item(0, "\"/etc/x.conf\"", "NORMAL")});
  };
  for (const std::string_view flags : {"1", "2", "241", "401", "200", "80002"}) {
    CAPTURE(flags);
    CHECK(open(flags) == "modification /etc/x.conf x.conf");
  }
  // Reading, O_CREAT without writing, access mode 3, O_PATH, O_TMPFILE.
  for (const std::string_view flags : {"0", "80000", "40", "3", "200002", "410002", "490001"}) {
    CAPTURE(flags);
    CHECK(open(flags) == "nothing");
  }
  CHECK(change_of({call(kCreat, "a0=7f a1=180"), kCwd, item(0, "\"x\"", "NORMAL")}) == "modification /home/u/x x");
  CHECK(change_of({call(kTruncate, "a0=7f a1=a"), kCwd, item(0, "\"x\"", "NORMAL")}) == "modification /home/u/x x");
  check_refused(&FileCounters::unchanged, {call(kOpen, "a0=1 a1=0"), kCwd, item(0, "\"x\"", "NORMAL")});
}

TEST_CASE("openat2 is what its own record says, and nothing is guessed without it") {
  const auto open = [](std::string_view how, std::string_view name, std::string_view type,
                       std::string_view dirfd = "ffffffffffffff9c") {
    std::vector<std::string> lines = {call(kOpenat2, "a0=" + std::string(dirfd) + " a1=56 a2=7fff"), kCwd,
                                      item(1, name, type)};
    if (!how.empty()) lines.push_back(line("OPENAT2", 1, how));
    return change_of(lines);
  };
  CHECK(open("oflag=0101 mode=0600 resolve=0x0", "\"x\"", "CREATE") == "creation /home/u/x x");
  CHECK(open("oflag=01 mode=00 resolve=0x0", "\"x\"", "NORMAL") == "modification /home/u/x x");
  CHECK(open("oflag=00 mode=00 resolve=0x0", "\"x\"", "NORMAL") == "nothing");
  CHECK(open("oflag=0102 mode=0600 resolve=0x8", "\"x\"", "CREATE", "4") == "creation - x");
  CHECK(open("oflag=01 mode=00 resolve=0x0", "\"/etc/x\"", "NORMAL", "4") == "modification /etc/x x");
  // RESOLVE_IN_ROOT: "/etc/x" is below the descriptor.
  CHECK(open("oflag=01 mode=00 resolve=0x10", "\"/etc/x\"", "NORMAL", "4") == "modification - x");
  CHECK(open("oflag=01 mode=00 resolve=zz", "\"/etc/x\"", "NORMAL") == "modification - x");
  CHECK(open("", "\"/etc/x\"", "CREATE") == "creation - x");
  CHECK(open("", "\"/etc/x\"", "NORMAL") == "nothing");
  check_refused(&FileCounters::missing_flags, {call(kOpenat2, "a0=4"), kCwd, item(0, "\"x\"", "NORMAL")});
}

TEST_CASE("a name is made absolute, or left without a path where the directory is not known") {
  const auto open = [](std::string_view dirfd, std::string_view name, const std::string& cwd) {
    return change_of({call(kOpenat, "a0=" + std::string(dirfd) + " a1=7f a2=41"), cwd, parent(0, "\"/home/u\""),
                      item(1, name, "CREATE")});
  };
  CHECK(open("ffffff9c", "\"a.txt\"", kCwd) == "creation /home/u/a.txt a.txt");
  CHECK(open("ffffffffffffff9c", "\"./d/../a.txt\"", kCwd) == "creation /home/u/a.txt a.txt");
  CHECK(open("ffffff9c", "\"../../../../x\"", kCwd) == "creation /x x");
  CHECK(open("ffffff9c", "\"dir/\"", kCwd) == "creation /home/u/dir dir");
  CHECK(open("ffffff9c", "\"a.txt\"", line("CWD", 1, "cwd=(null)")) == "creation - a.txt");
  CHECK(open("ffffff9c", "\"a.txt\"", line("CWD", 1, "cwd=\"(unreachable)/x\"")) == "creation - a.txt");
  CHECK(open("ffffff9c", "\"/abs/a.txt\"", line("PROCTITLE", 1, "")) == "creation /abs/a.txt a.txt");
  CHECK(open("ffffff9c", "\"a.txt\"", line("PROCTITLE", 1, "")) == "creation - a.txt");
  // The PARENT item says the working directory where the name has none: not where the file is.
  CHECK(open("4", "\"a.txt\"", kCwd) == "creation - a.txt");
  CHECK(open("4", "\"sub/a.txt\"", kCwd) == "creation - a.txt");
  CHECK(open("4", "\"/abs/a.txt\"", kCwd) == "creation /abs/a.txt a.txt");
  CHECK(open("ffffff9b", "\"a.txt\"", kCwd) == "creation - a.txt");
  CHECK(open("4", "\"..\"", kCwd) == "creation - -");
}

TEST_CASE("what makes and removes names, of whichever argument the directory is") {
  struct Row {
    unsigned number;
    std::string arguments;
    std::string type;
    std::string said;
  };
  const Row rows[] = {
      {kMkdir, "a0=5 a1=1ed", "CREATE", "creation /home/u/x x"},
      {kMkdirat, "a0=ffffff9c a1=5", "CREATE", "creation /home/u/x x"},
      {kMkdirat, "a0=4 a1=5", "CREATE", "creation - x"},
      {kMknod, "a0=5 a1=1180", "CREATE", "creation /home/u/x x"},
      {kMknodat, "a0=4 a1=5", "CREATE", "creation - x"},
      {kLink, "a0=5 a1=6", "CREATE", "creation /home/u/x x"},
      {kLinkat, "a0=4 a1=5 a2=ffffff9c a3=6", "CREATE", "creation /home/u/x x"},
      {kLinkat, "a0=ffffff9c a1=5 a2=4 a3=6", "CREATE", "creation - x"},
      {kUnlink, "a0=5", "DELETE", "deletion /home/u/x x"},
      {kRmdir, "a0=5", "DELETE", "deletion /home/u/x x"},
      {kUnlinkat, "a0=ffffff9c a1=5 a2=0", "DELETE", "deletion /home/u/x x"},
      {kUnlinkat, "a0=4 a1=5 a2=200", "DELETE", "deletion - x"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.number);
    CAPTURE(row.arguments);
    CHECK(change_of({call(row.number, row.arguments, "success=yes exit=0"), kCwd, parent(0, "\"/home/u\""),
                     item(1, "\"/other/source\"", "NORMAL"), item(2, "\"x\"", row.type)}) == row.said);
  }
  CHECK(change_of({line("SYSCALL", 1, "arch=40000003 syscall=193 success=yes exit=0 a0=41 a1=7 ppid=1 pid=2"), kCwd,
                   item(0, "\"x\"", "NORMAL")}) == "modification /home/u/x x");  // i386 truncate64
  CHECK(change_of({line("SYSCALL", 1, "arch=c00000b7 syscall=38 success=yes a0=ffffff9c a2=ffffff9c ppid=1 pid=2"),
                   kCwd, item(2, "\"a\"", "DELETE"), item(3, "\"b\"", "CREATE")}) ==
        "rename /home/u/b b was /home/u/a a");  // aarch64 renameat
}

TEST_CASE("a rename has the old and the new name, each with its own directory") {
  const auto rename = [](unsigned number, std::string_view arguments, std::vector<std::string> items) {
    items.insert(items.begin(), {call(number, arguments, "success=yes exit=0"), kCwd, parent(0, "\"/home/u\""),
                                 parent(1, "\"/home/u\"")});
    return change_of(std::move(items));
  };
  const std::vector<std::string> plain = {item(2, "\"a\"", "DELETE"), item(3, "\"b\"", "CREATE")};
  CHECK(rename(kRename, "a0=5 a1=6", plain) == "rename /home/u/b b was /home/u/a a");
  CHECK(rename(kRenameat, "a0=ffffff9c a1=5 a2=4 a3=6", plain) == "rename - b was /home/u/a a");
  CHECK(rename(kRenameat2, "a0=4 a1=5 a2=ffffff9c a3=6", plain) == "rename /home/u/b b was - a");
  CHECK(rename(kRename, "a0=5 a1=6",
               {item(2, "\"a\"", "DELETE", "0100600", 21), item(3, "\"b\"", "DELETE", "0100600", 89),
                item(4, "\"b\"", "CREATE", "0100600", 21)}) == "rename /home/u/b b was /home/u/a a");
  CHECK(rename(kRenameat2, "a0=ffffff9c a1=5 a2=ffffff9c a3=6",
               {item(2, "\"a\"", "DELETE", "0100600", 21), item(3, "\"b\"", "DELETE", "0100600", 79),
                item(4, "\"b\"", "CREATE", "0100600", 21), item(5, "\"a\"", "CREATE", "0100600", 79)}) ==
        "rename /home/u/b b was /home/u/a a");  // RENAME_EXCHANGE
  // One item for both files of that name: it has the inode of the one that was overwritten.
  CHECK(rename(kRename, "a0=5 a1=6",
               {item(2, "\"aa/f\"", "DELETE", "0100600", 40), item(3, "\"bb/f\"", "CREATE", "0100600", 39)}) ==
        "rename /home/u/bb/f f was /home/u/aa/f f");
  CHECK(rename(kRename, "a0=5 a1=6", {item(2, "\"a\"", "DELETE")}) == "rename - - was /home/u/a a");
  CHECK(rename(kRename, "a0=5 a1=6", {item(3, "\"b\"", "CREATE")}) == "rename /home/u/b b was - -");
  // Two names of one file: nothing happens.
  CHECK(rename(kRename, "a0=5 a1=6", {}) == "nothing");
}

TEST_CASE("a symbolic link is where its parent says, whatever the text it holds") {
  const auto symlink = [](unsigned number, std::string_view arguments, std::vector<std::string> items) {
    items.insert(items.begin(), {call(number, arguments, "success=yes exit=0"), kCwd});
    return change_of(std::move(items));
  };
  const std::string text = item(1, "\"/etc/passwd\"", "UNKNOWN");
  CHECK(symlink(kSymlink, "a0=5 a1=6", {parent(0, "\"/home/u\""), text, item(2, "\"l\"", "CREATE", "0120777")}) ==
        "creation /home/u/l l to /etc/passwd");
  CHECK(symlink(kSymlinkat, "a0=5 a1=4 a2=6", {parent(0, "\"/home/u\""), text, item(2, "\"l\"", "CREATE")}) ==
        "creation - l to /etc/passwd");
  CHECK(symlink(kSymlinkat, "a0=5 a1=ffffff9c a2=6", {parent(0, "\"d/\""), text, item(2, "\"d/l\"", "CREATE")}) ==
        "creation /home/u/d/l l to /etc/passwd");
  CHECK(symlink(kSymlinkat, "a0=5 a1=4 a2=6", {parent(0, "\"/opt/d/\""), text, item(2, "\"/opt/d/l\"", "CREATE")}) ==
        "creation /opt/d/l l to /etc/passwd");
  CHECK(symlink(kSymlinkat, "a0=5 a1=4 a2=6", {parent(0, "\"../\""), text, item(2, "\"../l\"", "CREATE")}) ==
        "creation - l to /etc/passwd");
  // ln -s evil.desktop .config/autostart/evil.desktop: the kernel (6.18) has the text's item as the link's.
  CHECK(symlink(kSymlink, "a0=5 a1=6", {parent(0, "\"aa/\""), item(1, "\"evil.desktop\"", "CREATE", "0120777")}) ==
        "creation /home/u/aa/evil.desktop evil.desktop to evil.desktop");
  CHECK(symlink(kSymlink, "a0=5 a1=6", {parent(0, "\"/home/u/aa/\""), item(1, "\"/home/u/zz/same2\"", "CREATE")}) ==
        "creation /home/u/aa/same2 same2 to /home/u/zz/same2");
  CHECK(symlink(kSymlinkat, "a0=5 a1=4 a2=5", {parent(0, "\"/home/u\""), item(1, "\"same3\"", "CREATE")}) ==
        "creation - same3 to same3");
  CHECK(symlink(kSymlinkat, "a0=5 a1=4 a2=5", {parent(0, "\"/\""), item(1, "\"same5\"", "CREATE")}) ==
        "creation - same5 to same5");
  CHECK(symlink(kSymlink, "a0=5 a1=6", {item(1, "\"x\"", "CREATE")}) == "creation - x to x");
}

TEST_CASE("a file made through a dangling link has no name in the records") {
  CHECK(change_of({call(kOpen, "a0=5 a1=41"), kCwd, parent(0, "\"/home/u\""), parent(1, "(null)"),
                   line("PATH", 1, "item=2 name=(null) nametype=CREATE"), parent(3, "(null)"),
                   item(4, "(null)", "CREATE", "0100600", 9)}) == "creation - -");
}

TEST_CASE("names are bytes") {
  const auto open = [](std::string_view name) {
    return change_of({call(kOpen, "a0=5 a1=41"), kCwd, item(1, name, "CREATE")});
  };
  CHECK(open("6120622E747874") == "creation /home/u/a b.txt a b.txt");
  CHECK(open("6E65770A6C696E65") == "creation /home/u/new\nline new\nline");
  CHECK(open("7365701D617261746F72") ==
        "creation /home/u/sep\x1d"
        "arator sep\x1d"
        "arator");
  CHECK(open("FFFE") == "creation /home/u/\xFF\xFE \xFF\xFE");
  CHECK(open("\"6120\"") == "creation /home/u/6120 6120");
  std::string dots;
  while (dots.size() < 4080) dots += "./";
  CHECK(open("\"" + dots + "deep\"") == "creation /home/u/deep deep");
  const std::string long_name(4000, 'x');
  CHECK(open("\"" + long_name + "\"") == "creation /home/u/" + long_name + " " + long_name);
}

TEST_CASE("damaged items give no path, and are counted") {
  Normalizer normalizer;
  const Parsed parsed({call(kOpen, "a0=5 a1=41"), kCwd, item(1, "6E65Z0", "CREATE", "9x")});
  const auto event = normalizer.normalize(parsed.group);
  REQUIRE(event);
  CHECK(dump(std::get<FileChange>(event->what)) == "creation - -");
  CHECK(normalizer.counters().files.bad_values == 1);
  CHECK(normalizer.counters().files.unknown_paths == 1);
}

TEST_CASE("calls that failed, or whose records are missing, are no events") {
  check_refused(&FileCounters::failed,
                {call(kOpen, "a0=5 a1=c1", "success=no exit=-17"), kCwd, item(0, "\"x\"", "NORMAL")});
  check_refused(&FileCounters::failed, {call(kUnlink, "a0=5", ""), kCwd, item(1, "\"x\"", "DELETE")});
  check_refused(&FileCounters::missing_paths, {call(kOpen, "a0=5 a1=41"), kCwd});
  check_refused(&FileCounters::missing_paths, {call(kOpen, "a0=5 a1=41"), kCwd, parent(0, "\"/home/u\"")});
  check_refused(&FileCounters::missing_paths, {call(kMkdir, "a0=5"), kCwd, item(1, "\"x\"", "DELETE")});
  check_refused(&FileCounters::missing_paths, {call(kUnlink, "a0=5"), kCwd, item(1, "\"x\"", "CREATE")});
  check_refused(&FileCounters::missing_paths, {call(kRename, "a0=5"), kCwd});
  check_refused(&FileCounters::missing_paths, {call(kSymlink, "a0=5"), kCwd, parent(0, "\"/home/u\"")});
  check_refused(&FileCounters::missing_paths, {call(kMkdir, "a0=5"), kCwd, line("PATH", 1, "item=0 name=\"x\"")});
}

TEST_CASE("the mode says what kind of file it is") {
  CHECK(type_of("0100644") == Type::kFile);
  CHECK(type_of("040755") == Type::kDirectory);
  CHECK(type_of("0120777") == Type::kSymlink);
  CHECK(type_of("010600") == Type::kOther);
  CHECK(type_of("020666") == Type::kOther);
  CHECK(type_of("0140600") == Type::kOther);
  CHECK(type_of("rwx") == Type::kUnknown);
}

TEST_CASE("only opens that can neither write nor create are passed over unread") {
  CHECK(only_reads(SyscallVariant::kOpen, 0x80000, 0x41));
  CHECK_FALSE(only_reads(SyscallVariant::kOpen, 0x41, 0));
  CHECK(only_reads(SyscallVariant::kOpenat, 0x41, 0x80000));
  CHECK_FALSE(only_reads(SyscallVariant::kOpenat, 0, 0x40));
  CHECK_FALSE(only_reads(SyscallVariant::kOpenat, 0, 1));
  CHECK_FALSE(only_reads(SyscallVariant::kOpenat, 0, 0x200));
  CHECK_FALSE(only_reads(SyscallVariant::kOpenat2, 0, 0));
  CHECK_FALSE(only_reads(SyscallVariant::kRename, 0, 0));
}
