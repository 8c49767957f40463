// SPDX-License-Identifier: Apache-2.0
#include "plugin/proc_reader.h"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

using namespace audisp_eql;
using namespace audisp_eql::plugin;
namespace fs = std::filesystem;

namespace {

// A process as proc(5) shows it; its name has what breaks careless parsers.
void add_process(const fs::path& root, const std::string& pid) {
  fs::create_directory(root / pid);
  test::write_file(root / pid / "stat", pid + " (a) b (c) S 5 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 250 1 1\n");
  test::write_file(root / pid / "status", "Name:\ta\nUid:\t1000\t0\t0\t0\n");
  test::write_file(root / pid / "cmdline", std::string("sh\0-c\0\0", 7));
  fs::create_symlink("/usr/bin/dash", root / pid / "exe");
}

}  // namespace

TEST_CASE("a process is read whole, its start on the wall clock") {
  const test::TempDir dir;
  add_process(dir.path(), "7");
  const auto entry = ProcReader(dir.path(), seconds(1000), 100).read(7);
  REQUIRE(entry);
  CHECK(entry->ppid == 5);
  CHECK(entry->start == milliseconds(1'002'500));
  CHECK(entry->euid == 0);
  CHECK(entry->exe == "/usr/bin/dash");
  CHECK(entry->args == std::vector<std::string>{"sh", "-c", ""});
}

TEST_CASE("a command line is read up to its limits, and marked there: processes make them as long as they like") {
  const struct {
    std::string cmdline;
    std::size_t args, bytes;
    bool truncated;
  } rows[] = {
      {std::string(ProcReader::kMaxArgs - 1, '\0'), ProcReader::kMaxArgs - 1, 0, false},
      {std::string(ProcReader::kMaxArgs, '\0'), ProcReader::kMaxArgs, 0, true},
      {std::string(ProcReader::kMaxArgs + 1, '\0'), ProcReader::kMaxArgs, 0, true},
      {std::string(ProcReader::kMaxFile - 1, 'x'), 1, ProcReader::kMaxFile - 1, false},
      {std::string(ProcReader::kMaxFile, 'x'), 1, ProcReader::kMaxFile, true},
      {std::string(ProcReader::kMaxFile + 1, 'x'), 1, ProcReader::kMaxFile, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.cmdline.size());
    const test::TempDir dir;
    add_process(dir.path(), "7");
    test::write_file(fs::path(dir.path()) / "7" / "cmdline", row.cmdline);
    const auto entry = ProcReader(dir.path(), seconds(1000), 100).read(7);
    REQUIRE(entry);
    CHECK(entry->args.size() == row.args);
    CHECK(entry->args.front().size() == row.bytes);
    CHECK(entry->args_truncated == row.truncated);
  }
}

TEST_CASE("a process that cannot be read any more is none, and takes no other down") {
  const test::TempDir dir;
  add_process(dir.path(), "7");
  // As a dying process: open works, read fails.
  fs::create_directories(fs::path(dir.path()) / "8" / "stat");
  const ProcReader reader(dir.path(), seconds(1000), 100);
  CHECK_FALSE(reader.read(8));
  CHECK_FALSE(reader.read(9));
  CHECK(reader.read_all().size() == 1);
}

TEST_CASE("of this host, this very process is there") {
  const auto entry = ProcReader::of_this_host().read(static_cast<std::uint32_t>(::getpid()));
  REQUIRE(entry);
  CHECK(entry->ppid == static_cast<std::uint32_t>(::getppid()));
  CHECK_FALSE(entry->args.empty());
}

TEST_CASE("the unit by its control group, and a variable by its whole name") {
  const test::TempDir dir;
  add_process(dir.path(), "7");
  const ProcReader reader(dir.path(), seconds(1000), 100);
  REQUIRE(reader.unit(7));
  CHECK(reader.unit(7)->unit.empty());
  test::write_file(fs::path(dir.path()) / "7" / "cgroup", "0::/user.slice/app-x@autostart.service\n");
  CHECK(reader.unit(7)->unit == "app-x@autostart.service");
  CHECK(reader.unit(7)->start == milliseconds(1'002'500));
  CHECK(reader.read(7)->systemd_unit == "app-x@autostart.service");
  CHECK_FALSE(reader.unit(8));

  test::write_file(fs::path(dir.path()) / "7" / "environ", std::string("AB=1\0A=2\0A=3\0EMPTY=\0C", 21));
  const EventTime start = milliseconds(1'002'500);
  CHECK(reader.variable(7, "A", start) == "2");
  CHECK(reader.variable(7, "EMPTY", start) == "");
  CHECK_FALSE(reader.variable(7, "C", start));
  // A record is stamped with the last tick of the kernel's clock: a process that connects at once was no longer taken
  // for itself.
  CHECK(reader.variable(7, "A", start - milliseconds(10)) == "2");
  CHECK_FALSE(reader.variable(7, "A", start - milliseconds(11)));  // another process by now
  CHECK_FALSE(reader.variable(8, "A", start));
}
