// SPDX-License-Identifier: Apache-2.0
// File events as rules and alerts see them.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "lib/engine/engine.h"
#include "tests/support/audit_events.h"
#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

using Action = audit::FileChange::Action;
using Type = audit::FileChange::Type;

constexpr char kApp[] = "/usr/bin/app";
constexpr char kEntry[] = "/home/u/.config/autostart/x.desktop";

struct World {
  explicit World(const std::string& query) {
    RuleSet set;
    add_queries({{"query", query, 1, 1}}, set);
    REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
    engine.set_rules(std::move(set));
  }

  std::size_t count(const audit::AuditEvent& event) {
    const std::size_t before = alerts.size();
    engine.handle(event, alerts);
    return alerts.size() - before;
  }

  Engine engine{EngineOptions{}};
  test::Script say;
  std::vector<alert::Alert> alerts;
};

audit::AuditEvent change(test::Script& say, audit::FileChange what) {
  audit::AuditEvent event = say.file({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, what.action, "/");
  event.what = std::move(what);
  return event;
}

audit::FileChange renamed() {
  audit::FileChange what;
  what.action = Action::kRename;
  what.type = Type::kFile;
  what.file = {kEntry, "x.desktop"};
  what.original = {"/tmp/.new.tmp", ".new.tmp"};
  return what;
}

bool matches(const std::string& condition, const audit::FileChange& what) {
  World w("file where " + condition);
  return w.count(change(w.say, what)) == 1;
}

}  // namespace

TEST_CASE("each kind of change has its own words, and no other's") {
  struct Row {
    Action action;
    std::string type;
    std::vector<std::string> words;
  };
  const Row rows[] = {
      {Action::kCreation, "creation", {"creation", "created", "file_create_event"}},
      {Action::kModification, "change", {"modification", "wrote-to-file", "file_modify_event"}},
      {Action::kRename, "change", {"rename", "renamed", "file_rename_event"}},
      {Action::kDeletion, "deletion", {"deletion", "deleted", "file_delete_event"}},
  };
  for (const Row& is : rows) {
    audit::FileChange what = renamed();
    what.action = is.action;
    for (const Row& asked : rows) {
      for (const std::string& word : asked.words) {
        CAPTURE(word);
        CHECK(matches("event.action == \"" + word + "\"", what) == (is.action == asked.action));
        CHECK(matches("event.action != \"" + word + "\"", what) == (is.action != asked.action));
      }
    }
    CHECK(matches("event.type == \"" + is.type + "\" and event.category == \"file\"", what));
    CHECK_FALSE(matches("event.type == \"start\"", what));
  }
}

TEST_CASE("a rule sees the file, and of a rename the name before") {
  const auto all = renamed();
  for (const std::string condition :
       {"file.path : \"*/autostart/*.desktop\"", "file.name == \"x.desktop\"", "file.extension == \"desktop\"",
        "file.type == \"file\"", "file.Ext.original.path == \"/tmp/.new.tmp\"",
        "file.Ext.original.name == \".new.tmp\"", "file.Ext.original.extension == \"tmp\"", "file.target_path == null",
        "process.name == \"app\"", "event.outcome == \"success\""}) {
    CAPTURE(condition);
    CHECK(matches(condition, all));
  }
}

TEST_CASE("what is not known is absent") {
  audit::FileChange what;
  what.file.name = "Makefile";
  for (const std::string field : {"file.path", "file.extension", "file.type", "file.target_path",
                                  "file.Ext.original.path", "file.Ext.original.name", "file.Ext.original.extension"}) {
    CAPTURE(field);
    CHECK(matches(field + " == null", what));
  }
  CHECK(matches("file.name == \"Makefile\"", what));
}

TEST_CASE("extensions and types are those of ECS") {
  audit::FileChange what;
  for (const auto& [name, extension] : {std::pair<std::string, std::string>{"a.tar.gz", "gz"}, {".bashrc", "bashrc"}}) {
    what.file.name = name;
    CHECK(matches("file.extension == \"" + extension + "\"", what));
  }
  what.file.name = "dot.";
  CHECK(matches("file.extension == null", what));
  for (const auto& [type, word] : {std::pair{Type::kDirectory, "dir"}, {Type::kSymlink, "symlink"}}) {
    what.type = type;
    CHECK(matches(std::string("file.type == \"") + word + "\"", what));
  }
  what.type = Type::kOther;
  CHECK(matches("file.type == null", what));
  what.target = "/opt/x";
  CHECK(matches("file.target_path == \"/opt/x\"", what));
}

TEST_CASE("bytes that are no UTF-8 hide nothing of a path") {
  audit::FileChange what;
  what.file = {"/home/u/\xFF.desktop", "\xFF.desktop"};
  CHECK(matches("file.path : \"/home/u/*.desktop\" and file.extension == \"desktop\"", what));
}

TEST_CASE("an alert on a file says which, and so does its evidence") {
  World w("file where event.action == \"rename\"");
  REQUIRE(w.count(change(w.say, renamed())) == 1);
  const alert::Alert& a = w.alerts.front();
  CHECK(a.categories == std::vector<std::string>{"file"});
  CHECK(a.types == std::vector<std::string>{"change"});
  CHECK(a.action == "rename");
  REQUIRE(a.file);
  CHECK(a.file->now.path == kEntry);
  CHECK(a.file->now.name == "x.desktop");
  CHECK(a.file->now.extension == "desktop");
  CHECK(a.file->original.path == "/tmp/.new.tmp");
  CHECK(a.file->type == "file");
  CHECK(a.evidence[0].file == kEntry);
  CHECK_FALSE(a.destination);
}

TEST_CASE("who wrote a file and then connected is one process, from its exec on") {
  World w(
      "sequence by process.entity_id with maxspan=1m [process where event.action == \"exec\"] "
      "[file where event.action == \"creation\" and file.extension == \"desktop\"] [network where true]");
  w.count(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  w.count(w.say.file({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp}, Action::kCreation, kEntry));
  CHECK(w.count(w.say.connect({.pid = 11, .ppid = 5, .at = 1200, .exe = kApp})) == 0);
  REQUIRE(w.count(w.say.connect({.pid = 10, .ppid = 5, .at = 1300, .exe = kApp})) == 1);
  const alert::Alert& a = w.alerts.front();
  CHECK_FALSE(a.file);  // the last event is the connect
  CHECK(a.evidence[0].file.empty());
  CHECK(a.evidence[1].file == kEntry);
  CHECK(a.process.executable == kApp);
}

TEST_CASE("file records are asked for only when a rule can use them") {
  struct Row {
    std::string query;
    bool wanted;
  };
  const Row rows[] = {
      {"file where true", true},
      {"any where true", true},
      {"process where true", false},
      {"network where true", false},
      {"file where event.action == \"no such\"", false},
      {"sequence by host.id [process where true] [file where event.type == \"deletion\"]", true},
      {"any where event.category == \"network\"", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CHECK(World(row.query).engine.selection().files == row.wanted);
  }
}

TEST_CASE("a sequence that began with a file goes on after a restart") {
  const std::string query = "sequence by process.entity_id with maxspan=1m [file where true] [network where true]";
  World before(query);
  before.count(before.say.file({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, Action::kCreation, kEntry));
  BinaryWriter saved;
  before.engine.save(saved);
  World after(query);
  after.say.serial = before.say.serial;
  BinaryReader in(saved.bytes());
  REQUIRE(after.engine.restore(in));
  REQUIRE(after.count(after.say.connect({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp})) == 1);
  CHECK(after.alerts.front().evidence[0].file == kEntry);
}

TEST_CASE("a file made through the descriptor of a directory is found by its path") {
  World w("file where file.path : \"*/autostart/*.desktop\"");
  const test::Says me{.pid = 10, .ppid = 5, .at = 1000, .exe = kApp};
  const auto made = [&](const test::Says& who) {
    audit::AuditEvent event = w.say.file(who, Action::kCreation, "x.desktop");
    auto& what = std::get<audit::FileChange>(event.what);
    what.file.path.clear();
    what.parents = {{1, 9}};
    return event;
  };
  CHECK(w.count(made(me)) == 0);
  CHECK(w.count(w.say.open_directory(me, "/home/u/.config/autostart", {1, 9})) == 0);
  CHECK(w.count(made({.pid = 11, .ppid = 10, .at = 1001, .exe = kApp})) == 0);
  REQUIRE(w.count(made(me)) == 1);
  CHECK(w.alerts.front().file->now.path == kEntry);
  CHECK(w.engine.completed_paths() == 1);
  CHECK(w.engine.counters().events == 3);
  CHECK(w.engine.counters().file_events == 3);
  // Its pid is another process now.
  CHECK(w.count(w.say.exit(me)) == 0);
  CHECK(w.count(made({.pid = 10, .ppid = 5, .at = 30'000, .exe = kApp})) == 0);
}

TEST_CASE("hosts that share one table lend each other no paths") {
  EngineOptions options;
  options.max_hosts = 1;
  World w("file where file.path != null");
  RuleSet set;
  add_queries({{"query", "file where file.path != null", 1, 1}}, set);
  w.engine = Engine(options);
  w.engine.set_rules(std::move(set));
  const test::Says me{.pid = 10, .ppid = 5, .at = 1000, .exe = kApp};
  for (const std::string node : {"a", "b"}) {
    w.say.node = node;
    audit::AuditEvent event = w.say.file(me, Action::kCreation, "x");
    std::get<audit::FileChange>(event.what) = {.action = Action::kCreation,
                                               .type = Type::kFile,
                                               .file = {{}, "x"},
                                               .original = {},
                                               .target = {},
                                               .parents = {{1, 9}}};
    CHECK(w.count(w.say.open_directory(me, "/d", {1, 9})) == 0);
    CHECK(w.count(event) == (node == "a" ? 1 : 0));
  }
  // Cause: directories that were made were learnt there all the same.
  audit::AuditEvent made = w.say.file(me, Action::kCreation, "/made");
  std::get<audit::FileChange>(made.what).directory = {1, 8};
  CHECK(w.count(made) == 1);
  w.say.node = "c";
  audit::AuditEvent event = w.say.file(me, Action::kCreation, "x");
  std::get<audit::FileChange>(event.what).file.path.clear();
  std::get<audit::FileChange>(event.what).parents = {{1, 8}};
  CHECK(w.count(event) == 0);
}
