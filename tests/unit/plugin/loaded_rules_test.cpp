// SPDX-License-Identifier: Apache-2.0
#include "plugin/loaded_rules.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/feeding_rules.h"
#include "plugin/audit_rules.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

engine::RuleSet rules_of(const std::string& query) {
  engine::RuleSet set;
  engine::add_queries({{"q", query}}, set);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  return set;
}

LoadedRules loaded(const std::vector<std::string>& lines) {
  LoadedRules out;
  for (const std::string& line : lines) out.rules.push_back(*audit::parse_audit_rule(line));
  return out;
}

// "b64, b32" or what this machine has.
std::string abis() {
  std::string out;
  for (const audit::Abi& abi : abis_of_this_machine()) out += (out.empty() ? "" : ", ") + abi.word;
  return out;
}

constexpr char kQuery[] = "process where event.action == \"exec\" and process.name == \"nc\"";
constexpr char kExec[] = "-a always,exit -S execve,execveat";
constexpr char kLast[] = "kernel: load what `audisp-eql audit-rules` prints\n";

TEST_CASE("what the kernel records is compared with what the rules need") {
  const engine::RuleSet rules = rules_of(kQuery);
  CHECK(kernel_report(rules, loaded({kExec}), {}) == "kernel: all that the rules need is recorded\n");
  CHECK(kernel_report(rules, loaded({}), {}) == "warning: not recorded: execve,execveat (" + abis() + ")\n" + kLast);
  CHECK(kernel_report(rules, loaded({std::string(kExec) + " -F uid=5"}), {}) ==
        "warning: recorded only for uid=5: execve,execveat (" + abis() + ")\n" + kLast);
  CHECK(kernel_report(rules, loaded({"-a never,exit -S all", kExec}), {}) ==
        "warning: recorded only as far as `-a never,exit`, which comes first, leaves it: execve,execveat (" + abis() +
            ")\n" + kLast);
  CHECK(kernel_report(rules, loaded({"-a never,task", kExec}), {}) ==
        std::string("warning: `-a never,task` drops what the rules need\n") + kLast);
  CHECK(kernel_report(rules_of("network where destination.port == 1"),
                      loaded({kExec, "-a always,exit -S socketcall", "-a always,exit -S connect -F saddr_fam=2"}),
                      {}) == "warning: not recorded: connect saddr_fam=10 (" + abis() + ")\n" + kLast);
}

TEST_CASE("audit that is off, and records that were lost, are told") {
  const std::string off = kernel_report(rules_of(kQuery), loaded({kExec}), KernelAudit{false, 7, 64});
  CHECK(off.find("warning: audit is switched off") == 0);
  CHECK(off.find("warning: the kernel has lost 7 ") != std::string::npos);
}

TEST_CASE("homes without a watch are named") {
  const test::TempDir root;
  std::filesystem::create_directories(root / "home/ann/.config/autostart");
  std::filesystem::create_directories(root / "home/bob");
  std::filesystem::create_directories(root / "etc");
  test::write_file(root / "etc/passwd", "ann:x:1000:1::/home/ann:/bin/sh\nbob:x:1001:1::/home/bob:/bin/sh\n");
  const engine::RuleSet rules = rules_of("file where file.path : (\"/home/*/.config/autostart/*\", \"*.sh\")");
  const std::string none =
      kernel_report(rules, loaded({kExec, "-a always,exit -S all -F dir=/home/ann"}), {}, root.path());
  CHECK(none ==
        "warning: no directory feeds this, see `audisp-eql audit-rules`: 1: *.sh\n"
        "warning: not recorded: that /home/bob/.config is made (" +
            abis() + ")\n" + kLast);
  const std::string ann = kernel_report(rules, loaded({kExec, "-w /home/bob -p rwa"}), {}, root.path());
  CHECK(ann.find("warning: not recorded: changes of files below /home/ann/.config/autostart (") != std::string::npos);
  CHECK(ann.find("warning: not recorded: new names in /home/ann/.config/autostart (") != std::string::npos);
  CHECK(ann.find("bob") == std::string::npos);
}

TEST_CASE("where the kernel cannot be asked the reason is all that is said") {
  LoadedRules none;
  none.problem = "not root";
  CHECK(kernel_report(rules_of(kQuery), none, {}) == "kernel: what it records was not looked at: not root\n");
}

}  // namespace
}  // namespace audisp_eql::plugin
