// SPDX-License-Identifier: Apache-2.0
// Folders as scan takes them: which files are logs, whose they are, what is said of the others.
#include "plugin/log_folder.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include <doctest/doctest.h>

#include "plugin/inputs.h"
#include "plugin/unique_fd.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

std::string log_at(int second) { return "type=CWD msg=audit(" + std::to_string(second) + ".000:1): cwd=\"/\"\n"; }

// A folder with these files, each a log of its own time.
class Folder {
 public:
  explicit Folder(const std::vector<std::string>& files) {
    int second = 0;
    for (const std::string& file : files) {
      fs::create_directories(fs::path(dir_ / file).parent_path());
      test::write_file(dir_ / file, log_at(++second));
    }
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return dir_ / name; }
  [[nodiscard]] std::string path() const { return dir_.path(); }

 private:
  test::TempDir dir_;
};

void bind_socket(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

TEST_CASE("what is no file neither hangs nor loops, and is named") {
  const Folder folder({"audit.log", "deep/audit.log.1"});
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  bind_socket(folder / "socket");
  fs::create_directory_symlink("..", folder / "deep/loop");
  fs::create_directory_symlink(folder.path(), folder / "self");
  fs::create_symlink("nowhere", folder / "broken");
  fs::create_symlink("me", folder / "me");
  fs::create_symlink("/dev/zero", folder / "zero");
  fs::create_symlink("audit.log", folder / "link");
  test::write_file(folder / "empty", "");
  test::write_file(folder / "notes.txt", "once upon a time\n");
  test::write_file(folder / "blank", "\n\n");
  const LogFolder listed = list_folder(folder.path());
  CHECK(listed.errors.empty());
  CHECK(listed.files.size() == 5);
  CHECK(listed.left_out.size() == 8);

  const InputSet set = open_inputs({folder.path()}, {});
  CHECK(set.inputs.size() == 2);
  REQUIRE(set.diagnostics.size() == 1);
  CHECK(set.diagnostics[0].severity == Severity::kNote);
  CHECK(set.diagnostics[0].message ==
        "left out of " + folder.path() +
            ": broken (is a link that leads nowhere), deep/loop (is a link to a folder), empty (is empty), fifo (is a "
            "FIFO), me (is a link that leads nowhere), self (is a link to a folder), socket (is a socket), zero (is a "
            "device) and 3 more");
}

TEST_CASE("each folder is a host where several have logs and the upper one has none") {
  using Hosts = std::vector<std::string>;
  const struct {
    std::vector<std::string> files;
    Hosts hosts;
  } rows[] = {
      {{"a/audit.log", "b/audit.log"}, {"a", "b"}},
      {{"a/audit.log", "a/audit.log.1", "b/var/log/audit/audit.log"}, {"a", "b"}},
      {{"a/x.log", "b/y.log"}, {"a", "b"}},
      {{"a/old/x.log", "a/new/x.log", "b/x.log"}, {"a", "b"}},
      {{"a/var/log/audit/audit.log"}, {}},
      {{"audit.log", "audit.log.1"}, {}},
      {{"audit.log", "old/audit.log.1", "older/audit.log.2"}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.files);
    const Folder folder(row.files);
    fs::create_directory(folder / "no logs");
    const InputSet set = open_inputs({folder.path() + "/"}, {});
    CHECK(set.inputs.size() == row.files.size());
    CHECK(set.folder_hosts == row.hosts);
    CHECK(open_inputs({folder.path()}, "me").folder_hosts.empty());
  }
}

TEST_CASE("folders given one by one are hosts as files are") {
  const Folder folder({"a/audit.log", "b/var/log/audit/audit.log", "b/var/log/audit/audit.log.1"});
  const InputSet set = open_inputs({folder / "a", folder / "b"}, {});
  CHECK(set.folder_hosts == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a folder without logs is an error, one that is not there too") {
  const Folder folder({});
  test::write_file(folder / "notes.txt", "once upon a time\n");
  const InputSet set = open_inputs({folder.path(), folder / "none"}, {});
  CHECK(set.inputs.empty());
  REQUIRE(set.diagnostics.size() == 3);
  CHECK(set.diagnostics[0].message.find("notes.txt (holds no audit records)") != std::string::npos);
  CHECK(set.diagnostics[1].message == folder.path() + " holds no audit log");
  CHECK(set.diagnostics[2].severity == Severity::kError);
}

TEST_CASE("a packed log that is damaged at its beginning is an error, not a note") {
  const Folder folder({"audit.log"});
  test::write_file(folder / "audit.log.1.gz", "\x1f\x8b\x08");
  const InputSet set = open_inputs({folder.path()}, {});
  CHECK(set.inputs.size() == 1);
  CHECK(has_error(set.diagnostics));
}

TEST_CASE("names are shown without what would write on the terminal") {
  const Folder folder({"audit.log"});
  test::write_file(folder / "\x1b[31mred", "once upon a time\n");
  const InputSet set = open_inputs({folder.path()}, {});
  REQUIRE(set.diagnostics.size() == 1);
  CHECK(set.diagnostics[0].message.find("\\x1B[31mred (holds no audit records)") != std::string::npos);
}

TEST_CASE("the depth of folders is limited") {
  std::string path;
  for (int i = 0; i < 16; ++i) path += "d/";
  const Folder folder({path + "audit.log", path + "d/audit.log"});
  const LogFolder listed = list_folder(folder.path());
  CHECK(listed.files == std::vector<std::string>{folder / (path + "audit.log")});
  REQUIRE(listed.errors.size() == 1);
  CHECK(listed.errors[0].message == "left out " + (folder / (path + "d")) + ": it lies more than 16 folders deep");
}

}  // namespace
}  // namespace audisp_eql::plugin
