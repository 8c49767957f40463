// SPDX-License-Identifier: Apache-2.0
#include "plugin/file_watches.h"

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "plugin/passwd.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::TempDir;
using test::write_file;

constexpr char kPasswd[] =
    "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nann:x:1000:1000::/home/ann/:/bin/sh\n"
    "bob:x:1001:1001::/home/bob:/bin/sh\ncat:x:1002:1002::/home/cat:/bin/sh\ngone:x:1003:1003::/home/gone:/bin/sh\n"
    "nobody:x:65534:65534::/home/nobody:/usr/sbin/nologin\nagain:x:65533:1::/home/ann:/bin/sh\nslash:x:1004:1::/:\n";

// ann has an autostart directory, bob no more than .config, cat nothing.
struct Host {
  Host() {
    for (const char* each : {"etc/xdg/autostart", "usr/share", "root", "home/ann/.config/autostart", "home/bob/.config",
                             "home/cat", "home/nobody"}) {
      std::filesystem::create_directories(dir / each);
    }
    write_file(dir / "etc/passwd", kPasswd);
  }

  // Each as KIND PATH, then remarks and what is unfed.
  [[nodiscard]] std::string watches(const std::vector<std::string>& patterns) const {
    std::vector<engine::FileNeed> needs;
    for (const std::string& pattern : patterns) needs.push_back({"r", pattern, engine::place_of(pattern)});
    const FileWatches found = find_file_watches(needs, dir.path());
    std::string out;
    constexpr const char* kWords[] = {"below", "entries", "name", "made"};
    for (const audit::FileWatch& w : found.watches) {
      out += std::string(kWords[static_cast<int>(w.kind)]) + " " + w.path + "\n";
    }
    for (const std::string& remark : found.remarks) out += "remark " + remark + "\n";
    for (const std::string& unfed : found.unfed) out += "unfed " + unfed + "\n";
    return out;
  }

  TempDir dir;
};

TEST_CASE("a wildcard becomes the XDG autostart directories, there or not") {
  const Host host;
  CHECK(host.watches({"*/autostart/*.desktop"}) ==
        "below /etc/xdg/autostart\nbelow /home/ann/.config/autostart\n"
        "entries /etc/xdg/autostart\nentries /home/ann/.config/autostart\nentries /home/bob/.config/autostart\n"
        "entries /usr/share/autostart\n"
        "made /home/cat/.config\nmade /root/.config\nmade /usr/share/gnome\n");
  CHECK(host.watches({"/home/*/.CONFIG/autostart/*.desktop"}) ==
        "below /home/ann/.config/autostart\nentries /home/ann/.config/autostart\n"
        "entries /home/bob/.config/autostart\nmade /home/cat/.config\n");
  CHECK(host.watches({"/etc/xdg/autostart/*"}) == "below /etc/xdg/autostart\nentries /etc/xdg/autostart\n");
}

TEST_CASE("the directory itself, and one file in it, are watched by name") {
  const Host host;
  CHECK(host.watches({"/home/*/.config/autostart"}) ==
        "name /home/ann/.config/autostart\nname /home/bob/.config/autostart\nmade /home/cat/.config\n");
  CHECK(host.watches({"/home/*/.config/autostart", "/home/ann/.config/autostart/*"}) ==
        "below /home/ann/.config/autostart\nentries /home/ann/.config/autostart\n"
        "name /home/bob/.config/autostart\nmade /home/cat/.config\n");
  CHECK(host.watches({"/home/ann*/autostart/evil.desktop"}) == "name /home/ann/.config/autostart/evil.desktop\n");
  CHECK(host.watches({"/etc/passwd"}) == "name /etc/passwd\n");
  CHECK(host.watches({"/opt/x/y/z"}) == "made /opt\n");
}

TEST_CASE("a wildcard before a hidden name, or with more of a path, becomes the homes") {
  const Host host;
  CHECK(host.watches({"*/.bashrc"}) ==
        "name /home/ann/.bashrc\nname /home/bob/.bashrc\nname /home/cat/.bashrc\nname /root/.bashrc\n");
  CHECK(host.watches({"/home/a?n/bin/*"}) == "entries /home/ann/bin\n");
  CHECK(host.watches({"/home/bob*"}) == "below /home\nentries /home\n");
}

TEST_CASE("what names no place is said") {
  const Host host;
  CHECK(host.watches({"*.desktop", "/*", "", "*/passwd", "/opt/*/x/*", "relative/x"}) ==
        "unfed r: *.desktop\nunfed r: /*\nunfed r: any file\nunfed r: */passwd\nunfed r: /opt/*/x/*\n"
        "unfed r: relative/x\n");
}

TEST_CASE("no watch leads out of a home by a link that its user made") {
  const Host host;
  const std::string autostart = host.dir / "home/bob/.config/autostart";
  std::filesystem::create_symlink(host.dir / "etc", autostart);
  const std::string out = host.watches({"/home/bob/.config/autostart/*"});
  CHECK(
      out.starts_with("entries /home/bob/.config/autostart\nremark /home/bob/.config/autostart leads out of the home"));
  // The home itself is all of it.
  std::filesystem::remove(autostart);
  std::filesystem::create_symlink("..", autostart);
  CHECK(host.watches({"/home/bob/.config/autostart/*"}).starts_with("entries "));
  // A link within the home is what people do who keep such files elsewhere.
  std::filesystem::remove(autostart);
  std::filesystem::create_directories(host.dir / "home/bob/dotfiles/autostart");
  std::filesystem::create_symlink("../dotfiles/autostart", autostart);
  CHECK(host.watches({"/home/bob/.config/autostart/*"}) ==
        "below /home/bob/.config/autostart\nentries /home/bob/.config/autostart\n");
}

TEST_CASE("a path that auditctl cannot read is no rule") {
  const Host host;
  CHECK(host.watches({"/srv/a b/*", "/srv/x\n-e 2/*"}) ==
        "remark /srv/a b has letters that auditctl cannot read\n"
        "remark /srv/x\\x0A-e 2 has letters that auditctl cannot read\n");
}

TEST_CASE("without a passwd file there are no homes") {
  const Host host;
  std::filesystem::remove(host.dir / "etc/passwd");
  CHECK(host.watches({"*/.bashrc"}) == "remark /etc/passwd cannot be read: no home is watched\nunfed r: */.bashrc\n");
}

TEST_CASE("homes are those of people and of root") {
  CHECK(login_homes(kPasswd) == std::vector<std::string>{"/root", "/home/ann", "/home/bob", "/home/cat", "/home/gone"});
  CHECK(
      login_homes("x\na:x:1000:1:g:relative:s\nb:x:no:1::/home/b:\nc:x:999:1::/home/c:\nd:x:1000:1::/home/d").size() ==
      1);
}

}  // namespace
}  // namespace audisp_eql::plugin
