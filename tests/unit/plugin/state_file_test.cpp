// SPDX-License-Identifier: Apache-2.0
// The state's file: written whole, read whole or refused with the reason.
#include "plugin/state_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "plugin/host_id.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;
using test::TempDir;

const SavedState kState{"boot-1", seconds(1000), std::string("any\0bytes\xFF", 10)};

StateTerms terms() { return {"boot-1", seconds(1010), seconds(60), 1000}; }

// Why it is refused; empty when it is not.
std::string refusal(const std::string& path, const StateTerms& given = terms()) {
  const auto read = read_state(path, given);
  if (read) return {};
  REQUIRE(read.error().diagnostics.size() == 1);
  const std::string message = read.error().diagnostics.front().message;
  const std::string start = path + " is not used: ";
  return message.substr(0, start.size()) == start ? message.substr(start.size()) : message;
}

struct Written {
  TempDir dir;
  std::string path = dir / "state";
  Written() { REQUIRE_FALSE(write_state(path, kState).has_value()); }
};

TEST_CASE("what was written is read, and only its owner can read it") {
  const Written w;
  const auto read = read_state(w.path, terms());
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  CHECK((*read)->bytes == kState.bytes);
  CHECK((*read)->saved_at == kState.saved_at);
  CHECK((*read)->boot_id == kState.boot_id);
  CHECK(fs::status(w.path).permissions() == fs::perms(0600));
  CHECK(std::distance(fs::directory_iterator(w.dir.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("what is there is replaced, whatever it is") {
  const TempDir dir;
  test::write_file(dir / "target", "untouched");
  fs::create_symlink(dir / "target", dir / "state");
  test::write_file(dir / "state.new", "left by a run that was killed");
  REQUIRE_FALSE(write_state(dir / "state", kState).has_value());
  CHECK(refusal(dir / "state").empty());
  CHECK(test::read_file(dir / "target") == "untouched");
}

TEST_CASE("no file is no state, and no error") {
  const TempDir dir;
  const auto read = read_state(dir / "state", terms());
  REQUIRE(read.has_value());
  CHECK_FALSE(read->has_value());
}

TEST_CASE("a state cut short at any length is refused") {
  const Written w;
  const std::string whole = test::read_file(w.path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    test::write_file(w.path, whole.substr(0, size));
    const std::string why = refusal(w.path);
    CAPTURE(size);
    CHECK(why.substr(0, 9) == "cut short");
  }
  test::write_file(w.path, whole + "x");
  CHECK(refusal(w.path) == "damaged");
}

TEST_CASE("a state with any bit wrong is refused") {
  const Written w;
  const std::string whole = test::read_file(w.path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string wrong = whole;
    wrong[bit / 8] = static_cast<char>(wrong[bit / 8] ^ (1 << bit % 8));
    test::write_file(w.path, wrong);
    CAPTURE(bit);
    CHECK_FALSE(refusal(w.path).empty());
  }
}

TEST_CASE("a state of another boot, too old, from the future or too large is refused and says so") {
  const Written w;
  StateTerms other = terms();
  other.boot_id = "boot-2";
  CHECK(refusal(w.path, other) == "the machine was started again since");
  const struct {
    std::int64_t now_ms;
    std::string why;
  } ages[] = {{999'999, "it was written later than now"},
              {1'000'000, ""},
              {1'059'999, ""},
              {1'060'000, ""},
              {1'060'001, "60 s old, more than max_age_seconds (60)"},
              {1'075'000, "75 s old, more than max_age_seconds (60)"}};
  for (const auto& row : ages) {
    StateTerms then = terms();
    then.now = milliseconds(row.now_ms);
    CHECK(refusal(w.path, then) == row.why);
  }
  for (const std::size_t most : {std::size_t{9}, std::size_t{10}, std::size_t{11}}) {
    StateTerms small = terms();
    small.max_bytes = most;
    CHECK(refusal(w.path, small) == (most < 10 ? "larger than max_bytes (9)" : ""));
  }
  fs::resize_file(w.path, 1'000'000'000);
  CHECK(refusal(w.path) == "larger than max_bytes (1000)");
}

TEST_CASE("a state of another format says which") {
  const Written w;
  std::string text = test::read_file(w.path);
  text[std::string("audisp-eql state\n").size()] = '\x01';
  test::write_file(w.path, text);
  CHECK(refusal(w.path) == "its format is version 1, not 2");
}

TEST_CASE("a state that others could have written is refused") {
  const Written w;
  for (const unsigned mode : {0620U, 0602U}) {
    fs::permissions(w.path, fs::perms(mode));
    CHECK(refusal(w.path) == "its group or every user can change it");
  }
  fs::permissions(w.path, fs::perms(0600));
  if (::geteuid() == 0) {  // only root can give files away
    REQUIRE(::chown(w.path.c_str(), 4242, 0) == 0);
    CHECK(refusal(w.path) == "it belongs to user 4242");
  }
  fs::create_symlink(w.path, w.dir / "link");
  CHECK(refusal(w.dir / "link") == "a symbolic link");
  REQUIRE(::mkfifo((w.dir / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(w.dir / "pipe") == "not a regular file");
  CHECK(refusal(w.dir.path()) == "not a regular file");
}

TEST_CASE("what cannot be written is told, and leaves nothing behind") {
  const TempDir dir;
  const auto failure = write_state(dir / "none/state", kState);
  REQUIRE(failure.has_value());
  CHECK(failure->message == "cannot write " + (dir / "none/state") + ": No such file or directory");
  fs::create_directories(dir / "state/x");  // a folder cannot be replaced
  CHECK(write_state(dir / "state", kState).has_value());
  CHECK_FALSE(fs::exists(dir / "state.new"));
}

TEST_CASE("this boot has an id") { CHECK(this_boot_id().size() == 36); }

}  // namespace
}  // namespace audisp_eql::plugin
