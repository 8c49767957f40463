// SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_lookups.h"

#include <sys/stat.h>

#include <filesystem>
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
    Options options;
    options.root = dir.path();
    disk.emplace(options, nullptr, 1u << 20);
    lookups.emplace(*disk, [this](const alert::Alert&) { return environment; });
  }

  void add(const std::string& id, std::vector<std::string> launch = {}) {
    alert::Alert alert;
    alert.id = id;
    if (!launch.empty()) alert.launches = {std::move(launch)};
    lookups->add(std::move(alert), now);
  }
  void answer() {
    REQUIRE(disk->drain(std::chrono::seconds(30)));
    for (DiskReply& reply : disk->take()) {
      if (auto* found = std::get_if<EntryFound>(&reply)) lookups->handle(std::move(*found));
    }
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
  Clock::time_point now{};
  std::optional<Disk> disk;
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

TEST_CASE("when the disk does not answer in time they go without, and a late answer changes nothing") {
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

TEST_CASE("no more wait than there is room for") {
  Fixture f;
  for (std::size_t i = 0; i <= EntryLookups::kMaxWaiting; ++i) f.add("x", {"prog"});
  CHECK(f.lookups->counters().not_asked == 1);
  f.answer();
  CHECK(f.lookups->take_ready(f.now).size() == EntryLookups::kMaxWaiting + 1);
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
