// SPDX-License-Identifier: Apache-2.0
// Rule files and their owners, user names, and /proc: what plugin/ reads of the system.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include "plugin/passwd.h"
#include "plugin/proc_reader.h"
#include "plugin/rule_files.h"
#include "plugin/trusted_file.h"
#include "tests/support/files.h"
#include "tests/support/forked.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;
using test::TempDir;
using test::write_file;

void set_mode(const std::string& path, unsigned mode) { fs::permissions(path, fs::perms(mode)); }

std::vector<std::string> names(const RuleFiles& files) {
  std::vector<std::string> out;
  for (const Source& source : files.sources) out.push_back(fs::path(source.file).filename().string());
  return out;
}

TEST_CASE("a directory means its *.toml, sorted, not deeper") {
  const TempDir dir;
  fs::create_directories(dir / "sub.toml/x");
  for (const char* name : {"b.toml", "a.toml", "c.txt", ".hidden.toml", "sub.toml/d.toml", "e.toml.bak"}) {
    write_file(dir / name, name);
  }
  const RuleFiles files = collect_rules({dir.path()}, Trust::kUser);
  CHECK(names(files) == std::vector<std::string>{"a.toml", "b.toml"});
  CHECK(files.sources.front().text == "a.toml");
  CHECK(files.diagnostics.empty());
}

TEST_CASE("paths keep their order, a file met again is left out") {
  const TempDir dir;
  for (const char* name : {"a.toml", "b.toml"}) write_file(dir / name, "");
  const RuleFiles files = collect_rules({dir / "b.toml", dir.path(), dir / "a.toml"}, Trust::kUser);
  CHECK(names(files) == std::vector<std::string>{"b.toml", "a.toml"});
}

TEST_CASE("what cannot be read is told, the rest is used") {
  const TempDir dir;
  write_file(dir / "a.toml", "");
  write_file(dir / "z.toml", "");
  REQUIRE(::mkfifo((dir / "pipe.toml").c_str(), 0600) == 0);
  fs::create_symlink("nowhere", dir / "link.toml");
  const RuleFiles files = collect_rules({dir / "none.toml", dir.path()}, Trust::kUser);
  CHECK(names(files) == std::vector<std::string>{"a.toml", "z.toml"});
  REQUIRE(files.diagnostics.size() == 3);
  CHECK(files.diagnostics[0].message == "cannot read " + (dir / "none.toml") + ": No such file or directory");
  CHECK(files.diagnostics[1].message == "cannot read " + (dir / "link.toml") + ": No such file or directory");
  CHECK(files.diagnostics[2].message == (dir / "pipe.toml") + " is not a regular file");
}

TEST_CASE("trusted files are not writable by group or others") {
  const TempDir dir;
  const std::string path = dir / "a.toml";
  write_file(path, "text");
  const struct {
    unsigned mode;
    bool required, warned;
  } rows[] = {{0600, true, false},  {0640, true, false}, {0644, true, false},
              {0660, false, false}, {0646, false, true}, {0666, false, true}};
  for (const auto& row : rows) {
    CAPTURE(row.mode);
    set_mode(path, row.mode);
    const Result<ReadFile> trusted = read_file(path, Trust::kRequired);
    CHECK(trusted.has_value() == row.required);
    if (!trusted) CHECK(trusted.error().diagnostics.front().hint == "chmod go-w " + path);
    const Result<ReadFile> own = read_file(path, Trust::kUser);
    REQUIRE(own.has_value());
    CHECK(own->warnings.empty() != row.warned);
    CHECK(own->source.text == "text");
  }
}

TEST_CASE("trusted files belong to root or to us") {
  if (::geteuid() != 0) return;  // only root can give files away
  const TempDir dir;
  write_file(dir / "a.toml", "");
  REQUIRE(::chown((dir / "a.toml").c_str(), 4242, 0) == 0);
  const Result<ReadFile> file = read_file(dir / "a.toml", Trust::kRequired);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().diagnostics.front().message == (dir / "a.toml") + " belongs to user 4242, not to root");
  CHECK(file.error().diagnostics.front().hint == "chown root " + (dir / "a.toml"));
  CHECK(read_file(dir / "a.toml", Trust::kUser).has_value());
}

// A plugin that began as root and is another user now must not be able to write its own rules; what it wrote itself,
// its state, it may read again.
TEST_CASE("whose files are trusted is asked of root's plugin and of state differently") {
  if (::geteuid() != 0) return;
  const TempDir dir;
  set_mode(dir.path(), 0755);
  const std::string path = dir / "a";
  write_file(path, "text");
  set_mode(path, 0644);
  const struct {
    uid_t owner;
    Trust trust;
    const char* refused;  // nullptr: taken
  } rows[] = {
      {0, Trust::kRoot, nullptr},     {4242, Trust::kRoot, "chown root "}, {4243, Trust::kRoot, "chown root "},
      {0, Trust::kRequired, nullptr}, {4242, Trust::kRequired, nullptr},   {4243, Trust::kRequired, "chown root "},
      {0, Trust::kState, nullptr},    {4242, Trust::kState, nullptr},      {4243, Trust::kState, "chown 4242 "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.owner);
    CAPTURE(static_cast<int>(row.trust));
    REQUIRE(::chown(path.c_str(), row.owner, 0) == 0);
    const std::string hint = test::in_child([&] {
      if (::setresuid(4242, 4242, 4242) != 0) return std::string("still root");
      const Result<ReadFile> file = read_file(path, row.trust);
      return file ? std::string("taken") : file.error().diagnostics.front().hint;
    });
    CHECK(hint == (row.refused == nullptr ? "taken" : row.refused + path));
  }
}

TEST_CASE("a file that the plugin's user may not read is told with what to do") {
  if (::geteuid() != 0) return;
  const TempDir dir;
  set_mode(dir.path(), 0755);
  write_file(dir / "a", "text");
  set_mode(dir / "a", 0640);
  const std::string said = test::in_child([&] {
    if (::setresgid(4243, 4243, 4243) != 0 || ::setresuid(4242, 4242, 4242) != 0) return std::string("still root");
    const Result<ReadFile> rule = read_file(dir / "a", Trust::kRoot);
    const Result<ReadFile> own = read_file(dir / "a", Trust::kUser);
    if (rule || own) return std::string("read");
    return rule.error().diagnostics.front().hint + own.error().diagnostics.front().hint;
  });
  CHECK(said.rfind("the plugin runs with group 4243: chgrp 4243 " + (dir / "a") + "; chmod g+rX ", 0) == 0);
}

TEST_CASE("root trusts its own kind alone from the start") {
  CHECK(required_trust() == (::geteuid() == 0 ? Trust::kRoot : Trust::kRequired));
}

TEST_CASE("a directory that others can write is refused with all that is in it") {
  const TempDir dir;
  write_file(dir / "a.toml", "");
  set_mode(dir.path(), 0777);
  const RuleFiles files = collect_rules({dir.path()}, Trust::kRequired);
  CHECK(files.sources.empty());
  CHECK(has_error(files.diagnostics));
  CHECK(collect_rules({dir.path()}, Trust::kUser).sources.size() == 1);
}

TEST_CASE("passwd lines give names; the first of a uid counts; others are left out") {
  const UserNames names = parse_passwd(
      "root:x:0:0:root:/root:/bin/sh\n"
      "toor:x:0:0::/:\n"
      "# comment\n"
      ":x:5:5::/:\n"
      "short:x\n"
      "bad:x:7x:7::/:\n"
      "big:x:4294967296:7::/:\n"
      "max:x:4294967295:7::/:\n"
      "alice:x:1000:1000::/home/alice:/bin/sh");
  CHECK(names == UserNames{{0, "root"}, {4294967295U, "max"}, {1000, "alice"}});
}

TEST_CASE("an account is found by its name; one without numbers is none") {
  const std::string text =
      "root:x:0:0:root:/root:/bin/sh\naudisp-eql:x:998:997::/:/usr/sbin/nologin\naudisp-eql:x:1:1::/:\n"
      "odd:x:1:1x::/:\nshort:x:5\nmax:x:4294967295:1::/:\nmaxgroup:x:1:4294967295::/:\nbelow:x:4294967294:1::/:";
  CHECK(find_account(text, "audisp-eql") == Account{998, 997});
  CHECK(find_account(text, "root") == Account{0, 0});
  CHECK(find_account(text, "below") == Account{4294967294U, 1});
  for (const char* name : {"audisp", "audisp-eql2", "odd", "short", "max", "maxgroup", ""}) {
    CAPTURE(name);
    CHECK_FALSE(find_account(text, name).has_value());
  }
}

struct FakeProc {
  TempDir dir;

  void add(unsigned pid, const std::string& comm, unsigned ppid, const std::string& start) const {
    const std::string folder = dir / std::to_string(pid);
    fs::create_directory(folder);
    write_file(folder + "/stat", std::to_string(pid) + " (" + comm + ") S " + std::to_string(ppid) +
                                     " 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 " + start + " 23 24\n");
    write_file(folder + "/status", "Name:\tx\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t5\t5\t5\n");
    write_file(folder + "/cmdline", std::string("prog\0\0two words\0", 16));
    fs::create_symlink("/usr/bin/prog (deleted)", folder + "/exe");
    fs::create_symlink("/home/x", folder + "/cwd");
  }
};

TEST_CASE("a process is read from /proc, whatever its name is") {
  for (const std::string& comm : {std::string("prog"), std::string("a) S 1 (b"), std::string("with\nnewline)")}) {
    const FakeProc proc;
    proc.add(77, comm, 42, "12345");
    const auto entry = ProcReader(proc.dir.path(), seconds(1'000'000), 100).read(77);
    REQUIRE(entry.has_value());
    CHECK(entry->pid == 77);
    CHECK(entry->ppid == 42);
    CHECK(entry->start_ticks == 12345);
    CHECK(entry->start == milliseconds(1'000'000'000 + 123'450));
    CHECK(entry->uid == 1000);
    CHECK(entry->euid == 1001);
    CHECK(entry->exe == "/usr/bin/prog (deleted)");
    CHECK(entry->cwd == "/home/x");
    CHECK(entry->args == std::vector<std::string>{"prog", "", "two words"});
  }
}

TEST_CASE("processes that are gone or damaged are left out") {
  const FakeProc proc;
  proc.add(1, "init", 0, "5");
  proc.add(2, "half", 1, "5");
  write_file(proc.dir / "2/stat", "2 (half) S 1 3 4");
  fs::create_directory(proc.dir / "3");
  fs::create_directory(proc.dir / "self");
  const ProcReader reader(proc.dir.path(), seconds(0), 100);
  CHECK(reader.read_all().size() == 1);
  CHECK_FALSE(reader.read(4).has_value());
}

TEST_CASE("this very process is found, started before now and after boot") {
  const ProcReader reader = ProcReader::of_this_host();
  const auto self = reader.read(static_cast<std::uint32_t>(::getpid()));
  REQUIRE(self.has_value());
  CHECK(self->ppid == static_cast<std::uint32_t>(::getppid()));
  CHECK(self->uid == ::getuid());
  CHECK(self->exe == fs::read_symlink("/proc/self/exe").string());
  const EventTime now = seconds(::time(nullptr) + 1);
  CHECK(self->start < now);
  CHECK(self->start > now - seconds(3600));
}

}  // namespace
}  // namespace audisp_eql::plugin
