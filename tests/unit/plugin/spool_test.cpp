// SPDX-License-Identifier: Apache-2.0
#include "plugin/spool.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <numeric>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::TempDir;
using Numbers = std::vector<std::uint64_t>;

constexpr std::size_t kHeader = 48;
constexpr std::size_t kRecord = 17;  // of an empty text
constexpr std::size_t kMax = 1u << 20;

NumberedAlert alert(std::uint64_t number, std::size_t bytes = 10) {
  return {number, SyslogSeverity::kWarning, std::to_string(number) + std::string(bytes, 'x')};
}

std::vector<NumberedAlert> alerts(std::uint64_t from, std::uint64_t to) {
  std::vector<NumberedAlert> out;
  for (; from <= to; ++from) out.push_back(alert(from));
  return out;
}

Numbers numbers(const std::vector<NumberedAlert>& list) {
  Numbers out;
  for (const NumberedAlert& each : list) {
    CHECK(each.severity == SyslogSeverity::kWarning);
    CHECK(each.text.starts_with(std::to_string(each.number) + "x"));
    out.push_back(each.number);
  }
  return out;
}

Numbers range(std::uint64_t from, std::uint64_t to) {
  Numbers out(to - from + 1);
  std::iota(out.begin(), out.end(), from);
  return out;
}

// A spool as an earlier run left it.
struct Opened {
  explicit Opened(const std::string& path, std::size_t max_bytes = kMax) : spool(path, max_bytes) {
    REQUIRE(spool.open() == 0);
  }
  Spool spool;
};

TEST_CASE("what was appended is read in order, once, in batches") {
  TempDir dir;
  Opened o(dir / "spool");
  CHECK(o.spool.append(alerts(1, 5)) == 5);
  CHECK(o.spool.unread() == 5);
  CHECK(numbers(o.spool.read(1)) == range(1, 1));
  CHECK(numbers(o.spool.read(24)) == range(2, 3));
  CHECK(o.spool.append(alerts(6, 6)) == 1);
  CHECK(numbers(o.spool.read(kMax)) == range(4, 6));
  CHECK(o.spool.read(kMax).empty());
  CHECK(o.spool.unread() == 0);
}

TEST_CASE("what was not sent outlives the program, what was sent does not come again") {
  TempDir dir;
  {
    Opened o(dir / "spool");
    CHECK(o.spool.append(alerts(1, 5)) == 5);
    CHECK(o.spool.read(kMax).size() == 5);
    o.spool.note_sent(2);
  }
  Opened o(dir / "spool");
  CHECK(o.spool.unread() == 3);
  CHECK(o.spool.last_number() == 5);
  CHECK(numbers(o.spool.read(kMax)) == range(3, 5));
}

TEST_CASE("alerts sent from memory are not read, and an empty spool takes no room") {
  TempDir dir;
  Opened o(dir / "spool");
  CHECK(o.spool.append(alerts(1, 5)) == 5);
  o.spool.note_sent(3);
  CHECK(o.spool.unread() == 2);
  CHECK(numbers(o.spool.read(kMax)) == range(4, 5));
  CHECK(std::filesystem::file_size(dir / "spool") > kHeader);
  o.spool.note_sent(5);
  CHECK(std::filesystem::file_size(dir / "spool") == kHeader);
  CHECK(o.spool.append(alerts(6, 6)) == 1);
  CHECK(numbers(o.spool.read(kMax)) == range(6, 6));
}

TEST_CASE("numbers go on after a spool that was emptied") {
  TempDir dir;
  {
    Opened o(dir / "spool");
    CHECK(o.spool.append(alerts(1, 5)) == 5);
    o.spool.note_sent(5);
  }
  Opened o(dir / "spool");
  CHECK(o.spool.last_number() == 5);
  CHECK(o.spool.unread() == 0);
}

TEST_CASE("cut off at any byte: whole records stay, the rest is counted") {
  TempDir dir;
  {
    Opened o(dir / "spool");
    CHECK(o.spool.append(alerts(1, 4)) == 4);
  }
  const std::string whole = test::read_file(dir / "spool");
  const std::size_t each = kRecord + 11;
  REQUIRE(whole.size() == kHeader + 4 * each);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    test::write_file(dir / "torn", whole.substr(0, size));
    std::filesystem::permissions(dir / "torn", std::filesystem::perms(0600));
    Opened o(dir / "torn");
    const std::size_t records = size < kHeader ? 0 : (size - kHeader) / each;
    CHECK(o.spool.unread() == records);
    CHECK(o.spool.counters().torn_bytes == size - (size < kHeader ? 0 : kHeader + records * each));
    // It goes on from there.
    CHECK(o.spool.append(alerts(9, 9)) == 1);
    CHECK(o.spool.read(kMax).size() == records + 1);
  }
}

TEST_CASE("a byte changed in any place: nothing but whole records comes out") {
  TempDir dir;
  {
    Opened o(dir / "spool");
    CHECK(o.spool.append(alerts(1, 4)) == 4);
    o.spool.note_sent(1);
  }
  const std::string whole = test::read_file(dir / "spool");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    test::write_file(dir / "torn", damaged);
    std::filesystem::permissions(dir / "torn", std::filesystem::perms(0600));
    Opened o(dir / "torn");
    const Numbers found = numbers(o.spool.read(kMax));
    const Numbers all = range(1, 4);
    CHECK(std::includes(all.begin(), all.end(), found.begin(), found.end()));
  }
}

TEST_CASE("a full spool keeps the oldest and counts what it refuses") {
  const std::size_t each = kRecord + 11;
  for (const std::size_t room : {3 * each - 1, 3 * each, 3 * each + 1}) {
    CAPTURE(room);
    TempDir dir;
    Opened o(dir / "spool", kHeader + room);
    const std::size_t fit = room / each;
    CHECK(o.spool.append(alerts(1, 4)) == fit);
    CHECK(o.spool.error() == ENOSPC);
    CHECK(o.spool.counters().refused == 4 - fit);
    CHECK(numbers(o.spool.read(kMax)) == range(1, fit));
  }
}

TEST_CASE("a full spool of which half was sent is written anew, and survives that") {
  const std::size_t each = kRecord + 11;
  TempDir dir;
  {
    Opened o(dir / "spool", kHeader + 4 * each);
    CHECK(o.spool.append(alerts(1, 4)) == 4);
    CHECK(numbers(o.spool.read(24)) == range(1, 2));
    o.spool.note_sent(1);
    CHECK(o.spool.append(alerts(5, 5)) == 0);  // a quarter is not worth it
    o.spool.note_sent(3);
    CHECK(o.spool.append(alerts(5, 7)) == 3);
    CHECK(o.spool.counters().compactions == 1);
    CHECK(std::filesystem::file_size(dir / "spool") == kHeader + 4 * each);
    CHECK(numbers(o.spool.read(kMax)) == range(4, 7));
  }
  CHECK_FALSE(std::filesystem::exists(dir / "spool.new"));
  Opened o(dir / "spool", kHeader + 4 * each);
  CHECK(numbers(o.spool.read(kMax)) == range(4, 7));
}

TEST_CASE("two plugins do not share a spool, and others' files are refused") {
  TempDir dir;
  Opened first(dir / "spool");
  Spool second(dir / "spool", kMax);
  CHECK(second.open() == EWOULDBLOCK);

  test::write_file(dir / "open", "");
  std::filesystem::permissions(dir / "open", std::filesystem::perms(0622));
  CHECK(Spool(dir / "open", kMax).open() == EPERM);
  std::filesystem::create_symlink(dir / "target", dir / "link");
  CHECK(Spool(dir / "link", kMax).open() == ELOOP);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK(Spool(dir / "fifo", kMax).open() == EPERM);
  CHECK(Spool(dir / "no/spool", kMax).open() == ENOENT);
}

}  // namespace
}  // namespace audisp_eql::plugin
