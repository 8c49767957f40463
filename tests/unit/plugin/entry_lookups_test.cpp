// SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_lookups.h"

#include <sys/stat.h>

#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::TempDir;
using Clock = EntryLookups::Clock;

struct Fixture {
  Fixture() {
    std::filesystem::create_directories(dir / "etc/xdg/autostart");
    test::write_file(dir / "etc/xdg/autostart/prog.desktop", "[Desktop Entry]\nExec=prog\n");
    finder.emplace(dir.path(), [this](std::uint32_t, EventTime) {
      if (hold.valid()) hold.wait();
      return environment;
    });
    lookups.emplace(*finder);
  }

  void add(const std::string& id, std::vector<std::string> launch = {}) {
    alert::Alert alert;
    alert.id = id;
    alert.process.pid = 7;
    if (!launch.empty()) alert.launches = {std::move(launch)};
    lookups->add(std::move(alert), now);
  }
  void answer() {
    REQUIRE(finder->drain(std::chrono::seconds(30)));
    for (EntryFound& found : finder->take()) lookups->handle(std::move(found));
  }
  // The ids, each with `+` when the entry is there.
  std::string ready() {
    std::string out;
    for (const alert::Alert& alert : lookups->take_ready(now)) {
      out += alert.id + (alert.desktop_entry ? "+ " : " ");
    }
    return out;
  }

  TempDir dir;
  std::string environment;
  std::shared_future<void> hold;  // what reading waits for, if anything
  Clock::time_point now{};
  std::optional<EntryFinder> finder;
  std::optional<EntryLookups> lookups;
};

TEST_CASE("alerts wait for their entry, and those behind them for their turn") {
  Fixture f;
  f.add("a");
  f.add("b", {"prog"});
  f.add("c");
  f.add("d", {"other"});
  CHECK(f.ready() == "a ");
  CHECK(f.lookups->due_at() == f.now + EntryLookups::kPatience);
  f.answer();
  CHECK(f.ready() == "b+ c d ");
  CHECK_FALSE(f.lookups->due_at().has_value());
  CHECK(f.lookups->counters().found == 1);
  CHECK(f.lookups->counters().not_found == 1);
}

TEST_CASE("when no answer comes in time they go without, and a late answer changes nothing") {
  Fixture f;
  f.add("a", {"prog"});
  f.now += EntryLookups::kPatience;
  CHECK(f.ready() == "a ");
  CHECK(f.lookups->counters().too_late == 1);
  f.answer();
  CHECK(f.lookups->counters().found == 0);
  f.add("b", {"prog"});
  CHECK(f.lookups->take_all().size() == 1);
}

// Cause: the engine's thread read /proc/PID/environ, which waits for as long as the
// process unmaps memory of a FUSE file system of its own, that is, for ever.
TEST_CASE("reading that never ends holds up neither those who ask nor the alerts") {
  Fixture f;
  std::promise<void> release;
  f.hold = release.get_future().share();
  f.add("a", {"prog"});
  f.add("b");
  CHECK(f.ready().empty());
  f.now += EntryLookups::kPatience;
  CHECK(f.ready() == "a b ");
  CHECK_FALSE(f.finder->drain(std::chrono::milliseconds(0)));
  for (std::size_t i = 0; i <= EntryFinder::kMaxQuestions + 1; ++i) f.add("x", {"prog"});
  CHECK(f.lookups->counters().not_asked > 0);
  release.set_value();
  f.answer();
  CHECK(f.lookups->take_ready(f.now).size() == EntryFinder::kMaxQuestions + 2);
}

// Cause: one that waited for a second had all that came in this second wait behind it.
TEST_CASE("no more alerts wait than there is room for, and they keep their order") {
  Fixture f;
  std::promise<void> release;
  f.hold = release.get_future().share();
  f.add("first", {"prog"});
  for (std::size_t i = 1; i < EntryLookups::kMaxWaiting; ++i) f.add("x");
  CHECK(f.ready().empty());
  f.add("last");
  const auto ready = f.lookups->take_ready(f.now);
  REQUIRE(ready.size() == EntryLookups::kMaxWaiting + 1);
  CHECK(ready.front().id == "first");
  CHECK(ready.back().id == "last");
  CHECK(f.lookups->counters().too_late == 1);
  release.set_value();
}

TEST_CASE("what the environment names counts if it is an entry") {
  Fixture f;
  f.environment = "/etc/xdg/autostart/prog.desktop";
  f.add("a", {"something else"});
  f.answer();
  CHECK(f.ready() == "a+ ");
}

}  // namespace
}  // namespace audisp_eql::plugin
