// SPDX-License-Identifier: Apache-2.0
// The audit rules that the program prints, against those that it ships.
#include <filesystem>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "lib/audit/audit_rule.h"
#include "lib/audit/feeding_rules.h"
#include "plugin/audit_rules.h"
#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

using std::filesystem::is_directory;

enum class Take { kCalls, kFiles };

// One text for each system call of each rule, so that how they are grouped does not matter.
std::set<std::string> calls_of(const std::string& rules, Take what = Take::kCalls) {
  std::set<std::string> out;
  std::istringstream in(rules);
  for (std::string line; std::getline(in, line);) {
    const auto rule = audit::parse_audit_rule(line);
    if (!rule) continue;
    const bool is_of_file = rule->find("dir") != nullptr || rule->find("path") != nullptr;
    if (is_of_file != (what == Take::kFiles)) continue;
    for (const std::string& name : rule->syscalls) {
      audit::AuditRule one = *rule;
      one.syscalls = {name};
      out.insert(audit::text(one));
    }
  }
  return out;
}

TEST_CASE("the shipped audit rules are those that the program prints for the shipped detections") {
  std::string shipped = read_file(SHIPPED_CONF "/audit.rules/60-audisp-eql.rules");
#if defined(__x86_64__) || defined(__i386__)
  shipped += read_file(SHIPPED_CONF "/audit.rules/61-audisp-eql-x86.rules");
#endif
  const Ran ran = audisp_eql_run({"audit-rules", SHIPPED_RULES});
  CHECK(ran.status == 0);
  CHECK(ran.err.empty());
  CHECK(calls_of(ran.out) == calls_of(shipped));
  // The first rule that matches decides.
  CHECK(ran.out.find("-a never,exit -F arch=b64 -S clone ") < ran.out.find("-a always,exit -F arch=b64 -S clone,"));
}

// Which homes and directories there are is the machine's business.
TEST_CASE("the shipped audit rules of files are the part of /etc/xdg/autostart") {
  std::string shipped = read_file(SHIPPED_CONF "/audit.rules/62-audisp-eql-autostart.rules");
#if defined(__x86_64__) || defined(__i386__)
  shipped += read_file(SHIPPED_CONF "/audit.rules/63-audisp-eql-autostart-x86.rules");
#endif
  std::string rules;
  for (const auto kind : {audit::FileWatch::Kind::kBelow, audit::FileWatch::Kind::kEntries}) {
    for (const audit::Abi& abi : plugin::abis_of_this_machine()) {
      for (const auto& rule : audit::watching_rules({kind, "/etc/xdg/autostart"}, abi, "audisp-eql")) {
        rules += audit::text(rule) + '\n';
      }
    }
  }
  CHECK(calls_of(shipped, Take::kFiles) == calls_of(rules, Take::kFiles));
  CHECK(shipped.find("\n-c\n-a ") != std::string::npos);
  const Ran ran = audisp_eql_run({"audit-rules", SHIPPED_RULES});
  const std::set<std::string> printed = calls_of(ran.out, Take::kFiles);
  for (const std::string& rule : calls_of(rules, Take::kFiles)) {
    if (rule.find("-F path=") != std::string::npos && is_directory("/etc/xdg")) CHECK(printed.contains(rule));
    if (rule.find("-F dir=") != std::string::npos && is_directory("/etc/xdg/autostart")) CHECK(printed.contains(rule));
  }
}

TEST_CASE("a rule on files that no directory narrows is named, and what would feed it is left to people") {
  Place place;
  place.write_rule("a.toml",
                   "[rule]\nname = \"anything\"\nrule_id = \"a\"\ntype = \"eql\"\nseverity = \"low\"\n"
                   "risk_score = 1\nquery = 'file where file.path : (\"*.sh\", \"/etc/passwd\")'\n");
  const Ran ran = audisp_eql_run({"audit-rules", "--config", place.config()});
  CHECK(ran.status == 0);
  CHECK(ran.out.find("\n#   anything: *.sh\n") != std::string::npos);
  CHECK(ran.out.find("\n#-a always,exit -F arch=b64 -S open") != std::string::npos);
  CHECK(ran.out.find("\n-c\n-a always,exit -F arch=b64 -S open") != std::string::npos);
  CHECK(calls_of(ran.out, Take::kFiles)
            .contains("-a always,exit -F arch=b64 -S renameat2 -F path=/etc/passwd -F key=audisp-eql"));
  // No rule of files without a place.
  for (const std::string& rule : calls_of(ran.out)) CHECK(rule.find("renameat2") == std::string::npos);
}

TEST_CASE("audit rules are those of the rules that are given, whatever else is wrong") {
  Place place;
  place.write_rule("a.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"a\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = 'process where event.action == \"exec\" and process.name == \"nc\"'\n");
  const Ran exec = audisp_eql_run({"audit-rules", "--config", place.config()});
  CHECK(exec.status == 0);
  CHECK(exec.out.find("-S execve,execveat") != std::string::npos);
  CHECK(exec.out.find("connect") == std::string::npos);
  CHECK(exec.out.find("clone") == std::string::npos);
  place.write_rule("bad.toml", "[rule]\n");
  const Ran bad = audisp_eql_run({"audit-rules", "--config", place.config()});
  CHECK(bad.status == 2);
  CHECK(bad.out == exec.out);
  CHECK(bad.err.find("bad.toml:1:") != std::string::npos);
  const Ran none = audisp_eql_run({"audit-rules", place.rules() + "/bad.toml"});
  CHECK(none.status == 2);
  CHECK(none.out.empty());
  const Ran full =
      run({"/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full", AUDISP_EQL, "audit-rules", place.rules() + "/a.toml"});
  CHECK(full.status == 3);
}

}  // namespace
}  // namespace audisp_eql::test
