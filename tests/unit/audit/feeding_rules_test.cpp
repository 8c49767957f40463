// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/feeding_rules.h"

#include <libaudit.h>

#include <doctest/doctest.h>

namespace audisp_eql::audit {
namespace {

std::vector<std::string> lines(SyscallKind kind, const Abi& abi) {
  std::vector<std::string> out;
  for (const AuditRule& rule : feeding_rules(kind, abi, "k")) out.push_back(text(rule));
  return out;
}

TEST_CASE("each machine is asked for the calls that it has") {
  const Abi x86_64{"b64", MACH_86_64};
  const Abi x86{"b32", MACH_X86};
  const Abi arm64{"b64", MACH_AARCH64};
  const Abi s390x{"b64", MACH_S390X};
  using Lines = std::vector<std::string>;
  const struct {
    SyscallKind kind;
    Abi abi;
    Lines wanted;
  } rows[] = {
      {SyscallKind::kExec, x86_64, {"-a always,exit -F arch=b64 -S execve,execveat -F key=k"}},
      {SyscallKind::kExit, x86, {"-a always,exit -F arch=b32 -S exit_group -F key=k"}},
      {SyscallKind::kConnect,
       x86,
       {"-a always,exit -F arch=b32 -S connect -F saddr_fam=2 -F key=k",
        "-a always,exit -F arch=b32 -S connect -F saddr_fam=10 -F key=k"}},
      {SyscallKind::kSocketcall,
       x86,
       {"-a always,exit -F arch=b32 -S socketcall -F a0=3 -F saddr_fam=2 -F key=k",
        "-a always,exit -F arch=b32 -S socketcall -F a0=3 -F saddr_fam=10 -F key=k"}},
      {SyscallKind::kSocketcall, x86_64, {}},
      {SyscallKind::kFork,
       x86_64,
       {"-a never,exit -F arch=b64 -S clone -F a0&0x10000",
        "-a always,exit -F arch=b64 -S clone,clone3,fork,vfork -F key=k"}},
      {SyscallKind::kFork,
       arm64,
       {"-a never,exit -F arch=b64 -S clone -F a0&0x10000", "-a always,exit -F arch=b64 -S clone,clone3 -F key=k"}},
      {SyscallKind::kFork,
       s390x,
       {"-a never,exit -F arch=b64 -S clone -F a1&0x10000",
        "-a always,exit -F arch=b64 -S clone,clone3,fork,vfork -F key=k"}},
      {SyscallKind::kSocket,
       x86_64,
       {"-a always,exit -F arch=b64 -S socket -F a0=2 -F key=k",
        "-a always,exit -F arch=b64 -S socket -F a0=10 -F key=k"}},
      {SyscallKind::kSocket,
       x86,
       {"-a always,exit -F arch=b32 -S socket -F a0=2 -F key=k",
        "-a always,exit -F arch=b32 -S socket -F a0=10 -F key=k",
        "-a always,exit -F arch=b32 -S socketcall -F a0=1 -F key=k"}},
      {SyscallKind::kFile, x86_64, {}},
      {SyscallKind::kOther, x86_64, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<int>(row.kind));
    CHECK(lines(row.kind, row.abi) == row.wanted);
  }
}

TEST_CASE("files are watched by directory or by name, with the calls that the ABI has") {
  using Kind = FileWatch::Kind;
  const auto lines = [](Kind kind, const Abi& abi) {
    std::string out;
    for (const AuditRule& rule : watching_rules({kind, "/x/y"}, abi, "k")) out += text(rule) + "\n";
    return out;
  };
  const Abi b64{"b64", MACH_86_64};
  const std::string calls =
      "creat,truncate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,unlink,"
      "rmdir,unlinkat";
  CHECK(lines(Kind::kBelow, b64) ==
        "-a always,exit -F arch=b64 -S open,openat,openat2," + calls + " -F dir=/x/y -F key=k\n");
  CHECK(lines(Kind::kEntries, b64) ==
        "-a always,exit -F arch=b64 -S open,openat,openat2," + calls + " -F path=/x/y -F key=k\n");
  CHECK(lines(Kind::kName, b64) ==
        "-a always,exit -F arch=b64 -S open -F a1&0x243 -F path=/x/y -F key=k\n"
        "-a always,exit -F arch=b64 -S openat -F a2&0x243 -F path=/x/y -F key=k\n"
        "-a always,exit -F arch=b64 -S openat2," +
            calls + " -F path=/x/y -F key=k\n");
  CHECK(lines(Kind::kMade, b64) ==
        "-a always,exit -F arch=b64 -S rename,renameat,renameat2,symlink,symlinkat,mkdir,mkdirat -F path=/x/y "
        "-F key=k\n");
  CHECK(lines(Kind::kBelow, {"b32", MACH_X86}).find("truncate64") != std::string::npos);
  const std::string arm = lines(Kind::kName, {"b64", MACH_AARCH64});
  CHECK(arm.find("-S open ") == std::string::npos);
  CHECK(arm.find("creat") == std::string::npos);
}

TEST_CASE("paths that auditctl would read as something else are none for a rule") {
  for (const char* good : {"/home/u/.config/autostart", "/a=b", "/a,b", "/\xc3\xa4"}) CHECK(can_be_written(good));
  for (const char* bad :
       {"/a b", "/a\nb", "/a\tb", "/a\x7f", "/a&b", "/a<b", "/a>b", "/a!=b", "/a\"b", "/a'b", "/a\\b"}) {
    CAPTURE(bad);
    CHECK_FALSE(can_be_written(bad));
  }
  CHECK(can_be_written(std::string(4095, 'a')));
  CHECK_FALSE(can_be_written(std::string(4096, 'a')));
}

}  // namespace
}  // namespace audisp_eql::audit
