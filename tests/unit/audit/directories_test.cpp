// SPDX-License-Identifier: Apache-2.0
// What records say of directories: those opened, those that a name without a
// path is in, and those that are made, removed or moved.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/file_change.h"
#include "lib/audit/normalize.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::Parsed;

namespace {

// x86-64.
enum Number : unsigned {
  kOpen = 2,
  kRename = 82,
  kRmdir = 84,
  kMkdirat = 258,
  kUnlinkat = 263,
  kRenameat2 = 316,
  kOpenat = 257,
  kOpenat2 = 437,
};

const std::string kCwd = line("CWD", 1, "cwd=\"/home/u\"");
constexpr std::uint64_t kDevice = std::uint64_t{0xfe} << 32U;

std::string call(unsigned number, std::string_view arguments, std::string_view result = "success=yes exit=4") {
  return line("SYSCALL", 1,
              "arch=c000003e syscall=" + std::to_string(number) + " " + std::string(result) + " " +
                  std::string(arguments) + " ppid=10 pid=11 exe=\"/usr/bin/cp\"");
}

std::string item(unsigned number, std::string_view name, std::string_view type, unsigned inode,
                 std::string_view mode = "0100644") {
  return line("PATH", 1,
              "item=" + std::to_string(number) + " name=\"" + std::string(name) + "\" inode=" + std::to_string(inode) +
                  " dev=fe:00 mode=" + std::string(mode) + " rdev=00:00 nametype=" + std::string(type));
}

std::string directory(unsigned number, std::string_view name, std::string_view type, unsigned inode) {
  return item(number, name, type, inode, "040755");
}

std::optional<AuditEvent> event_of(const std::vector<std::string>& lines) {
  Parsed parsed({});
  for (const std::string& text : lines) parsed.add(text);
  auto event = Normalizer().normalize(parsed.group);
  if (event) event->node = {};  // a view of `parsed`
  return event;
}

// `FD INODE PATH`, or what else it is.
std::string opened(const std::vector<std::string>& lines) {
  const auto event = event_of(lines);
  if (!event) return "nothing";
  const auto* directory = std::get_if<OpenedDirectory>(&event->what);
  if (directory == nullptr) return "a change";
  CHECK(directory->id.device == kDevice);
  return std::to_string(directory->descriptor) + " " + std::to_string(directory->id.inode) + " " + directory->path;
}

FileChange change(const std::vector<std::string>& lines) {
  const auto event = event_of(lines);
  REQUIRE(event);
  return std::get<FileChange>(event->what);
}

std::vector<std::uint64_t> inodes(const std::vector<InodeId>& ids) {
  std::vector<std::uint64_t> out;
  for (const InodeId& id : ids) out.push_back(id.inode);
  return out;
}

using Inodes = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("an open of a directory says its path, number and descriptor") {
  const std::string cp = call(kOpenat, "a0=ffffff9c a2=210000");
  CHECK(opened({cp, kCwd, directory(0, "/home/u/d/", "NORMAL", 9)}) == "4 9 /home/u/d");
  CHECK(opened({cp, kCwd, directory(0, "d", "NORMAL", 9)}) == "4 9 /home/u/d");
  CHECK(opened({cp, kCwd, directory(0, "../d", "NORMAL", 9)}) == "4 9 /home/d");
  CHECK(opened({call(kOpen, "a1=90800"), kCwd, directory(0, "/d", "NORMAL", 9)}) == "4 9 /d");
  const std::string openat2 = call(kOpenat2, "a0=ffffff9c a2=7f");
  const std::string how = line("OPENAT2", 1, "oflag=0210000 mode=0 resolve=0x0");
  CHECK(opened({openat2, how, kCwd, directory(0, "/d", "NORMAL", 9)}) == "4 9 /d");
}

TEST_CASE("an open that leaves doubt which directory it is says nothing") {
  const std::string cp = call(kOpenat, "a0=ffffff9c a2=210000");
  const std::string failed = call(kOpenat, "a0=ffffff9c a2=210000", "success=no exit=-2");
  const std::string silent = call(kOpenat, "a0=ffffff9c a2=210000", "success=yes");
  const std::string below = call(kOpenat, "a0=3 a2=210000");
  const std::string item0 = directory(0, "d", "NORMAL", 9);
  CHECK(opened({failed, kCwd, item0}) == "nothing");
  CHECK(opened({silent, kCwd, item0}) == "nothing");
  CHECK(opened({below, kCwd, item0}) == "nothing");
  CHECK(opened({cp, item0}) == "nothing");
  CHECK(opened({cp, kCwd}) == "nothing");
  CHECK(opened({cp, kCwd, directory(0, "link/../d", "NORMAL", 9)}) == "nothing");
  CHECK(opened({cp, kCwd, item(0, "d", "NORMAL", 9)}) == "nothing");             // a file
  CHECK(opened({cp, kCwd, item(0, "d", "NORMAL", 9, "0120777")}) == "nothing");  // a link, with O_NOFOLLOW
  for (const std::string number : {"inode=9", "dev=fe:00", "inode=9 dev=fe", "inode=x dev=fe:00", "inode=9 dev=:"}) {
    CAPTURE(number);
    const std::string bad = line("PATH", 1, "item=0 name=\"d\" " + number + " mode=040755 nametype=NORMAL");
    CHECK(opened({cp, kCwd, bad}) == "nothing");
  }
  const std::string rooted = line("OPENAT2", 1, "oflag=0210000 mode=0 resolve=0x10");
  CHECK(opened({call(kOpenat2, "a0=3 a2=7f"), rooted, kCwd, directory(0, "/d", "NORMAL", 9)}) == "nothing");
  CHECK(opened({call(kOpenat, "a0=ffffff9c a2=241"), kCwd, item(1, "d", "CREATE", 9)}) == "a change");
}

TEST_CASE("a name without a path says which directory it is in, by number") {
  const std::string make = call(kOpenat, "a0=4 a2=c1", "success=yes exit=5");
  const FileChange made = change({make, kCwd, directory(0, "/home/u", "PARENT", 9), item(1, "x", "CREATE", 7)});
  CHECK(made.file.path.empty());
  CHECK(inodes(made.parents) == Inodes{9});
  const std::string known = call(kOpenat, "a0=ffffff9c a2=c1", "success=yes exit=5");
  CHECK(change({known, kCwd, directory(0, "/home/u", "PARENT", 9), item(1, "x", "CREATE", 7)}).parents.empty());
}

TEST_CASE("two parents, or one less than there must be, leave doubt") {
  const std::string make = call(kOpenat, "a0=4 a2=c1", "success=yes exit=5");
  const std::string made = item(2, "x", "CREATE", 7);
  const std::string first = directory(0, "/home/u", "PARENT", 8), second = directory(1, "/home/u", "PARENT", 9);
  CHECK(change({make, kCwd, first, second, made}).parents.empty());
  CHECK(change({make, kCwd, made}).parents.empty());
  CHECK(change({make, kCwd, line("PATH", 1, "item=0 name=\"/home/u\" mode=040755 nametype=PARENT"), made})
            .parents.empty());
  const std::string move = call(kRenameat2, "a0=3 a2=4");
  const std::string gone = item(3, "y", "DELETE", 7);
  CHECK(change({move, kCwd, first, made, gone}).parents.empty());
  CHECK(inodes(change({move, kCwd, first, second, made, gone}).parents) == Inodes{8, 9});
}

TEST_CASE("a rename says through which descriptor each name was given") {
  const std::string move = call(kRenameat2, "a0=ffffff9c a2=100000004");
  const std::string first = directory(0, "/home/u", "PARENT", 9), second = directory(1, "/home/u", "PARENT", 8);
  const FileChange into = change({move, kCwd, first, second, item(2, "x", "DELETE", 7), item(3, "x", "CREATE", 7)});
  CHECK(into.file.descriptor == 4);
  CHECK(into.original.path == "/home/u/x");
  CHECK_FALSE(into.original.descriptor);
  CHECK(inodes(into.parents) == Inodes{9, 8});
  const FileChange deeper =
      change({move, kCwd, first, second, item(2, "x", "DELETE", 7), item(3, "sub/x", "CREATE", 7)});
  CHECK_FALSE(deeper.file.descriptor);  // it is of another directory
  const std::string within = directory(1, "/home/u", "PARENT", 9);
  CHECK(inodes(change({move, kCwd, first, within, item(3, "x", "CREATE", 7)}).parents) == Inodes{9});
}

TEST_CASE("directories that are made and removed are told by number") {
  const std::string parent = directory(0, "/home/u", "PARENT", 9);
  const std::string make = call(kMkdirat, "a0=4");
  CHECK(change({make, kCwd, parent, directory(1, "d", "CREATE", 7)}).directory->inode == 7);
  CHECK_FALSE(change({make, kCwd, parent, directory(1, "l/../d", "CREATE", 7)}).directory);
  CHECK_FALSE(change({make, kCwd, parent, item(1, "f", "CREATE", 7)}).directory);
  CHECK(change({call(kRmdir, "a0=1"), kCwd, parent, directory(1, "d", "DELETE", 7)}).directory->inode == 7);
  CHECK_FALSE(change({call(kUnlinkat, "a0=4"), kCwd, parent, item(1, "f", "DELETE", 7)}).directory);
  const FileChange unnumbered =
      change({call(kRmdir, "a0=1"), kCwd, line("PATH", 1, "item=1 name=\"d\" mode=040755 nametype=DELETE")});
  CHECK_FALSE(unnumbered.directory);
  CHECK(unnumbered.moves_directory);
}

TEST_CASE("a rename that moves a directory, or may, says so") {
  const std::string move = call(kRename, "a0=1");
  const std::string file = item(2, "x", "DELETE", 7), now = item(3, "y", "CREATE", 7);
  CHECK_FALSE(change({move, kCwd, file, now}).moves_directory);
  CHECK(change({move, kCwd, directory(2, "x", "DELETE", 7), directory(3, "y", "CREATE", 7)}).moves_directory);
  // An exchange of a file and a directory.
  CHECK(
      change({move, kCwd, file, directory(3, "y", "DELETE", 8), now, directory(5, "x", "CREATE", 8)}).moves_directory);
  CHECK(change({move, kCwd, line("PATH", 1, "item=3 name=\"y\" nametype=CREATE")}).moves_directory);
}
