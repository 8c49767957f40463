// SPDX-License-Identifier: Apache-2.0
#include "plugin/inputs.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/packed.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using audit::LineFormat;
using test::TempDir;

std::string record(const std::string& type, int second, int serial, const std::string& node = {}) {
  return (node.empty() ? "" : "node=" + node + " ") + "type=" + type + " msg=audit(" + std::to_string(second) +
         ".000:" + std::to_string(serial) + "): x=1\n";
}

std::vector<std::string> names(const InputSet& set) {
  std::vector<std::string> out;
  for (const Input& input : set.inputs) out.push_back(std::filesystem::path(input.name).filename().string());
  return out;
}

std::string content(Input& input) {
  std::string all;
  REQUIRE_FALSE(read_input(input, [&](std::string_view bytes) { all += bytes; }).has_value());
  return all;
}

TEST_CASE("inputs are ordered by first time, serial, host, name: any of them may hold several hosts") {
  const TempDir dir;
  test::write_file(dir / "c", record("SYSCALL", 10, 1, "a"));
  test::write_file(dir / "b", record("SYSCALL", 30, 3, "a"));
  test::write_file(dir / "a", record("SYSCALL", 20, 2, "b"));
  test::write_file(dir / "d", record("SYSCALL", 10, 1, "a"));
  test::write_file(dir / "e", record("SYSCALL", 10, 1, "b"));
  const InputSet set = open_inputs({dir / "a", dir / "b", dir / "e", dir / "d", dir / "c"}, {});
  CHECK(names(set) == std::vector<std::string>{"c", "d", "e", "a", "b"});
  CHECK(set.diagnostics.empty());
}

TEST_CASE("a file given twice, by whatever name, is read once with a note") {
  const TempDir dir;
  test::write_file(dir / "a", record("SYSCALL", 10, 1));
  std::filesystem::create_hard_link(dir / "a", dir / "b");
  std::filesystem::create_symlink(dir / "a", dir / "c");
  const InputSet set = open_inputs({dir / "a", dir / "b", dir / "c"}, {});
  CHECK(set.inputs.size() == 1);
  REQUIRE(set.diagnostics.size() == 2);
  CHECK(set.diagnostics[0].severity == Severity::kNote);
}

TEST_CASE("an unreadable input does not take the others down") {
  const TempDir dir;
  test::write_file(dir / "a", record("SYSCALL", 10, 1));
  const InputSet set = open_inputs({dir / "none", dir / "a", "/dev/null/x"}, {});
  CHECK(names(set) == std::vector<std::string>{"a"});
  CHECK(set.diagnostics.size() == 2);
  CHECK(has_error(set.diagnostics));
}

TEST_CASE("all bytes come, and a last line without end is ended") {
  const TempDir dir;
  const std::string big = record("SYSCALL", 10, 1) + std::string(700'000, 'x') + "\n" + record("CWD", 10, 1);
  test::write_file(dir / "whole", big);
  test::write_file(dir / "cut", big.substr(0, big.size() - 1));
  for (const char* file : {"whole", "cut"}) {
    InputSet set = open_inputs({dir / file}, {});
    CHECK((content(set.inputs[0]) == big));
  }
}

TEST_CASE("a pipe is read from its first byte") {
  const TempDir dir;
  REQUIRE(std::system(("mkfifo " + (dir / "pipe") + " && (echo 'type=CWD msg=audit(1.000:1): cwd=\"/\"' >" +
                       (dir / "pipe") + " &)")
                          .c_str()) == 0);
  InputSet set = open_inputs({dir / "pipe"}, {});
  REQUIRE(set.inputs.size() == 1);
  CHECK(content(set.inputs[0]) == "type=CWD msg=audit(1.000:1): cwd=\"/\"\n");
}

TEST_CASE("folders name hosts only in a tree of hosts") {
  using Names = std::vector<std::string>;
  const struct {
    Names paths, hosts;
  } rows[] = {
      {{"/logs/a/audit.log", "/logs/b/audit.log"}, {"a", "b"}},
      {{"/logs/a/audit.log", "/logs/a/audit.log.1", "/logs/b/audit.log"}, {"a", "a", "b"}},
      {{"/logs/a/var/log/audit/audit.log", "/logs/b/var/log/audit/audit.log"}, {"a", "b"}},
      {{"/logs/a/audit.log", "/logs/a/audit.log.1"}, {"", ""}},      // one folder
      {{"/var/log/audit/audit.log", "/old/audit.log.1"}, {"", ""}},  // no name in common
      {{"/logs/audit.log", "/logs/b/audit.log"}, {"", ""}},          // one is not in a folder of its own
      {{"/logs/a/audit.log"}, {""}},
      {{}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.paths);
    CHECK(hosts_of_tree(row.paths) == row.hosts);
  }
}

TEST_CASE("--host names all, folders or not") {
  const TempDir dir;
  for (const char* host : {"a", "b"}) {
    std::filesystem::create_directory(dir / host);
    test::write_file(dir / (std::string(host) + "/audit.log"), record("SYSCALL", 10, 1));
  }
  const std::vector<std::string> files = {dir / "a/audit.log", dir / "b/audit.log"};
  const InputSet tree = open_inputs(files, {});
  CHECK(tree.folder_hosts == std::vector<std::string>{"a", "b"});
  CHECK(tree.inputs[0].default_host == "a");
  const InputSet named = open_inputs(files, "me");
  CHECK(named.folder_hosts.empty());
  CHECK(named.inputs[0].default_host == "me");
  CHECK(named.inputs[1].default_host == "me");
}

TEST_CASE("rotated files are in the order of their content, packed or not, whatever their names") {
  const TempDir dir;
  test::write_file(dir / "audit.log", test::gzip(record("SYSCALL", 10, 1)));
  test::write_file(dir / "audit.log.9", record("SYSCALL", 30, 3));
  test::write_file(dir / "b", test::xz(record("SYSCALL", 20, 2)));
  test::write_file(dir / "a", test::zstd(record("SYSCALL", 20, 3)));
  const InputSet set = open_inputs({dir.path()}, {});
  CHECK(names(set) == std::vector<std::string>{"audit.log", "b", "a", "audit.log.9"});
  CHECK(set.diagnostics.empty());
  std::uint64_t stored = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) stored += entry.file_size();
  CHECK(set.bytes == stored);
}

// auditd rotates on a live host while a scan goes on.
TEST_CASE("a file that is renamed before it is read is read all the same") {
  const TempDir dir;
  test::write_file(dir / "audit.log", record("SYSCALL", 10, 1));
  InputSet set = open_inputs({dir / "audit.log"}, {});
  std::filesystem::rename(dir / "audit.log", dir / "audit.log.1");
  test::write_file(dir / "audit.log", record("SYSCALL", 20, 2));
  CHECK(content(set.inputs[0]) == record("SYSCALL", 10, 1));
  set = open_inputs({dir / "audit.log"}, {});
  std::filesystem::remove(dir / "audit.log");
  const auto failure = read_input(set.inputs[0], [](std::string_view) {});
  REQUIRE(failure.has_value());
  CHECK(failure->message.find("cannot read") != std::string::npos);
}

TEST_CASE("a copy, and what a file has in common with one read before it, are left out") {
  const TempDir dir;
  const std::string old = record("SYSCALL", 10, 1) + record("CWD", 10, 1);
  const std::string second = record("SYSCALL", 20, 2);
  test::write_file(dir / "1", old);
  test::write_file(dir / "2", test::xz(old));
  test::write_file(dir / "3", test::gzip(old + second));
  test::write_file(dir / "4", old + second + record("SYSCALL", 30, 3));
  ReadControl control;
  InputSet set = open_inputs({dir.path()}, {}, &control);
  std::string all;
  for (Input& input : set.inputs) all += content(input);
  CHECK(all == old + second + record("SYSCALL", 30, 3));
  CHECK(control.repeated == 3 * old.size() + second.size());
  CHECK(control.bytes == *set.bytes);
}

TEST_CASE("of two hosts nothing is left out, be it equal") {
  const TempDir dir;
  for (const char* host : {"a", "b"}) {
    std::filesystem::create_directory(dir / host);
    test::write_file(dir / (std::string(host) + "/audit.log"), record("SYSCALL", 10, 1));
  }
  InputSet set = open_inputs({dir.path()}, {});
  REQUIRE(set.inputs.size() == 2);
  for (Input& input : set.inputs) CHECK(content(input) == record("SYSCALL", 10, 1));
}

TEST_CASE("the kind of a log is recognised by its first lines") {
  const std::string two = record("SYSCALL", 1, 1) + record("PROCTITLE", 1, 1) + record("SYSCALL", 1, 2);
  const std::string stream = record("SYSCALL", 1, 1) + record("EOE", 1, 1) + record("SYSCALL", 1, 2);
  const struct {
    std::string head;
    LineFormat format;
  } rows[] = {
      {"", LineFormat::kLog},
      {two, LineFormat::kLog},
      {"half a line of a cut file\n" + two, LineFormat::kLog},
      {stream, LineFormat::kStream},
      {stream + record("EOE", 1, 2), LineFormat::kStream},
      // One EOE among events without proves nothing: a process can forge a line.
      {two + record("EOE", 1, 1) + record("SYSCALL", 1, 3) + record("SYSCALL", 1, 4), LineFormat::kLog},
      {"----\ntime->Tue Nov 24 07:41:02 2026\n" + two, LineFormat::kAusearch},
      {"----\n" + two, LineFormat::kAusearch},
  };
  for (const auto& row : rows) {
    CAPTURE(row.head);
    const Result<Recognised> what = recognise(row.head, "x");
    REQUIRE(what.has_value());
    CHECK(what->format == row.format);
  }
}

TEST_CASE("node and time of the first record are found") {
  const Result<Recognised> what = recognise("garbage\n" + record("CWD", 7, 1, "n1") + record("CWD", 9, 2, "n2"), "x");
  REQUIRE(what.has_value());
  CHECK(what->node == "n1");
  CHECK(what->first_time == seconds(7));
}

TEST_CASE("what cannot be read is refused with a hint") {
  const struct {
    std::string head, hint;
  } rows[] = {
      {"type=SYSCALL msg=audit(11/24/26 07:41:02.930:5655) : arch=x86_64\n", "--raw"},
      {"Nov 24 07:41:02 desk kernel: audit: type=1400 audit(1.000:1): x\n", "/var/log/audit/audit.log"},
      {"\x1f\x8b\x08\x00", "zcat"},  // inside what was unpacked already
      {"BZh91AY", "bzcat"},
      {"PK\x03\x04", "unzip -p"},
      {std::string(257, 'a') + "ustar", "into a folder"},
      {"once upon a time\nthere was a file\n", "/var/log/audit/audit.log"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.head);
    const Result<Recognised> what = recognise(row.head, "x");
    REQUIRE_FALSE(what.has_value());
    CHECK(what.error().diagnostics.front().hint.find(row.hint) != std::string::npos);
  }
}

}  // namespace
}  // namespace audisp_eql::plugin
