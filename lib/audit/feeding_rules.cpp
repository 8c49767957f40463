// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/feeding_rules.h"

#include <libaudit.h>
#include <sched.h>
#include <sys/socket.h>

#include <utility>

namespace audisp_eql::audit {
namespace {

constexpr char kThreadFlag[] = "0x10000";
static_assert(CLONE_THREAD == 0x10000);

AuditRule rule_of(const Abi& abi, std::vector<std::string> syscalls, std::vector<RuleField> fields) {
  AuditRule rule;
  rule.arch = abi.word;
  rule.syscalls = std::move(syscalls);
  rule.fields = std::move(fields);
  return rule;
}

// Kernel 5.3: the family of the address, of a socketcall's too. Not by the length of the
// address: programs may pass a longer one. No success filter: a refused connection was
// attempted all the same.
void add_by_family(const Abi& abi, const std::vector<std::string>& syscalls, const std::vector<RuleField>& first,
                   std::vector<AuditRule>& out) {
  for (const int family : {AF_INET, AF_INET6}) {
    std::vector<RuleField> fields = first;
    fields.push_back({"saddr_fam", "=", std::to_string(family)});
    out.push_back(rule_of(abi, syscalls, std::move(fields)));
  }
}

// A socketcall has its arguments in memory.
void add_sockets(const Abi& abi, const std::vector<std::string>& syscalls, std::vector<AuditRule>& out) {
  for (const int family : {AF_INET, AF_INET6}) {
    out.push_back(rule_of(abi, syscalls, {{"a0", "=", std::to_string(family)}}));
  }
  if (audit_name_to_syscall("socketcall", abi.machine) < 0) return;
  out.push_back(rule_of(abi, {"socketcall"}, {{"a0", "=", std::to_string(kSocketcallSocket)}}));
}

// A clone that makes a thread is left out. clone3 keeps its flags in memory, where
// audit does not look.
AuditRule no_threads(const Abi& abi) {
  const unsigned elf = audit_machine_to_elf(abi.machine);
  AuditRule rule = rule_of(abi, {"clone"}, {{clone_flags_in_a1(elf) ? "a1" : "a0", "&", kThreadFlag}});
  rule.action = AuditRule::Action::kNever;
  return rule;
}

}  // namespace

std::vector<AuditRule> feeding_rules(SyscallKind kind, const Abi& abi, const std::string& key) {
  std::vector<std::string> syscalls;
  for (const std::string_view name : names_of(kind)) {
    if (audit_name_to_syscall(name.data(), abi.machine) >= 0) syscalls.emplace_back(name);
  }
  std::vector<AuditRule> out;
  if (syscalls.empty()) return out;
  switch (kind) {
    case SyscallKind::kSocket: add_sockets(abi, syscalls, out); break;
    case SyscallKind::kOther:
    case SyscallKind::kFile: return out;  // watched by directory
    case SyscallKind::kExec:
    case SyscallKind::kExit: out.push_back(rule_of(abi, std::move(syscalls), {})); break;
    case SyscallKind::kFork:
      out.push_back(no_threads(abi));
      out.push_back(rule_of(abi, std::move(syscalls), {}));
      break;
    case SyscallKind::kConnect: add_by_family(abi, syscalls, {}, out); break;
    case SyscallKind::kSocketcall:
      add_by_family(abi, syscalls, {{"a0", "=", std::to_string(kSocketcallConnect)}}, out);
      break;
  }
  for (AuditRule& rule : out) {
    if (rule.action == AuditRule::Action::kAlways) rule.key = key;
  }
  return out;
}

}  // namespace audisp_eql::audit
