// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/raw_fields.h"

#include <doctest/doctest.h>
#include <libaudit.h>

#include "lib/audit/selection.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql::audit;

namespace {

std::size_t body_of(const std::string& line) { return parse_header(line).value().body; }

std::optional<RawSyscall> call_of(const std::string& body) {
  const std::string line = test::line("SYSCALL", 1, body);
  return raw_syscall(line, body_of(line));
}

}  // namespace

TEST_CASE("arch and syscall are found by name, wherever they stand") {
  for (const std::string body :
       {"arch=c000003e syscall=59 success=yes", "arch=c000003e syscall=59", "arch=C000003E syscall=59 a0=1",
        "arch=c000003e per=400000 syscall=59 exit=0", "x=1 arch=c000003e y=2 syscall=59", "syscall=59 arch=c000003e",
        "arch=c000003e syscall=59\x1d"
        "ARCH=x86_64 SYSCALL=1"}) {
    CAPTURE(body);
    const auto call = call_of(body);
    REQUIRE(call);
    CHECK(call->arch == 0xc000003e);
    CHECK(call->number == 59);
  }
}

TEST_CASE("a SYSCALL record without a readable arch or number has none") {
  for (const std::string body :
       {"", "arch=", "arch=c000003e", "syscall=59", "arch=xyz syscall=59",
        "arch=c000003e syscall=", "arch=c000003e syscall=-1", "arch=c000003e syscall=59x", "arch= syscall=59 ",
        "arch=c000003e syscall=59;1 a0=1", "arch=c000003g syscall=59 a0=1", "arch=1c000003e syscall=1",
        "arch=c000003e syscall=99999999999999999999", "comm=\"a\x1d arch=c000003e syscall=59"}) {
    CAPTURE(body);
    CHECK_FALSE(call_of(body));
  }
}

TEST_CASE("the enriched half and a carriage return are cut off") {
  CHECK(raw_half("abc\x1d"
                 "DEF\x1dX") == "abc");
  CHECK(raw_half("abc\r") == "abc");
  CHECK(raw_half("abc\r\x1dX\r") == "abc\r");
  CHECK(raw_half("") == "");
}

TEST_CASE("only fields that nothing reads are left out for libauparse") {
  std::string scratch;
  const std::string call = test::syscall(1, test::kExecve);
  CHECK(needed_fields(AUDIT_SYSCALL, call, body_of(call), scratch) == raw_half(call));
  const std::string path = test::line("PATH", 1, "item=0 name=\"/bin/sh\" inode=1 nametype=NORMAL\x1dOUID=\"root\"");
  CHECK(needed_fields(AUDIT_PATH, path, body_of(path), scratch) == test::line("PATH", 1, "item=0 name=\"/bin/sh\""));
  const std::string item = test::line("PATH", 1,
                                      "item=1 name=\"x\" inode=1 dev=fe:00 mode=0100644 ouid=1 rdev=00:00 "
                                      "obj=u:r nametype=CREATE cap_fp=0 cwd=\"/x\"\x1dOUID=\"root\"");
  CHECK(needed_fields(AUDIT_PATH, item, body_of(item), scratch, PathDetail::kItem) ==
        test::line("PATH", 1, "item=1 name=\"x\" inode=1 dev=fe:00 mode=0100644 nametype=CREATE "));
  const std::string how = test::line("OPENAT2", 1, "oflag=0101 mode=0600 resolve=0x0 new=1");
  CHECK(needed_fields(AUDIT_OPENAT2, how, body_of(how), scratch) ==
        test::line("OPENAT2", 1, "oflag=0101 mode=0600 resolve=0x0"));
  const std::string nameless = test::line("PATH", 1, "item=0 inode=1");
  CHECK(needed_fields(AUDIT_PATH, nameless, body_of(nameless), scratch) == test::line("PATH", 1, ""));
  const std::string args = test::line("EXECVE", 1, "argc=1 a0=\"key=1\" ses=2");
  CHECK(needed_fields(AUDIT_EXECVE, args, body_of(args), scratch) == args);
  const std::string cwd = test::line("CWD", 1, "cwd=\"/\" cwd=\"/x\"");
  CHECK(needed_fields(AUDIT_CWD, cwd, body_of(cwd), scratch) == test::line("CWD", 1, "cwd=\"/\""));
  const std::string address = test::line("SOCKADDR", 1, "saddr=0200 x=y");
  CHECK(needed_fields(AUDIT_SOCKADDR, address, body_of(address), scratch) == test::line("SOCKADDR", 1, "saddr=0200"));
}

TEST_CASE("a SYSCALL record is split into the fields that are read") {
  const auto fields_of = [](const std::string& body) {
    std::vector<Field> fields;
    const std::string line = test::line("SYSCALL", 1, body);
    split_record(AUDIT_SYSCALL, line, fields);
    std::string text;
    for (const Field& field : fields) text.append(field.name).append("|").append(field.value).append(" ");
    return text;
  };
  CHECK(fields_of("arch=c000003e syscall=59 success=yes exit=-2 a0=1 a3=2 items=2 ppid=10 pid=11 auid=1 suid=1 fsuid=1 "
                  "sgid=1 fsgid=1 tty=(none) ses=1 comm=\"a=b\" exe=2F subj==u:r key=\"k\"") ==
        "arch|c000003e syscall|59 success|yes exit|-2 a0|1 ppid|10 pid|11 auid|1 tty|(none) comm|\"a=b\" exe|2F ");
  CHECK(fields_of("").empty());
  CHECK(fields_of(" ").empty());
  CHECK(fields_of("=x x  = a3= a30=1 y=") == "a30|1 y| ");
  std::vector<Field> fields;
  split_record(AUDIT_SYSCALL, "type=SYSCALL msg=audit(1.0:1):", fields);
  split_record(AUDIT_SYSCALL, "", fields);
  CHECK(fields.empty());
}

TEST_CASE("a working directory cannot reach libauparse, which would leak it") {
  std::string scratch;
  const std::string line = test::line("EXECVE", 1, "argc=1 cwd=\"/\" a0=\"x\"");
  CHECK(needed_fields(AUDIT_EXECVE, line, body_of(line), scratch) == test::line("EXECVE", 1, "argc=1"));
  CHECK(is_splittable(AUDIT_CWD));
  CHECK_FALSE(is_splittable(AUDIT_EXECVE));
}

TEST_CASE("the calls that matter are wanted on every machine that libaudit knows") {
  const Selection all({.exec = true, .fork = true, .exit = true, .connect = true, .files = true});
  struct Case {
    std::uint32_t arch;
    std::uint64_t number;
    SyscallKind kind;
  };
  // From the kernel's own tables (asm/unistd.h of each machine).
  for (const Case& c : {Case{AUDIT_ARCH_X86_64, 59, SyscallKind::kExec},
                        Case{AUDIT_ARCH_X86_64, 322, SyscallKind::kExec},
                        Case{AUDIT_ARCH_X86_64, 0x4000002A, SyscallKind::kConnect},  // x32
                        Case{AUDIT_ARCH_X86_64, 60, SyscallKind::kOther},            // exit, of one thread
                        Case{AUDIT_ARCH_X86_64, 0, SyscallKind::kOther},             // read
                        Case{AUDIT_ARCH_X86_64, 257, SyscallKind::kFile},
                        Case{AUDIT_ARCH_X86_64, 437, SyscallKind::kFile},
                        Case{AUDIT_ARCH_I386, 5, SyscallKind::kFile},
                        Case{AUDIT_ARCH_I386, 193, SyscallKind::kFile},
                        Case{AUDIT_ARCH_AARCH64, 38, SyscallKind::kFile},
                        Case{AUDIT_ARCH_AARCH64, 35, SyscallKind::kFile},
                        Case{AUDIT_ARCH_S390X, 38, SyscallKind::kFile},
                        Case{AUDIT_ARCH_X86_64, UINT64_MAX, SyscallKind::kOther},
                        Case{AUDIT_ARCH_I386, 11, SyscallKind::kExec},
                        Case{AUDIT_ARCH_I386, 102, SyscallKind::kSocketcall},
                        Case{AUDIT_ARCH_I386, 362, SyscallKind::kConnect},
                        Case{AUDIT_ARCH_AARCH64, 221, SyscallKind::kExec},
                        Case{AUDIT_ARCH_AARCH64, 203, SyscallKind::kConnect},
                        Case{AUDIT_ARCH_AARCH64, 94, SyscallKind::kExit},
                        Case{AUDIT_ARCH_S390X, 354, SyscallKind::kExec},
                        Case{AUDIT_ARCH_PPC64LE, 234, SyscallKind::kExit},
                        Case{AUDIT_ARCH_X86_64, 435, SyscallKind::kFork},
                        Case{AUDIT_ARCH_X86_64, 58, SyscallKind::kFork}}) {
    CAPTURE(c.arch);
    CAPTURE(c.number);
    const auto info = all.find(c.arch, c.number);
    REQUIRE(info);
    CHECK(info->kind == c.kind);
    CHECK(all.wants_syscall(c.arch, c.number) == (c.kind != SyscallKind::kOther));
  }
  CHECK_FALSE(all.find(0xDEAD, 59));
  CHECK_FALSE(all.wants_syscall(0xDEAD, 59));
}

TEST_CASE("a selection wants no more than was asked for") {
  const Selection none({.exec = false, .fork = false, .exit = false, .connect = false, .files = false});
  const Selection connects({.exec = false, .fork = false, .exit = false, .connect = true, .files = false});
  const Selection files({.exec = false, .fork = false, .exit = false, .connect = false, .files = true});
  CHECK_FALSE(none.wants_syscall(AUDIT_ARCH_X86_64, test::kExecve));
  CHECK_FALSE(none.wants_syscall(AUDIT_ARCH_I386, 102));
  CHECK(connects.wants_syscall(AUDIT_ARCH_X86_64, test::kConnect));
  CHECK(connects.wants_syscall(AUDIT_ARCH_I386, 102));
  CHECK_FALSE(connects.wants_syscall(AUDIT_ARCH_X86_64, test::kFork));
  CHECK_FALSE(connects.wants_syscall(AUDIT_ARCH_X86_64, test::kExitGroup));
  CHECK(connects.wants_type(AUDIT_SOCKADDR));
  CHECK_FALSE(connects.wants_type(AUDIT_EXECVE));
  CHECK_FALSE(none.wants_type(AUDIT_SOCKADDR));
  CHECK(files.wants_syscall(AUDIT_ARCH_X86_64, test::kOpenat));
  CHECK_FALSE(files.wants_syscall(AUDIT_ARCH_X86_64, test::kConnect));
  CHECK_FALSE(Selection().wants_syscall(AUDIT_ARCH_X86_64, test::kOpenat));
  for (const int type : {AUDIT_CWD, AUDIT_PATH, AUDIT_OPENAT2}) {
    CHECK(files.wants_type(type));
    CHECK_FALSE(none.wants_type(type));
  }
  for (const int type : {AUDIT_SYSCALL, AUDIT_EOE, AUDIT_PROCTITLE, AUDIT_SYSTEM_BOOT, AUDIT_DAEMON_START}) {
    CHECK(none.wants_type(type));
  }
  for (const int type : {-1, 0, AUDIT_USER_LOGIN, AUDIT_AVC, 4095, 4096, 65535})
    CHECK_FALSE(Selection().wants_type(type));
}
