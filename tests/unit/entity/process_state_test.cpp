// SPDX-License-Identifier: Apache-2.0
// A table saved and restored is the same table; what /proc shows after a
// restart decides who is still who he was.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/entity/process_table.h"
#include "tests/support/audit_events.h"

using namespace audisp_eql;
using namespace audisp_eql::entity;
using Strings = std::vector<std::string>;

namespace {

constexpr char kSession[] = "/usr/bin/xfce4-session";
constexpr char kApp[] = "/usr/local/bin/app";
constexpr char kOther[] = "/bin/other";

struct World {
  explicit World(const TableLimits& limits = {})
      : table("host", limits, [this](std::string_view id, Moment when) {
          ended.emplace_back(id);
          last_end = when;
        }) {}

  const Process& apply(const audit::AuditEvent& event) { return *table.apply(event); }
  std::string id(const audit::AuditEvent& event) { return table.apply(event)->entity_id.text(); }

  test::Script say;
  Strings ended;
  Moment last_end;
  ProcessTable table;
};

std::string saved(const World& w) {
  BinaryWriter out;
  w.table.save(out);
  return out.take();
}

bool restore(World& w, const std::string& bytes) {
  BinaryReader in(bytes);
  return w.table.restore(in) && in.is_done();
}

// The serials go on, too.
void go_on(World& after, const World& before) {
  after.say.serial = before.say.serial;
  REQUIRE(restore(after, saved(before)));
}

// A session, its child, one that ended with its pid used again, children that only a fork told of, one
// of them seen itself since, and a fork of a taken pid.
void live_a_little(World& w) {
  w.apply(w.say.exec({.pid = 5, .at = 1000, .exe = kSession}, {"xfce4-session", std::string(2000, 'x')}));
  w.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}, {"app", "--flag"}));
  w.apply(w.say.exec({.pid = 11, .ppid = 5, .at = 2100, .exe = kOther}));
  w.apply(w.say.exit({.pid = 11, .ppid = 5, .at = 2200, .exe = kOther}));
  w.apply(w.say.exec({.pid = 11, .ppid = 10, .at = 5000, .exe = kApp}));
  w.table.apply_fork(w.say.fork({.pid = 10, .ppid = 5, .at = 5100, .exe = kApp}, 20));
  w.table.apply_fork(w.say.clone3({.pid = 10, .ppid = 5, .at = 5200, .exe = kApp}, 21));
  w.table.apply_fork(w.say.fork({.pid = 5, .at = 5300, .exe = kSession}, 11));
  w.table.apply_fork(w.say.fork({.pid = 10, .ppid = 5, .at = 5400, .exe = kApp}, 22));
  w.apply(w.say.connect({.pid = 22, .ppid = 10, .at = 5500, .exe = kApp}));
}

ProcEntry running(std::uint32_t pid, std::int64_t start, const std::string& exe, std::uint64_t ticks = 1) {
  ProcEntry entry;
  entry.pid = pid;
  entry.ppid = 1;
  entry.start = milliseconds(start);
  entry.start_ticks = ticks;
  entry.exe = exe;
  return entry;
}

}  // namespace

TEST_CASE("a restored table says of each later record what it would have said") {
  World before;
  live_a_little(before);
  World after;
  go_on(after, before);
  CHECK(after.table.size() == before.table.size());
  CHECK(after.table.image_bytes() == before.table.image_bytes());
  for (World* w : {&before, &after}) w->ended.clear();
  const auto both = [&](auto make) {
    const Process a = before.apply(make(before.say));
    const Process b = after.apply(make(after.say));
    CHECK(a.entity_id == b.entity_id);
    CHECK(a.image->program->executables == b.image->program->executables);
    CHECK(a.image->args == b.image->args);
    CHECK(a.parent_entity_id == b.parent_entity_id);
    REQUIRE((a.parent_image == nullptr) == (b.parent_image == nullptr));
    if (a.parent_image != nullptr) CHECK(a.parent_image->args == b.parent_image->args);
    CHECK((a.doubt == b.doubt));
    CHECK(before.ended == after.ended);
  };
  both([](test::Script& s) { return s.connect({.pid = 10, .ppid = 5, .at = 6000, .exe = kApp}); });
  both([](test::Script& s) { return s.connect({.pid = 11, .ppid = 5, .at = 2150, .exe = kOther}); });  // late
  both([](test::Script& s) { return s.connect({.pid = 11, .ppid = 5, .at = 6100, .exe = kSession}); });
  both([](test::Script& s) { return s.exec({.pid = 20, .ppid = 10, .at = 6200, .exe = kOther}); });
  both([](test::Script& s) { return s.exec({.pid = 21, .ppid = 1, .at = 6300, .exe = kOther}); });
  both([](test::Script& s) { return s.connect({.pid = 22, .ppid = 99, .at = 6300, .exe = kOther}); });
  both([](test::Script& s) { return s.exec({.pid = 22, .ppid = 1, .at = 6350, .exe = kOther}); });
  both([](test::Script& s) { return s.exit({.pid = 10, .ppid = 5, .at = 6400, .exe = kApp}); });
  both([](test::Script& s) { return s.connect({.pid = 10, .ppid = 5, .at = 6500, .exe = kApp}); });  // in doubt
}

TEST_CASE("processes that share an image share it after a restart") {
  World before;
  before.apply(before.say.exec({.pid = 5, .at = 0, .exe = kSession}, {"x", std::string(100'000, 'y')}));
  const std::size_t one = saved(before).size();
  for (std::uint32_t child = 100; child < 200; ++child)
    before.table.apply_fork(before.say.fork({.pid = 5, .at = child, .exe = kSession}, child));
  CHECK(saved(before).size() < 2 * one);
  World after;
  REQUIRE(restore(after, saved(before)));
  CHECK(after.table.image_bytes() < 150'000);
}

TEST_CASE("a table cut short at any length is refused, and what was there stays") {
  World before;
  live_a_little(before);
  const std::string bytes = saved(before);
  World after;
  after.apply(after.say.exec({.pid = 77, .at = 0, .exe = kApp}));
  const std::string old = saved(after);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    BinaryReader in(std::string_view(bytes).substr(0, size));
    REQUIRE_FALSE(after.table.restore(in));
  }
  CHECK(saved(after) == old);
}

TEST_CASE("a table with a bit of any byte wrong is refused or works, and never crashes") {
  World before;
  live_a_little(before);
  const std::string bytes = saved(before);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string wrong = bytes;
    wrong[i] = static_cast<char>(wrong[i] ^ (1 << i % 8));
    World after;
    after.say.serial = before.say.serial;
    if (!restore(after, wrong)) ++refused;
    after.table.load({running(5, 0, kSession), running(11, 9'000'000, kApp)}, milliseconds(7000));
    live_a_little(after);
    after.apply(after.say.exec({.pid = 20, .ppid = 10, .at = 10'000'000, .exe = kOther}));
    after.table.boot({milliseconds(20'000'000), 1});
    CHECK(after.table.size() == 0);
  }
  CHECK(refused > 50);
}

TEST_CASE("a lower limit of processes holds after a restart; each that goes is told of") {
  for (const std::size_t most : {std::size_t{9}, std::size_t{10}, std::size_t{11}}) {
    World before;
    for (std::uint32_t pid = 10; pid < 20; ++pid) before.apply(before.say.exec({.pid = pid, .at = pid, .exe = kApp}));
    World after(TableLimits{.max_processes = most, .max_image_bytes = 1u << 20, .ended_kept = seconds(300)});
    REQUIRE(restore(after, saved(before)));
    after.table.enforce_limits();
    CHECK(after.table.size() == std::min<std::size_t>(most, 10));
    CHECK(after.table.counters().evicted == 10 - after.table.size());
    CHECK(after.ended.size() == 10 - after.table.size());
  }
}

TEST_CASE("a process that runs still keeps its entity, what it ran and its parent") {
  World before;
  before.apply(before.say.exec({.pid = 5, .at = 1000, .exe = kSession}));
  const std::string id = before.id(before.say.exec({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}, {"app", "-x"}));
  for (const std::int64_t start : {std::int64_t{1500}, std::int64_t{2000}, std::int64_t{3000}}) {
    CAPTURE(start);
    World after;
    go_on(after, before);
    after.table.load({running(5, 900, kSession), running(10, start, kApp)}, milliseconds(9000));
    const Process& process = after.apply(after.say.connect({.pid = 10, .ppid = 5, .at = 9500, .exe = kApp}));
    CHECK(process.entity_id.text() == id);
    CHECK(process.image->args == Strings{"app", "-x"});
    CHECK(process.parent_image->program->executables == Strings{kSession});
    CHECK(after.ended.empty());
  }
}

TEST_CASE("a process known from /proc is known again by its ticks, however the clock was set") {
  World before;
  before.table.load({running(10, 1000, kApp, 4711)}, milliseconds(2000));
  const std::string id = before.id(before.say.connect({.pid = 10, .at = 2100, .exe = kApp}));
  World after;
  go_on(after, before);
  after.table.load({running(10, 3'601'000, kApp, 4711)}, milliseconds(3'603'000));
  CHECK(after.id(after.say.connect({.pid = 10, .at = 3'604'000, .exe = kApp})) == id);
}

TEST_CASE("a pid with another start ended meanwhile; records of before are its own") {
  World before;
  const std::string id = before.id(before.say.exec({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}));
  World after;
  go_on(after, before);
  after.table.load({running(10, 3001, kOther)}, milliseconds(9000));
  CHECK(after.ended == Strings{id});
  CHECK(after.last_end.time == milliseconds(2000));
  CHECK(after.id(after.say.connect({.pid = 10, .ppid = 5, .at = 2900, .exe = kApp})) == id);
  CHECK(after.id(after.say.connect({.pid = 10, .ppid = 1, .at = 9100, .exe = kOther})) != id);
  CHECK(after.table.counters().ended == 1);
}

TEST_CASE("a pid that is gone ended; what it did before and is told of late is its own") {
  World before;
  const std::string id = before.id(before.say.exec({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}));
  World after;
  go_on(after, before);
  after.table.load({}, milliseconds(9000));
  CHECK(after.ended == Strings{id});
  CHECK(after.last_end.time == milliseconds(2000));
  CHECK(after.id(after.say.connect({.pid = 10, .ppid = 5, .at = 9000, .exe = kApp})) == id);
  CHECK(after.id(after.say.exec({.pid = 10, .ppid = 5, .at = 9001, .exe = kApp})) != id);
}

TEST_CASE("a zombie is no new process") {
  World before;
  const std::string id = before.id(before.say.exec({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp}));
  before.apply(before.say.exit({.pid = 10, .ppid = 5, .at = 3000, .exe = kApp}));
  World after;
  go_on(after, before);
  after.table.load({running(10, 1990, kApp)}, milliseconds(9000));
  CHECK(after.table.size() == 1);
  CHECK(after.id(after.say.connect({.pid = 10, .ppid = 5, .at = 2500, .exe = kApp})) == id);
}
