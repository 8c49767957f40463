// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/normalize.h"

#include <cerrno>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::Parsed;
using test::syscall;

namespace {

using Counter = std::uint64_t NormalizeCounters::*;

const std::string kCwd = line("CWD", 1, "cwd=\"/home/u\"");
const std::string kArgs = line("EXECVE", 1, "argc=2 a0=\"cat\" a1=\"x\"");
const std::string kV4 = line("SOCKADDR", 1, "saddr=02001F907F000001");

std::string name_of(std::string_view name) { return line("PATH", 1, "item=0 name=" + std::string(name)); }

std::string call(std::string_view arch, unsigned number, std::string_view more) {
  return line(
      "SYSCALL", 1,
      "arch=" + std::string(arch) + " syscall=" + std::to_string(number) + " " + std::string(more) + " ppid=1 pid=2");
}

// No event, and just this counter moved.
void check_refused(Counter counter, std::initializer_list<std::string> lines) {
  Normalizer normalizer;
  const Parsed parsed(lines);
  CHECK_FALSE(normalizer.normalize(parsed.group));
  CHECK(normalizer.counters().*counter == 1);
  CHECK(normalizer.counters().events == 0);
}

template <typename T>
std::optional<T> made(std::initializer_list<std::string> lines) {
  Normalizer normalizer;
  const Parsed parsed(lines);
  auto event = normalizer.normalize(parsed.group);
  if (!event || !std::holds_alternative<T>(event->what)) return std::nullopt;
  return std::get<T>(event->what);
}

std::string path_of(std::initializer_list<std::string> lines) { return made<Exec>(lines).value().path; }

}  // namespace

TEST_CASE("an exec has everything its records say") {
  Normalizer normalizer;
  const Parsed parsed({syscall(1, test::kExecve), kArgs, kCwd, name_of("\"./cat\"")});
  const auto event = normalizer.normalize(parsed.group);
  REQUIRE(event);
  CHECK(event->time == milliseconds(1700000000123));
  CHECK(event->serial == 1);
  CHECK(event->syscall.name == "execve");
  CHECK(event->syscall.pid == 11);
  CHECK(event->syscall.ppid == 10);
  CHECK(event->syscall.auid == 1000);
  CHECK(event->syscall.uid == 1001);
  CHECK(event->syscall.gid == 1002);
  CHECK(event->syscall.euid == 1003);
  CHECK(event->syscall.egid == 1004);
  CHECK(event->syscall.a0 == 1);
  CHECK(event->syscall.a2 == 3);
  CHECK(event->syscall.success == true);
  CHECK(event->syscall.exit == 0);
  CHECK(event->syscall.comm == "cat");
  CHECK(event->syscall.exe == "/usr/bin/cat");
  CHECK(event->syscall.has_tty);
  const Exec& exec = std::get<Exec>(event->what);
  CHECK(exec.args == std::vector<std::string>{"cat", "x"});
  CHECK(exec.has_args);
  CHECK_FALSE(exec.args_truncated);
  CHECK(exec.cwd == "/home/u");
  CHECK(exec.path == "/home/u/cat");
  CHECK(normalizer.counters().events == 1);
}

TEST_CASE("an exec is one without its other records too") {
  const auto exec = made<Exec>({syscall(1, test::kExecve)});
  REQUIRE(exec);
  CHECK_FALSE(exec->has_args);
  CHECK(exec->args.empty());
  CHECK(exec->cwd.empty());
  CHECK(exec->path.empty());
}

TEST_CASE("a failed exec is no event") {
  check_refused(&NormalizeCounters::failed_execs,
                {syscall(1, test::kExecve, "success=no exit=-2"), kCwd, name_of("\"/x\"")});
  check_refused(&NormalizeCounters::failed_execs, {call("c000003e", 59, ""), kArgs});
}

TEST_CASE("the path as executed is known or empty, never guessed") {
  const std::string exec = syscall(1, test::kExecve);
  CHECK(path_of({exec, kCwd, name_of("\"/./bin//sh\"")}) == "/bin/sh");
  // Cause: with /home/u/l a link to /home/u/a/b/c this is /home/u/usr/bin/sh, and passed for root's.
  CHECK(path_of({exec, kCwd, name_of("\"/home/u/l/../../../usr/bin/sh\"")}).empty());
  CHECK(path_of({exec, name_of("\"/bin/sh\"")}) == "/bin/sh");
  CHECK(path_of({exec, name_of("\"sh\"")}) == "");
  CHECK(path_of({exec, kCwd, name_of("(null)")}) == "");
  CHECK(path_of({exec, kCwd, name_of("2F746D702F6120622028646C29")}) == "/tmp/a b (dl)");
  CHECK(path_of({exec, kCwd, line("PATH", 1, "item=1 name=\"/lib64/ld.so\"")}) == "");
  CHECK(path_of({exec, kCwd, line("PATH", 1, "item=1 name=\"/lib64/ld.so\""), name_of("\"/x\"")}) == "/x");
  CHECK(path_of({exec, line("CWD", 1, "cwd=(null)"), name_of("\"sh\"")}) == "");
  CHECK(path_of({exec, line("CWD", 1, "cwd=\"home\""), name_of("\"sh\"")}) == "");
}

TEST_CASE("execveat's directory descriptor makes a relative name unknowable") {
  const auto at = [](std::string_view a0) {
    return call("c000003e", 322, "success=yes exit=0 a0=" + std::string(a0) + " a1=7f");
  };
  CHECK(path_of({at("3"), kCwd, name_of("\"cat\"")}) == "");
  CHECK(path_of({at("3"), kCwd, name_of("\"\"")}) == "");
  CHECK(path_of({at("3"), kCwd, name_of("\"/bin/cat\"")}) == "/bin/cat");
  CHECK(path_of({at("ffffff9c"), kCwd, name_of("\"cat\"")}) == "/home/u/cat");
  CHECK(path_of({at("ffffffffffffff9c"), kCwd, name_of("\"cat\"")}) == "/home/u/cat");
  CHECK(path_of({at("ffffff9c"), kCwd, name_of("\"\"")}) == "");
  CHECK(path_of({at("ffffff9b"), kCwd, name_of("\"cat\"")}) == "");
}

TEST_CASE("fields are read by name: per= and unknown ones shift nothing") {
  Normalizer normalizer;
  const Parsed parsed(
      {line("SYSCALL", 1,
            "new=1 arch=c000003e syscall=59 per=400000 success=yes exit=0 a0=9 new2=x items=2 pid=2 ppid=1 "
            "uid=5 euid=6 suid=7 tty=(none) comm=6120 exe=2F612062 pid=99 key=(null)"),
       kArgs});
  const auto event = normalizer.normalize(parsed.group);
  REQUIRE(event);
  CHECK(event->syscall.pid == 2);
  CHECK(event->syscall.ppid == 1);
  CHECK(event->syscall.uid == 5);
  CHECK(event->syscall.euid == 6);
  CHECK(event->syscall.auid == kUnsetId);
  CHECK(event->syscall.comm == "a ");
  CHECK(event->syscall.exe == "/a b");
  CHECK_FALSE(event->syscall.has_tty);
  CHECK(normalizer.counters().bad_values == 0);
}

TEST_CASE("bad values are counted and treated as absent") {
  Normalizer normalizer;
  const Parsed parsed({line("SYSCALL", 1,
                            "arch=c000003e syscall=59 success=yes exit=x a0=zz pid=2 ppid=-1 auid=4294967296 uid= "
                            "tty=? comm=\"open exe=123"),
                       kArgs});
  const auto event = normalizer.normalize(parsed.group);
  REQUIRE(event);
  CHECK_FALSE(event->syscall.exit);
  CHECK(event->syscall.a0 == 0);
  CHECK(event->syscall.ppid == 0);
  CHECK(event->syscall.auid == kUnsetId);
  CHECK(event->syscall.uid == kUnsetId);
  CHECK(event->syscall.comm.empty());
  CHECK(event->syscall.exe.empty());
  CHECK_FALSE(event->syscall.has_tty);
  CHECK(normalizer.counters().bad_values == 7);
}

TEST_CASE("groups that are no event of ours are counted by reason") {
  check_refused(&NormalizeCounters::without_syscall, {kArgs});
  check_refused(&NormalizeCounters::without_syscall, {line("SYSTEM_BOOT", 1, "pid=1")});
  check_refused(&NormalizeCounters::not_of_interest, {syscall(1, test::kRead)});
  check_refused(&NormalizeCounters::not_of_interest, {syscall(1, test::kExit)});
  check_refused(&NormalizeCounters::unknown_arch, {call("dead", 59, "success=yes")});
  check_refused(&NormalizeCounters::bad_values, {line("SYSCALL", 1, "syscall=59 pid=2")});
  check_refused(&NormalizeCounters::bad_values, {line("SYSCALL", 1, "arch=c000003e pid=2")});
  check_refused(&NormalizeCounters::bad_values, {line("SYSCALL", 1, "arch=c000003e syscall=59 success=yes")});
  check_refused(&NormalizeCounters::bad_values, {line("SYSCALL", 1, "arch=c000003e syscall=59 success=yes pid=x")});
}

TEST_CASE("a fork is one where the flags or the call say so") {
  const auto fork = [](std::string_view arch, unsigned number, std::string_view more) {
    return made<Fork>({call(arch, number, more)});
  };
  CHECK(fork("c000003e", 57, "success=yes exit=77")->child == 77);
  CHECK(fork("c000003e", 58, "success=yes exit=77")->sureness == Fork::Sureness::kProcess);
  CHECK(fork("c000003e", 56, "success=yes exit=77 a0=1200011")->sureness == Fork::Sureness::kProcess);
  CHECK(fork("c000003e", 56, "success=yes exit=77 a0=4111")->child == 77);  // vfork by clone
  CHECK_FALSE(fork("c000003e", 56, "success=yes exit=77 a0=3d0f00"));       // CLONE_THREAD
  CHECK(fork("c000003e", 435, "success=yes exit=77 a0=3d0f00")->sureness == Fork::Sureness::kPerhapsThread);
  CHECK_FALSE(fork("c000003e", 57, "success=no exit=-11"));
  CHECK_FALSE(fork("c000003e", 57, "success=yes exit=0"));
  CHECK_FALSE(fork("c000003e", 57, "success=yes"));
  CHECK_FALSE(fork("c000003e", 57, "success=yes exit=4294967296"));
  // s390: clone's flags are the second argument.
  CHECK(fork("80000016", 120, "success=yes exit=77 a0=10000 a1=11")->child == 77);
  CHECK_FALSE(fork("80000016", 120, "success=yes exit=77 a0=11 a1=10000"));
}

TEST_CASE("an exit is that of the process, not of a thread") {
  CHECK(made<Exit>({call("c000003e", 231, "a0=0")})->status == 0);
  CHECK(made<Exit>({call("c000003e", 231, "a0=ffffffff")})->status == 255);
  CHECK(made<Exit>({call("40000003", 252, "a0=102")})->status == 2);
  CHECK_FALSE(made<Exit>({call("c000003e", 60, "a0=0")}));
}

TEST_CASE("every attempt to connect is one, whatever its outcome") {
  using Outcome = Connect::Outcome;
  struct Case {
    std::string result;
    Outcome outcome;
  };
  const auto no = [](int error) { return "success=no exit=-" + std::to_string(error); };
  for (const Case& c :
       {Case{"success=yes exit=0", Outcome::kSuccess}, Case{no(EINPROGRESS), Outcome::kUnknown},
        Case{no(EINTR), Outcome::kUnknown}, Case{no(ECONNREFUSED), Outcome::kFailure},
        Case{no(ENETUNREACH), Outcome::kFailure}, Case{no(EHOSTUNREACH), Outcome::kFailure},
        Case{no(ETIMEDOUT), Outcome::kFailure}, Case{no(EACCES), Outcome::kFailure}, Case{no(EPERM), Outcome::kFailure},
        Case{no(EAGAIN), Outcome::kFailure}, Case{"", Outcome::kUnknown}, Case{"success=yes", Outcome::kUnknown}}) {
    CAPTURE(c.result);
    const auto connect = made<Connect>({call("c000003e", 42, c.result), kV4});
    REQUIRE(connect);
    CHECK(connect->outcome == c.outcome);
    CHECK(to_string(connect->address) == "127.0.0.1");
    CHECK(connect->port == 8080);
  }
  for (const int error : {EBADF, ENOTSOCK, EFAULT, EINVAL, EAFNOSUPPORT, EALREADY, EISCONN}) {
    CAPTURE(error);
    check_refused(&NormalizeCounters::not_attempts, {call("c000003e", 42, no(error)), kV4});
  }
  check_refused(&NormalizeCounters::not_attempts, {call("c000003e", 42, no(EFAULT))});
}

TEST_CASE("a connect is known on every machine, and by its raw address alone") {
  const auto to = [](std::string_view arch, unsigned number, std::string_view saddr, std::string_view more = "") {
    const auto connect = made<Connect>({call(arch, number, "success=yes exit=0 " + std::string(more)),
                                        line("SOCKADDR", 1, "saddr=" + std::string(saddr))});
    return connect ? to_string(connect->address) : "none";
  };
  CHECK(to("c000003e", 42, "02001F907F000001") == "127.0.0.1");
  CHECK(to("c000003e", 1073741866, "02001F907F000001") == "127.0.0.1");  // x32
  CHECK(to("40000003", 362, "02001F907F000001") == "127.0.0.1");
  CHECK(to("c00000b7", 203, "02001F907F000001") == "127.0.0.1");
  CHECK(to("80000016", 362, "00021F907F000001") == "127.0.0.1");  // s390x: big-endian family
  CHECK(to("80000016", 362, "02001F907F000001") == "none");
  CHECK(to("40000003", 102, "02001F907F000001", "a0=3") == "127.0.0.1");
  CHECK(to("40000003", 102, "02001F907F000001", "a0=2") == "none");
  CHECK(to("40000003", 102, "02001F907F000001") == "none");
  CHECK(to("c000003e", 42,
           "0A0001BB00000000"
           "00000000000000000000FFFF08080808"
           "00000000") == "8.8.8.8");
}

TEST_CASE("a connect without an internet address is counted by reason") {
  const std::string connect = call("c000003e", 42, "success=yes exit=0");
  const auto address = [](std::string_view digits) { return line("SOCKADDR", 1, "saddr=" + std::string(digits)); };
  check_refused(&NormalizeCounters::missing_sockaddr, {connect});
  check_refused(&NormalizeCounters::missing_sockaddr, {connect, line("SOCKADDR", 1, "x=y")});
  check_refused(&NormalizeCounters::other_families, {connect, address("01002F746D702F78")});
  check_refused(&NormalizeCounters::other_families, {connect, address("0000")});
  check_refused(&NormalizeCounters::other_families, {connect, address("100000000000000000000000")});
  check_refused(&NormalizeCounters::bad_sockaddr, {connect, address("02001F907F0000")});
  check_refused(&NormalizeCounters::bad_sockaddr, {connect, address("02001F907F00000")});
  check_refused(&NormalizeCounters::bad_sockaddr, {connect, address("xx")});
  check_refused(&NormalizeCounters::bad_sockaddr, {connect, address("02")});
}

TEST_CASE("the group's marks go into the event") {
  Parsed parsed({syscall(1, test::kExecve), kArgs});
  parsed.group.incomplete = true;
  parsed.group.truncated = true;
  parsed.group.node = "web";
  const auto event = Normalizer().normalize(parsed.group);
  REQUIRE(event);
  CHECK(event->incomplete);
  CHECK(event->node == "web");
  CHECK(std::get<Exec>(event->what).args_truncated);
}
