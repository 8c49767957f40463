// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_table.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/audit_events.h"

using namespace audisp_eql;
using namespace audisp_eql::entity;
using Strings = std::vector<std::string>;

namespace {

constexpr char kSession[] = "/usr/bin/xfce4-session";
constexpr char kApp[] = "/usr/local/bin/app";

struct World {
  explicit World(const TableLimits& limits = {})
      : table("host", limits, [this](std::string_view id, Moment) { ended.emplace_back(id); }) {}

  std::string id(const audit::AuditEvent& event) { return table.apply(event)->entity_id.text(); }
  Strings parent(const audit::AuditEvent& event) {
    const Process* process = table.apply(event);
    if (process->parent_image == nullptr) return {};
    const Texts& executables = process->parent_image->program->executables;
    return {executables.begin(), executables.end()};
  }

  test::Script say;
  Strings ended;
  ProcessTable table;
};

}  // namespace

TEST_CASE("an entity survives exec and has one id for its whole life") {
  World w;
  const std::string id = w.id(w.say.exec({.pid = 10, .at = 0, .exe = "/bin/sh"}));
  CHECK(id.size() == 15);
  CHECK(w.id(w.say.exec({.pid = 10, .at = 100, .exe = kApp})) == id);
  CHECK(w.id(w.say.connect({.pid = 10, .at = 200, .exe = kApp})) == id);
  const Process* process = w.table.apply(w.say.connect({.pid = 10, .at = 250, .exe = kApp}));
  CHECK(process->previous_program->executables == Strings{"/bin/sh"});
  process = w.table.apply(w.say.exit({.pid = 10, .at = 300, .exe = kApp}));
  CHECK(process->entity_id.text() == id);
  CHECK(w.ended == Strings{id});
}

TEST_CASE("a pid after exit_group is another process") {
  World w;
  const std::string first = w.id(w.say.exec({.pid = 10, .at = 0, .exe = kApp}));
  w.table.apply(w.say.exit({.pid = 10, .at = 100, .exe = kApp}));
  CHECK(w.id(w.say.exec({.pid = 10, .at = 150, .exe = kApp})) != first);
  CHECK(w.table.counters().pids_reused == 1);
}

TEST_CASE("a record belongs to the process alive at its own time, also after its exit") {
  World w;
  const std::string first = w.id(w.say.exec({.pid = 10, .at = 1000, .exe = kApp}));
  w.table.apply(w.say.exit({.pid = 10, .at = 2000, .exe = kApp}));
  const std::string second = w.id(w.say.exec({.pid = 10, .at = 9000, .exe = "/bin/other"}));
  CHECK(w.id(w.say.connect({.pid = 10, .at = 1500, .exe = kApp})) == first);
  CHECK(w.id(w.say.connect({.pid = 10, .at = 9500, .exe = "/bin/other"})) == second);
}

TEST_CASE("a thread still in a system call when another called exit_group is no new process") {
  World w;
  const std::string id = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 0, .exe = kApp}));
  w.table.apply(w.say.exit({.pid = 10, .ppid = 5, .at = 100, .exe = kApp}));
  const Process* process = w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 101, .exe = kApp}));
  CHECK(process->entity_id.text() == id);
  CHECK(process->doubt == Doubt::kAfterEnd);
  CHECK(to_text(process->doubt).starts_with("recorded just after the process ended"));
}

TEST_CASE("an ended pid that connects with another parent or image, or later, is a new process") {
  const test::Says kCases[] = {
      {.pid = 10, .ppid = 6, .at = 101, .exe = kApp},
      {.pid = 10, .ppid = 5, .at = 101, .exe = "/bin/other"},
      {.pid = 10, .ppid = 5, .at = 1101, .exe = kApp},
  };
  for (const test::Says& says : kCases) {
    World w;
    const std::string id = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 0, .exe = kApp}));
    w.table.apply(w.say.exit({.pid = 10, .ppid = 5, .at = 100, .exe = kApp}));
    CHECK(w.id(w.say.connect(says)) != id);
  }
}

TEST_CASE("the parent is the one at the exec, as it was then") {
  World w;
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 5, .at = 100, .exe = kApp})) == Strings{kSession});
  w.table.apply(w.say.exec({.pid = 5, .at = 200, .exe = "/bin/other"}));
  CHECK(w.parent(w.say.connect({.pid = 10, .ppid = 5, .at = 300, .exe = kApp})) == Strings{kSession});
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 5, .at = 400, .exe = kApp})) == Strings{"/bin/other"});
}

TEST_CASE("an exec whose parent is unknown is counted") {
  World w;
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 77, .at = 0, .exe = kApp})).empty());
  CHECK(w.table.counters().parents_unknown == 1);
}

TEST_CASE("a parent known only by its fork record is known by exe") {
  World w;
  const Process* child = w.table.apply_fork(w.say.fork({.pid = 5, .at = 0, .exe = kSession}, 10));
  REQUIRE(child != nullptr);
  CHECK(child->pid == 10);
  CHECK(child->image->program->executables == Strings{kSession});
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 5, .at = 10, .exe = kApp})) == Strings{kSession});
}

TEST_CASE("an orphan keeps the parent that forked it") {
  World w;
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.table.apply_fork(w.say.fork({.pid = 5, .at = 10, .exe = kSession}, 10));
  w.table.apply(w.say.exit({.pid = 5, .at = 20, .exe = kSession}));
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 1, .at = 30, .exe = kApp})) == Strings{kSession});
}

TEST_CASE("an orphan adopted by the user's systemd keeps the parent that forked it") {
  World w;
  w.table.apply(w.say.exec({.pid = 3, .at = 0, .exe = "/usr/lib/systemd/systemd"}));
  w.table.apply_fork(w.say.fork({.pid = 5, .at = 10, .exe = kSession}, 10));
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 3, .at = 30, .exe = kApp})) == Strings{kSession});
}

TEST_CASE("a vfork recorded after its child's exec fills the parent and changes no id") {
  World w;
  const audit::AuditEvent vfork = w.say.fork({.pid = 5, .at = 90, .exe = kSession}, 10);
  const std::string id = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 100, .exe = kApp}));
  CHECK(w.table.apply_fork(vfork) == nullptr);
  const Process* process = w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 200, .exe = kApp}));
  CHECK(process->entity_id.text() == id);
  REQUIRE(process->parent_image != nullptr);
  CHECK(process->parent_image->program->executables == Strings{kSession});
}

TEST_CASE("a late vfork of a child that has already ended makes no process") {
  World w;
  const audit::AuditEvent vfork = w.say.fork({.pid = 5, .at = 90, .exe = kSession}, 10);
  w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 100, .exe = kApp}));
  w.table.apply(w.say.exit({.pid = 10, .ppid = 5, .at = 110, .exe = kApp}));
  CHECK(w.table.apply_fork(vfork) == nullptr);
  CHECK(w.table.size() == 2);
}

TEST_CASE("a killed process's pid given to a fork of another image is a new process") {
  World w;
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  const std::string killed = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 10, .exe = kApp}));
  CHECK(w.table.apply_fork(w.say.fork({.pid = 5, .at = 50, .exe = kSession}, 10)) == nullptr);
  CHECK(w.id(w.say.connect({.pid = 10, .ppid = 5, .at = 60, .exe = kSession})) != killed);
  CHECK(w.table.just_born() == Moment{milliseconds(50), 103});
  CHECK(w.ended == Strings{killed});
}

TEST_CASE("a forged fork record over a living process changes nothing") {
  // clone3 with set_tid in a pid namespace of one's own reports any pid.
  World w;
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  const std::string id = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 10, .exe = kApp}));
  w.table.apply_fork(w.say.clone3({.pid = 66, .ppid = 60, .at = 20, .exe = "/tmp/forger"}, 10));
  CHECK(w.id(w.say.connect({.pid = 10, .ppid = 5, .at = 30, .exe = kApp})) == id);
  CHECK(w.table.counters().fork_hints_refused == 1);
  CHECK(w.ended.empty());
}

TEST_CASE("a forged fork record before a process was seen hides neither it nor its parent") {
  World w;
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.table.apply_fork(w.say.clone3({.pid = 66, .ppid = 60, .at = 20, .exe = "/tmp/forger"}, 10));
  const Process* process = w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 30, .exe = kApp}));
  CHECK(process->parent_image->program->executables == Strings{kSession});
  CHECK_FALSE(w.table.just_born());
}

TEST_CASE("of two fork records the one whose forker is the parent is believed") {
  for (const bool forged_first : {true, false}) {
    World w;
    const auto forged = w.say.fork({.pid = 66, .at = 10, .exe = "/tmp/forger"}, 10);
    const auto real = w.say.fork({.pid = 5, .at = 20, .exe = kSession}, 10);
    w.table.apply_fork(forged_first ? forged : real);
    w.table.apply_fork(forged_first ? real : forged);
    const Process* process = w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 30, .exe = kSession}));
    CHECK(process->parent_pid == 5);
  }
}

TEST_CASE("a forged fork record after the true one takes an orphan's parent away from nobody") {
  World w;
  w.table.apply_fork(w.say.fork({.pid = 5, .at = 10, .exe = kSession}, 10));
  w.table.apply_fork(w.say.clone3({.pid = 66, .at = 20, .exe = "/tmp/forger"}, 10));
  const Process* process = w.table.apply(w.say.exec({.pid = 10, .ppid = 1, .at = 30, .exe = kApp}));
  REQUIRE(process->parent_image != nullptr);
  CHECK(process->parent_image->program->executables == Strings{kSession});
  CHECK(process->doubt == Doubt::kForker);
  CHECK(to_text(process->doubt).starts_with("more than one process"));
}

TEST_CASE("a fork record long before, or of a thread perhaps, gives way to a later one") {
  World w;
  SUBCASE("long before") { w.table.apply_fork(w.say.fork({.pid = 66, .at = 0, .exe = "/bin/other"}, 10)); }
  SUBCASE("a thread perhaps") { w.table.apply_fork(w.say.clone3({.pid = 66, .at = 10'000, .exe = "/bin/other"}, 10)); }
  w.table.apply_fork(w.say.fork({.pid = 5, .at = 10'001, .exe = kSession}, 10));
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 1, .at = 10'010, .exe = kApp})) == Strings{kSession});
}

TEST_CASE("a forged fork record makes no other user's orphan a child of the forger") {
  World w;
  auto forged = w.say.clone3({.pid = 66, .at = 20, .exe = kSession}, 10);
  forged.syscall.auid = 1000;
  w.table.apply_fork(forged);
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 1, .at = 30, .exe = "/usr/sbin/service"})).empty());
  CHECK(w.table.counters().fork_hints_refused == 1);
}

TEST_CASE("renaming an image with many arguments holds no more memory than the cap") {
  World w({.max_processes = 1000, .max_image_bytes = 1u << 20, .ended_kept = seconds(300)});
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = "/tmp/a"}, {std::string(100'000, 'x')}));
  for (std::uint32_t i = 0; i < 500; ++i) {
    w.table.apply_fork(w.say.fork({.pid = 5, .at = i, .exe = "/tmp/a"}, 100 + i));
    w.table.apply(w.say.connect({.pid = 100 + i, .ppid = 5, .at = i, .exe = "/tmp/b" + std::to_string(i)}));
    CHECK(w.table.image_bytes() <= (1u << 20) + 200'000);
  }
  CHECK(w.table.counters().forgotten_args > 0);
}

TEST_CASE("a clone3 child is told of when it has spoken itself, a thread never") {
  World w;
  CHECK(w.table.apply_fork(w.say.clone3({.pid = 5, .at = 10, .exe = kSession}, 10)) == nullptr);
  w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 20, .exe = kApp}));
  CHECK(w.table.just_born() == Moment{milliseconds(10), 101});
  w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 30, .exe = kApp}));
  CHECK_FALSE(w.table.just_born());
}

TEST_CASE("a process that renames or deletes its image stays itself and keeps what it was") {
  World w;
  const std::string id = w.id(w.say.exec({.pid = 10, .ppid = 5, .at = 0, .exe = "/tmp/evil"}));
  const Process* process = w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 10, .exe = "/tmp/evil (deleted)"}));
  CHECK(process->entity_id.text() == id);
  process = w.table.apply(w.say.connect({.pid = 10, .ppid = 5, .at = 20, .exe = "/usr/bin/firefox"}));
  CHECK(process->entity_id.text() == id);
  const Texts& bag = process->image->program->executables;
  CHECK(std::find(bag.begin(), bag.end(), "/tmp/evil") != bag.end());
}

TEST_CASE("a boot ends everything") {
  World w;
  const std::string a = w.id(w.say.exec({.pid = 10, .at = 0, .exe = kApp}));
  const std::string b = w.id(w.say.exec({.pid = 11, .at = 0, .exe = kApp}));
  w.table.boot({milliseconds(10), 1});
  CHECK(w.table.size() == 0);
  CHECK(w.ended.size() == 2);
  CHECK(w.id(w.say.connect({.pid = 10, .at = 20, .exe = kApp})) != a);
  CHECK(w.table.counters().boots == 1);
}

TEST_CASE("ended processes are kept for late records only so long") {
  World w({.max_processes = 100, .max_image_bytes = 1u << 20, .ended_kept = seconds(300)});
  w.table.apply(w.say.exec({.pid = 10, .at = 0, .exe = kApp}));
  w.table.apply(w.say.exit({.pid = 10, .at = 0, .exe = kApp}));
  w.table.apply(w.say.exec({.pid = 11, .at = 300'000, .exe = kApp}));
  CHECK(w.table.size() == 2);
  w.table.apply(w.say.exec({.pid = 12, .at = 300'001, .exe = kApp}));
  CHECK(w.table.size() == 2);
}

TEST_CASE("the table keeps to its cap, and a looked-up parent counts as seen") {
  World w({.max_processes = 10, .max_image_bytes = 1u << 20, .ended_kept = seconds(300)});
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  for (std::uint32_t pid = 100; pid < 109; ++pid) {
    w.table.apply(w.say.exec({.pid = pid, .ppid = 5, .at = pid, .exe = kApp}));
  }
  CHECK(w.table.size() == 10);
  CHECK(w.table.counters().evicted == 0);
  for (std::uint32_t pid = 109; pid < 1000; ++pid) {
    CHECK(w.parent(w.say.exec({.pid = pid, .ppid = 5, .at = pid, .exe = kApp})) == Strings{kSession});
  }
  CHECK(w.table.size() == 10);
  CHECK(w.table.counters().evicted == 891);
  CHECK(w.ended.size() == 891);
}

TEST_CASE("threads that only fork records tell of push no process out") {
  World w({.max_processes = 10, .max_image_bytes = 1u << 20, .ended_kept = seconds(300)});
  w.table.apply(w.say.exec({.pid = 5, .at = 0, .exe = kSession}));
  w.table.apply(w.say.exec({.pid = 6, .at = 0, .exe = kApp}));
  for (std::uint32_t tid = 100; tid < 1000; ++tid)
    w.table.apply_fork(w.say.clone3({.pid = 6, .at = tid, .exe = kApp}, tid));
  CHECK(w.parent(w.say.exec({.pid = 2000, .ppid = 5, .at = 2000, .exe = kApp})) == Strings{kSession});
}

TEST_CASE("live, /proc fills in what no record told") {
  World w;
  int asked = 0;
  w.table.set_proc_source([&asked](std::uint32_t pid) -> std::optional<ProcEntry> {
    ++asked;
    if (pid != 5) return std::nullopt;
    ProcEntry entry;
    entry.pid = 5;
    entry.exe = std::string(kSession) + " (deleted)";
    entry.start = milliseconds(10);
    entry.args = {"xfce4-session"};
    return entry;
  });
  const Process* process = w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 100, .exe = kApp}));
  REQUIRE(process->parent_image != nullptr);
  CHECK(process->parent_image->program->executables == Strings{std::string(kSession) + " (deleted)", kSession});
  const int before = asked;
  w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 200, .exe = kApp}));
  CHECK(asked == before);
}

TEST_CASE("what /proc says of a process younger than the event is not about it") {
  World w;
  w.table.set_proc_source([](std::uint32_t pid) {
    ProcEntry entry;
    entry.pid = pid;
    entry.exe = kSession;
    entry.start = milliseconds(5000);
    return std::optional<ProcEntry>(entry);
  });
  CHECK(w.parent(w.say.exec({.pid = 10, .ppid = 5, .at = 100, .exe = kApp})).empty());
}

TEST_CASE("the unit of a process is asked at its exec, kept by it and its children, and never another's") {
  World w;
  ProcUnit now{milliseconds(50), "app-x@autostart.service"};
  w.table.set_unit_source([&now](std::uint32_t) { return std::optional(now); });
  CHECK(w.table.apply(w.say.exec({.pid = 10, .at = 100, .exe = kApp}))->image->systemd_unit() == now.unit);
  now.unit = "other.scope";  // moved meanwhile
  CHECK(w.table.apply(w.say.connect({.pid = 10, .at = 200, .exe = kApp}))->image->systemd_unit() ==
        "app-x@autostart.service");
  const Process* child = w.table.apply_fork(w.say.fork({.pid = 10, .at = 210, .exe = kApp}, 11));
  REQUIRE(child != nullptr);
  CHECK(child->image->systemd_unit() == "app-x@autostart.service");
  CHECK(w.table.apply(w.say.exec({.pid = 11, .ppid = 10, .at = 220, .exe = kApp}))->image->systemd_unit() == now.unit);
  now.start = milliseconds(10'000);  // the pid is another process by now
  CHECK(w.table.apply(w.say.exec({.pid = 12, .at = 300, .exe = kApp}))->image->systemd_unit().empty());
}

TEST_CASE("a snapshot names the processes that ran before us, and their parents") {
  World w;
  ProcEntry session;
  session.pid = 5;
  session.exe = kSession;
  ProcEntry shell;
  shell.pid = 6;
  shell.ppid = 5;
  shell.exe = "/usr/bin/dash";
  shell.start = milliseconds(1);
  w.table.load({shell, session}, milliseconds(50));
  CHECK(w.table.size() == 2);
  CHECK(w.parent(w.say.connect({.pid = 6, .ppid = 5, .at = 100, .exe = "/usr/bin/dash"})) == Strings{kSession});
}
