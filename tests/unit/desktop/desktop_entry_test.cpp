// SPDX-License-Identifier: Apache-2.0
#include "lib/desktop/desktop_entry.h"

#include <sys/resource.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/desktop/shell_words.h"

namespace audisp_eql::desktop {
namespace {

using Words = std::vector<std::string>;

constexpr char kPath[] = "/home/u/.config/autostart/x.desktop";

TEST_CASE("a line is split as a shell would split it") {
  const struct {
    std::string line;
    Words words;
  } rows[] = {
      {"curl http://h/", {"curl", "http://h/"}},
      {"  a \t b\n", {"a", "b"}},
      {"sh -c 'a \"b\" c'", {"sh", "-c", "a \"b\" c"}},
      {"sh -c \"a \\\"b\\\" \\$x \\q\"", {"sh", "-c", "a \"b\" $x \\q"}},
      {"a\\ b 'c'd\"e\"", {"a b", "cde"}},
      {"'' \"\"", {"", ""}},
      {"", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto words = shell_words(row.line);
    REQUIRE(words.has_value());
    CHECK(*words == row.words);
  }
  for (const char* line : {"a 'b", "a \"b", "a \\", "\"a\\"}) {
    CAPTURE(line);
    CHECK_FALSE(shell_words(line).has_value());
  }
}

TEST_CASE("of a file the group Desktop Entry is read, and of it the first of a key") {
  const auto entry = parse_desktop_entry(
      "# a comment\nExec=before\n[Desktop Entry]\r\nType=Application\r\nName = A name \nName[de]=Ein Name\n"
      "Exec=sh -c \"a\\\\sb\\sc\"\nExec=second\nIcon=i\nno line\n[Desktop Action x]\nExec=other\nName=other\n");
  REQUIRE(entry.has_value());
  CHECK(entry->name == "A name");
  CHECK(entry->exec == "sh -c \"a\\sb c\"");
  CHECK(entry->icon == "i");
  CHECK_FALSE(entry->hidden);
  CHECK_FALSE(parse_desktop_entry("[Other]\nExec=x\n").has_value());
  CHECK_FALSE(parse_desktop_entry("").has_value());
  CHECK(parse_desktop_entry("[Desktop Entry]\nHidden=true")->hidden);
  CHECK(parse_desktop_entry("[Desktop Entry]")->exec.empty());
}

bool starts_it(const std::string& exec, const Words& args) {
  return starts({.name = "A name", .exec = exec, .icon = "pic", .hidden = false}, kPath, args);
}

TEST_CASE("a process is the entry's if its arguments are, and not otherwise") {
  const struct {
    std::string exec;
    Words args;
    bool starts;
  } rows[] = {
      {"curl -s http://h/", {"curl", "-s", "http://h/"}, true},
      {"curl -s http://h/", {"/usr/bin/curl", "-s", "http://h/"}, true},
      {"curl -s http://h/", {"curl", "-s", "http://h/x"}, false},
      {"curl -s http://h/", {"curl", "-s"}, false},
      {"curl -s", {"curl", "-s", "http://h/"}, false},
      {"/usr/bin/curl x", {"/usr/bin/curl", "x"}, true},
      {"/usr/bin/curl x", {"/tmp/curl", "x"}, false},
      {"/usr/bin/curl x", {"curl", "x"}, false},
      {"prog %U --name=%c %i %% %k", {"prog", "--name=A name", "--icon", "pic", "%", kPath}, true},
      {"prog %f", {"prog"}, true},
      {"prog '%f' x", {"prog", "x"}, true},
      // A script by its interpreter, with an option or without.
      {"/home/u/s.sh -x", {"/bin/sh", "/home/u/s.sh", "-x"}, true},
      {"/home/u/s.py", {"/usr/bin/python3", "-u", "/home/u/s.py"}, true},
      {"s.sh", {"/bin/sh", "/home/u/bin/s.sh"}, true},
      {"s.sh", {"sh", "b", "c", "/s.sh"}, false},
      {"s.sh", {"cat", "/s.sh"}, false},
      {"s.sh", {"sh", "http://h/s.sh"}, false},
      {"s.py", {"/usr/bin/python3.11", "/s.py"}, true},
      {"s.sh", {"/usr/bin/shred", "/s.sh"}, false},
      // GLib's helpers.
      {"curl x", {"/usr/libexec/gio-launch-desktop", "curl", "x"}, true},
      {"curl x",
       {"/bin/sh", "-e", "-u", "-c", "export GIO_LAUNCHED_DESKTOP_FILE_PID=$$; exec \"$@\"", "sh", "curl", "x"},
       true},
      {"curl x", {"/bin/sh", "-e", "-u", "-c", "exec \"$@\"", "sh", "curl", "x"}, false},
      {"", {}, false},
      {"", {"x"}, false},
      {"bad 'quote", {"bad", "quote"}, false},
      {"curl x", {}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.exec);
    CAPTURE(row.args.size());
    CHECK(starts_it(row.exec, row.args) == row.starts);
  }
}

long peak_kb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Cause: %c and %i stood for the name and the icon as often as they were there, of a
// file of 1 MiB for 100 GB.
TEST_CASE("field codes that repeat a long name take no more than what was executed") {
  const std::string name(10'000, 'n');
  std::string one_word, words;
  for (int i = 0; i < 20'000; ++i) {
    one_word += "%c";
    words += "%i ";
  }
  const Words args = {"prog", "argument"};
  const long before = peak_kb();
  for (const std::string& exec : {one_word, words, "prog " + one_word}) {
    CHECK_FALSE(starts({.name = name, .exec = exec, .icon = name, .hidden = false}, kPath, args));
  }
  CHECK(peak_kb() - before < 50'000);
  // At the limit it is still equal.
  CHECK(starts({.name = "x", .exec = "%c%c %c", .icon = {}, .hidden = false}, kPath, Words{"xx", "x"}));
  CHECK_FALSE(starts({.name = "x", .exec = "%c%c %c%c", .icon = {}, .hidden = false}, kPath, Words{"xx", "x"}));
}

TEST_CASE("a hidden entry starts nothing") {
  const Words args = {"x"};
  CHECK(starts({.name = {}, .exec = "x", .icon = {}, .hidden = false}, kPath, args));
  CHECK_FALSE(starts({.name = {}, .exec = "x", .icon = {}, .hidden = true}, kPath, args));
}

}  // namespace
}  // namespace audisp_eql::desktop
