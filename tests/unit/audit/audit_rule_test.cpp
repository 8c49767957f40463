// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/audit_rule.h"

#include <doctest/doctest.h>

namespace audisp_eql::audit {
namespace {

// As auditctl 3.0.9 lists them, and as people write them.
TEST_CASE("a rule is read as it is listed and as it is written") {
  const struct {
    std::string line;
    AuditRule rule;
  } rows[] = {
      {"-a always,exit -F arch=b64 -S execve,execveat -F key=audisp-eql",
       {AuditRule::Action::kAlways, "exit", "b64", {"execve", "execveat"}, {}, "audisp-eql"}},
      {"-a exit,always -F arch=b32 -S connect -S accept -k net",
       {AuditRule::Action::kAlways, "exit", "b32", {"connect", "accept"}, {}, "net"}},
      {"-A never,exit -F arch=b64 -S clone -F a0&0x10000",
       {AuditRule::Action::kNever, "exit", "b64", {"clone"}, {{"a0", "&", "0x10000"}}, ""}},
      {"-a always,exit -F arch=b64 -S all -F dir=/tmp/wd/x -F perm=wa -F key=k2",
       {AuditRule::Action::kAlways, "exit", "b64", {}, {{"dir", "=", "/tmp/wd/x"}, {"perm", "=", "wa"}}, "k2"}},
      {"-w /etc/passwd -p wa -k id",
       {AuditRule::Action::kAlways, "exit", "", {}, {{"path", "=", "/etc/passwd"}, {"perm", "=", "wa"}}, "id"}},
      {"-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0",
       {AuditRule::Action::kAlways, "exit", "b64", {"execve"}, {{"uid", "!=", "euid"}, {"euid", "=", "0"}}, ""}},
      {"-a always,exit -S 59 -F auid>=1000 -F auid!=-1 -F a1&=2",
       {AuditRule::Action::kAlways,
        "exit",
        "",
        {"59"},
        {{"auid", ">=", "1000"}, {"auid", "!=", "-1"}, {"a1", "&=", "2"}},
        ""}},
      {"-a never,task", {AuditRule::Action::kNever, "task", "", {}, {}, ""}},
      {"-a always,exclude -F msgtype=CWD",
       {AuditRule::Action::kAlways, "exclude", "", {}, {{"msgtype", "=", "CWD"}}, ""}},
      {"\t-a  always,exit  -S connect # why\n", {AuditRule::Action::kAlways, "exit", "", {"connect"}, {}, ""}},
      // What is not understood narrows.
      {"-a always,exit -S connect --new thing",
       {AuditRule::Action::kAlways, "exit", "", {"connect"}, {{"--new", "", ""}, {"thing", "", ""}}, ""}},
      {"-a always,exit -F", {AuditRule::Action::kAlways, "exit", "", {}, {{"", "", ""}}, ""}},
      {"-a", {AuditRule::Action::kAlways, "exit", "", {}, {}, ""}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto rule = parse_audit_rule(row.line);
    REQUIRE(rule);
    CHECK(*rule == row.rule);
  }
}

TEST_CASE("what is no rule is none") {
  for (const char* line : {"", "  ", "# -a never,task", "No rules", "-b 8192", "-e 0", "-D", "--backlog_wait_time 0"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_audit_rule(line));
  }
}

TEST_CASE("a rule is written as auditctl lists it") {
  for (const char* line : {"-a always,exit -F arch=b32 -S socketcall -F a0=3 -F saddr_fam=2 -F key=audisp-eql",
                           "-a never,exit -F arch=b64 -S clone,clone3 -F a0&0x10000", "-a never,task"}) {
    CHECK(text(*parse_audit_rule(line)) == line);
  }
}

TEST_CASE("a field is found by its name") {
  const auto rule = parse_audit_rule("-a always,exit -F uid=0 -F dir=/etc");
  REQUIRE(rule->find("dir") != nullptr);
  CHECK(rule->find("dir")->value == "/etc");
  CHECK(rule->find("path") == nullptr);
}

}  // namespace
}  // namespace audisp_eql::audit
