// SPDX-License-Identifier: Apache-2.0
// An engine saved and restored: what it was waiting for still comes, and comes
// to the rules that were waiting for it.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/engine/engine.h"
#include "tests/support/audit_events.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kApp[] = "/usr/local/bin/app";
constexpr char kCalls[] =
    "sequence by process.entity_id with maxspan=1s [process where event.action == \"exec\"] "
    "[network where process.args : \"--x\"]";
constexpr char kSilent[] =
    "sequence by process.entity_id with maxspan=5s [process where event.action == \"exec\"] ![network where true]";

using Queries = std::vector<std::pair<std::string, std::string>>;

RuleSet rules_of(const Queries& queries) {
  std::vector<Source> files;
  for (const auto& [id, query] : queries) {
    files.push_back({id + ".toml",
                     "[rule]\nname = \"" + id + "\"\nrule_id = \"" + id +
                         "\"\nseverity = \"low\"\ntype = \"eql\"\nquery = '''\n" + query + "\n'''\n",
                     1, 1});
  }
  RuleSet set = load_rules(files);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  return set;
}

struct World {
  explicit World(const Queries& queries, EngineOptions options = {}) : engine(std::move(options)) {
    engine.set_rules(rules_of(queries));
  }

  // Ids of the rules that this event, or time, makes alerts of.
  std::vector<std::string> handle(const audit::AuditEvent& event) {
    std::vector<alert::Alert> alerts;
    engine.handle(event, alerts);
    return rule_ids(alerts);
  }
  std::vector<std::string> advance(std::int64_t ms) {
    std::vector<alert::Alert> alerts;
    engine.advance(milliseconds(ms), alerts);
    return rule_ids(alerts);
  }
  static std::vector<std::string> rule_ids(const std::vector<alert::Alert>& alerts) {
    std::vector<std::string> ids;
    for (const alert::Alert& alert : alerts) ids.push_back(alert.rule.id);
    return ids;
  }
  [[nodiscard]] std::string saved() const {
    BinaryWriter out;
    engine.save(out);
    return out.take();
  }
  bool restore(std::string_view bytes) {
    BinaryReader in(bytes);
    return engine.restore(in);
  }

  Engine engine;
  test::Script say;
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a sequence that began before a restart completes after it") {
  World before(Queries{{"calls", kCalls}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  World after(Queries{{"calls", kCalls}});
  after.say.serial = before.say.serial;
  REQUIRE(after.restore(before.saved()));
  CHECK(after.engine.partials() == 1);
  CHECK(after.engine.processes() == before.engine.processes());
  CHECK(after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 2000, .exe = kApp})) == Ids{"calls"});
}

TEST_CASE("maxspan is counted over a restart") {
  World before(Queries{{"calls", kCalls}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  World after(Queries{{"calls", kCalls}});
  after.say.serial = before.say.serial;
  REQUIRE(after.restore(before.saved()));
  CHECK(after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 2001, .exe = kApp})).empty());
}

TEST_CASE("what a missing event is waited for comes when its time is over, and not if the event came") {
  World before(Queries{{"silent", kSilent}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  before.handle(before.say.exec({.pid = 11, .ppid = 5, .at = 1100, .exe = kApp}));
  World after(Queries{{"silent", kSilent}});
  after.say.serial = before.say.serial;
  REQUIRE(after.restore(before.saved()));
  CHECK(after.handle(after.say.connect({.pid = 11, .ppid = 5, .at = 2000, .exe = kApp})).empty());
  CHECK(after.advance(6000).empty());
  CHECK(after.advance(6001) == Ids{"silent"});
  CHECK(after.advance(100'000).empty());
}

TEST_CASE("rules that changed or went take nothing; the others keep theirs, in any order") {
  const std::string changed = std::string(kCalls) + " ";
  World before(Queries{{"one", kCalls}, {"two", kCalls}, {"three", kCalls}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  World after(
      Queries{{"three", kCalls}, {"new", "any where own.field == 1"}, {"two", changed + "/* */"}, {"one", kCalls}});
  after.say.serial = before.say.serial;
  REQUIRE(after.restore(before.saved()));
  Ids found = after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 1500, .exe = kApp}));
  std::sort(found.begin(), found.end());
  CHECK(found == Ids{"one", "three"});
}

TEST_CASE("each host keeps its own processes; past the cap they are left out and counted") {
  World before(Queries{{"calls", kCalls}});
  for (const char* node : {"", "a", "b"}) {
    before.say.node = node;
    before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  }
  for (const std::size_t most : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    EngineOptions options;
    options.max_hosts = most;
    World after(Queries{{"calls", kCalls}}, options);
    after.say.serial = before.say.serial;
    REQUIRE(after.restore(before.saved()));
    CHECK(after.engine.hosts().size() == std::min<std::size_t>(most, 3));
    CHECK(after.engine.hosts_over_cap() == 3 - after.engine.hosts().size());
    after.say.node = "a";
    CHECK(after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 1500, .exe = kApp})) == Ids{"calls"});
  }
}

TEST_CASE("a restart of the host is seen by its serials although the program was restarted, too") {
  World before(Queries{{"calls", kCalls}});
  before.say.serial = 100'000;
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  World after(Queries{{"calls", kCalls}});
  REQUIRE(after.restore(before.saved()));
  after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 1500, .exe = kApp}));
  CHECK(after.engine.table_counters().boots == 1);
}

TEST_CASE("state cut short at any length or with more behind it is refused, and nothing is taken") {
  World before(Queries{{"calls", kCalls}, {"silent", kSilent}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  before.handle(before.say.exec({.pid = 11, .ppid = 10, .at = 1000, .exe = kApp}, {"app"}));
  const std::string bytes = before.saved();
  World after(Queries{{"calls", kCalls}, {"silent", kSilent}});
  const std::string fresh = after.saved();
  for (std::size_t size = 0; size < bytes.size(); ++size) REQUIRE_FALSE(after.restore(bytes.substr(0, size)));
  CHECK_FALSE(after.restore(bytes + '\0'));
  CHECK(after.saved() == fresh);
  CHECK(after.restore(bytes));
  CHECK(after.saved() == bytes);
}

TEST_CASE("a process that /proc still shows after a restart goes on with its sequence") {
  World before(Queries{{"calls", kCalls}});
  before.handle(before.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  before.handle(before.say.exec({.pid = 12, .ppid = 5, .at = 1000, .exe = kApp}, {"app", "--x"}));
  World after(Queries{{"calls", kCalls}});
  after.say.serial = before.say.serial;
  REQUIRE(after.restore(before.saved()));
  entity::ProcEntry still;
  still.pid = 10;
  still.start = milliseconds(900);
  still.exe = kApp;
  entity::ProcEntry other = still;
  other.pid = 12;
  other.start = milliseconds(2500);
  other.args = {"app", "--x"};
  after.engine.load_processes({still, other}, milliseconds(3000));
  CHECK(after.handle(after.say.connect({.pid = 10, .ppid = 5, .at = 1900, .exe = kApp})) == Ids{"calls"});
  CHECK(after.handle(after.say.connect({.pid = 12, .ppid = 5, .at = 2600, .exe = kApp})).empty());
}
