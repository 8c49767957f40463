// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/feeding_rules.h"

#include <fcntl.h>
#include <libaudit.h>
#include <limits.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace audisp_eql::audit {
namespace {

// O_WRONLY, O_RDWR, O_CREAT and O_TRUNC, as in asm-generic/fcntl.h.
constexpr char kChangingFlags[] = "0x243";
static_assert((O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) == 0x243);

constexpr char kThreadFlag[] = "0x10000";
static_assert(CLONE_THREAD == 0x10000);

AuditRule rule_of(const Abi& abi, std::vector<std::string> syscalls, std::vector<RuleField> fields) {
  AuditRule rule;
  rule.arch = abi.word;
  rule.syscalls = std::move(syscalls);
  rule.fields = std::move(fields);
  return rule;
}

// Those that the ABI has: auditctl refuses other names.
std::vector<std::string> calls_of(SyscallKind kind, const Abi& abi) {
  std::vector<std::string> out;
  for (const std::string_view name : names_of(kind)) {
    if (audit_name_to_syscall(name.data(), abi.machine) >= 0) out.emplace_back(name);
  }
  return out;
}

// Takes it out of `calls`.
bool take(std::string_view call, std::vector<std::string>& calls) { return std::erase(calls, call) > 0; }

// What a directory can begin to be by, or a link to one.
bool makes_directories(std::string_view call) {
  return call.starts_with("mkdir") || call.starts_with("rename") || call.starts_with("symlink");
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
  std::vector<std::string> syscalls = calls_of(kind, abi);
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

std::vector<AuditRule> watching_rules(const FileWatch& watch, const Abi& abi, const std::string& key) {
  using Kind = FileWatch::Kind;
  std::vector<std::string> calls = calls_of(SyscallKind::kFile, abi);
  const RuleField where = {watch.kind == Kind::kBelow ? "dir" : "path", "=", watch.path};
  std::vector<AuditRule> out;
  if (watch.kind == Kind::kMade) std::erase_if(calls, [](const std::string& c) { return !makes_directories(c); });
  if (watch.kind == Kind::kName) {
    const RuleField flags[] = {{"a1", "&", kChangingFlags}, {"a2", "&", kChangingFlags}};
    if (take("open", calls)) out.push_back(rule_of(abi, {"open"}, {flags[0], where}));
    if (take("openat", calls)) out.push_back(rule_of(abi, {"openat"}, {flags[1], where}));
  }
  if (!calls.empty()) out.push_back(rule_of(abi, std::move(calls), {where}));
  for (AuditRule& rule : out) rule.key = key;
  return out;
}

bool can_be_written(std::string_view path) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f' &&
           std::string_view("!<>&\"'\\").find(c) == std::string_view::npos;
  };
  return path.size() < PATH_MAX && std::all_of(path.begin(), path.end(), is_plain);
}

}  // namespace audisp_eql::audit
