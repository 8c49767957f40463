// SPDX-License-Identifier: Apache-2.0
#include "plugin/autostart.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "plugin/unique_fd.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::TempDir;
using test::write_file;

std::string entry(const std::string& exec) {
  return "[Desktop Entry]\nType=Application\nName=An entry\nExec=" + exec + "\n";
}

// A copied file system with a user 1000.
struct Host {
  Host() {
    for (const char* each : {"etc/xdg/autostart", "home/ann/.config/autostart", "usr/share/applications"}) {
      std::filesystem::create_directories(dir / each);
    }
    write_file(dir / "etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n");
  }
  void user(const std::string& name, const std::string& text) {
    write_file(dir / ("home/ann/.config/autostart/" + name), text);
  }
  void system(const std::string& name, const std::string& text) {
    write_file(dir / ("etc/xdg/autostart/" + name), text);
  }
  // The path and how it was found; empty for none.
  [[nodiscard]] std::string find(const EntryQuery& query) const {
    const auto info = AutostartEntries(dir.path()).find(query);
    return info ? info->found_by + " " + info->path : "";
  }
  [[nodiscard]] std::string find(std::vector<std::string> args, std::uint32_t uid = 1000) const {
    return find(EntryQuery{uid, {{"other", "process"}, std::move(args)}, {}, {}});
  }

  TempDir dir;
};

TEST_CASE("the entry whose Exec line was executed, with what an analyst wants to know of it") {
  Host host;
  host.user("curl.desktop", entry("curl http://h/"));
  host.system("other.desktop", entry("other"));
  CHECK(host.find({"curl", "http://h/"}) == "exec_line /home/ann/.config/autostart/curl.desktop");
  const auto info = AutostartEntries(host.dir.path()).find({1000, {{"curl", "http://h/"}}, {}, {}});
  REQUIRE(info.has_value());
  CHECK(info->name == "An entry");
  CHECK(info->exec == "curl http://h/");
  CHECK(info->owner == std::to_string(::geteuid()));
  struct stat st {};
  REQUIRE(::stat((host.dir / "home/ann/.config/autostart/curl.desktop").c_str(), &st) == 0);
  CHECK(info->mtime->ms / 1000 == st.st_mtim.tv_sec);
  // printf '[Desktop Entry]\nType=Application\nName=An entry\nExec=curl http://h/\n' | sha256sum
  CHECK(info->sha256 == "a8396a8c46e4f0877216aba266e9ca65a3db770672fc1f4fd493d9a6c75399ca");
  CHECK(host.find({"curl", "http://h/other"}).empty());
  CHECK(host.find({"curl", "http://h/"}, 1001).empty());  // another's session
}

TEST_CASE("two entries that start the same leave it open; the user's hides the system's of its name") {
  Host host;
  host.user("a.desktop", entry("prog"));
  host.system("b.desktop", entry("prog"));
  CHECK(host.find({"prog"}).empty());
  std::filesystem::remove(host.dir / "etc/xdg/autostart/b.desktop");
  host.system("a.desktop", entry("prog"));
  CHECK(host.find({"prog"}) == "exec_line /home/ann/.config/autostart/a.desktop");
  host.user("a.desktop", "[Desktop Entry]\nExec=prog\nHidden=true\n");
  CHECK(host.find({"prog"}).empty());
}

TEST_CASE("the unit is surest, then the environment, and both must name an entry") {
  Host host;
  host.user("one.desktop", entry("prog"));
  host.system("two.desktop", entry("x"));
  write_file(host.dir / "home/ann/three.desktop", entry("x"));
  EntryQuery query{1000, {{"prog"}}, "app-two@autostart.service", "/home/ann/.config/autostart/one.desktop"};
  CHECK(host.find(query) == "systemd_unit /etc/xdg/autostart/two.desktop");
  query.unit = "session-2.scope";
  query.launches.clear();
  CHECK(host.find(query) == "environment /home/ann/.config/autostart/one.desktop");
  for (const char* path : {"/home/ann/three.desktop", "/home/ann/.config/autostart/../../three.desktop",
                           "/home/ann/.config/autostart/gone.desktop", "/etc/passwd", "one.desktop", ""}) {
    CAPTURE(path);
    query.environment_path = path;
    CHECK(host.find(query).empty());
  }
  query.unit = "app-gone@autostart.service";
  query.launches = {{"prog"}};
  CHECK(host.find(query) == "exec_line /home/ann/.config/autostart/one.desktop");
}

TEST_CASE("what is no file, no entry, or too large is passed over; links stay in the copy") {
  Host host;
  const std::string directory = host.dir / "home/ann/.config/autostart/";
  REQUIRE(::mkfifo((directory + "fifo.desktop").c_str(), 0600) == 0);
  std::filesystem::create_directory(directory + "dir.desktop");
  std::filesystem::create_symlink("/etc/passwd", directory + "secret.desktop");
  std::filesystem::create_symlink("gone", directory + "dangling.desktop");
  host.user("large.desktop", entry("large") + std::string(AutostartEntries::kMaxFile, '#'));
  host.user("note.txt", entry("note"));
  CHECK(host.find({"large"}).empty());
  CHECK(host.find({"note"}).empty());
  // As people do it: a link to an installed application.
  write_file(host.dir / "usr/share/applications/app.desktop", entry("app"));
  std::filesystem::create_symlink("/usr/share/applications/app.desktop", directory + "app.desktop");
  CHECK(host.find({"app"}) == "exec_line /home/ann/.config/autostart/app.desktop");
  // Not the entry of this machine, were there one.
  write_file(host.dir / "outside.desktop", entry("outside"));
  std::filesystem::create_symlink(host.dir / "outside.desktop", directory + "outside.desktop");
  CHECK(host.find({"outside"}).empty());
}

// What was opened or read since the last question, of watched files.
class Opens {
 public:
  void watch(const std::string& path) {
    REQUIRE(::inotify_add_watch(fd_.get(), path.c_str(), IN_OPEN | IN_ACCESS) >= 0);
  }
  [[nodiscard]] bool any() const {
    std::array<char, 4096> events;
    return ::read(fd_.get(), events.data(), events.size()) > 0;
  }

 private:
  UniqueFd fd_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
};

// Cause: a link to /dev/watchdog was opened, by which it begins to count, and closed,
// with the capability to read everything; 1024 sparse files of 1 MiB were read for each
// alert; reading takes what is in tracefs's trace_pipe.
TEST_CASE("what cannot be an entry is not opened") {
  Host host;
  Opens opens;
  const std::string directory = host.dir / "home/ann/.config/autostart/";
  REQUIRE(::mkfifo((directory + "device.desktop").c_str(), 0600) == 0);
  host.user("empty.desktop", "");
  host.user("large.desktop", entry("prog"));
  std::filesystem::resize_file(directory + "large.desktop", AutostartEntries::kMaxFile + 1);
  for (const char* name : {"device.desktop", "empty.desktop", "large.desktop"}) opens.watch(directory + name);
  CHECK(host.find({"prog"}).empty());
  CHECK_FALSE(opens.any());
  std::filesystem::resize_file(directory + "large.desktop", AutostartEntries::kMaxFile);
  CHECK(host.find({"prog"}) == "exec_line /home/ann/.config/autostart/large.desktop");
  CHECK(opens.any());
}

TEST_CASE("a directory with too many names is not looked at, and so nobody is sure") {
  Host host;
  constexpr std::size_t kDots = 2;  // . and ..
  host.user("a.desktop", entry("prog"));
  for (std::size_t i = 1 + kDots; i < AutostartEntries::kMaxNames; ++i) host.user(std::to_string(i), "");
  CHECK(host.find({"prog"}) == "exec_line /home/ann/.config/autostart/a.desktop");
  host.user("one more", "");
  CHECK(host.find({"prog"}).empty());
}

TEST_CASE("a host without users, directories or root has no entries") {
  TempDir dir;
  CHECK_FALSE(AutostartEntries(dir.path()).find({1000, {{"x"}}, {}, {}}).has_value());
  CHECK_FALSE(AutostartEntries(dir / "gone").find({1000, {{"x"}}, {}, {}}).has_value());
  CHECK_FALSE(AutostartEntries("/").find({std::nullopt, {{"no such program"}}, {}, {}}).has_value());
}

}  // namespace
}  // namespace audisp_eql::plugin
