// SPDX-License-Identifier: Apache-2.0
#include "lib/event/schema.h"

#include <algorithm>
#include <array>

namespace audisp_eql::event {
namespace {

using enum FieldId;
using enum FieldType;

constexpr std::string_view kEveryRecord = "every record, `audit(TIME:SERIAL)`";
constexpr std::string_view kSyscall = "SYSCALL `arch=` `syscall=`";
constexpr std::string_view kRenamed = "PATH `name=` with `nametype=DELETE`, CWD `cwd=`, of renames";
constexpr std::string_view kProcessTable = "process table: earlier records of the process";

constexpr std::array<FieldInfo, kBuiltinFieldCount> kFields = {{
    {kTimestamp, "@timestamp", kDate, "When the system call was entered, to the millisecond", kEveryRecord},
    {kAgentId, "agent.id", kKeyword, "The same as `host.id`", "as `host.id`"},
    {kAuditExe, "auditd.data.exe", kKeyword, "The image as the kernel resolved it; of a fork the forker's",
     "SYSCALL `exe=`"},
    {kAuditSyscall, "auditd.data.syscall", kKeyword, "Name of the system call, as `connect`", kSyscall},
    {kAuditNode, "auditd.node", kKeyword, "Name of the node, where records carry one (ours, no ECS)",
     "every record, `node=`"},
    {kAuditSerial, "auditd.sequence", kLong, "Serial of the audit event, for `ausearch -a`", kEveryRecord},
    {kDestinationIp, "destination.ip", kIp, "Address that the process asked to connect to, whatever came of it",
     "SOCKADDR `saddr=`, of connects"},
    {kDestinationPort, "destination.port", kLong, "Port that it asked to connect to", "SOCKADDR `saddr=`, of connects"},
    {kEventAction, "event.action", kKeyword, "What happened; several values, see below", kSyscall},
    {kEventCategory, "event.category", kKeyword, "process, network or file; what stands before `where`", kSyscall},
    {kEventId, "event.id", kKeyword, "The id that an exported event came with; alerts have ids of their own",
     "no audit record", Availability::kExported},
    {kEventKind, "event.kind", kKeyword, "Always event", "constant"},
    {kEventModule, "event.module", kKeyword, "Always auditd", "constant"},
    {kEventOutcome, "event.outcome", kKeyword,
     "Of a connect success, failure or unknown (in progress, interrupted); success of all others",
     "SYSCALL `exit=`, of connects"},
    {kEventType, "event.type", kKeyword, "start, end, creation, change or deletion, see below", kSyscall},
    {kFileOriginalExtension, "file.Ext.original.extension", kKeyword, "Extension before a rename", kRenamed},
    {kFileOriginalName, "file.Ext.original.name", kKeyword, "Name before a rename", kRenamed},
    {kFileOriginalPath, "file.Ext.original.path", kKeyword, "Path before a rename; absent where it is not sure",
     kRenamed},
    {kFileExtension, "file.extension", kKeyword, "What follows the last dot of `file.name`",
     "PATH `name=`, of file events"},
    {kFileName, "file.name", kKeyword, "Last component of the name; of a rename the new one",
     "PATH `name=`, of file events"},
    {kFilePath, "file.path", kKeyword,
     "The file by the name that the process gave, made absolute, no link followed; of a rename the new one; absent "
     "where "
     "the directory is not sure",
     "PATH `name=`, CWD `cwd=`, of file events; or the open of the directory"},
    {kFileTargetPath, "file.target_path", kKeyword, "What a new symbolic link says, as written",
     "PATH `name=`, of symlink"},
    {kFileType, "file.type", kKeyword, "file, dir or symlink; absent for other kinds",
     "PATH `mode=`, of file events; or the system call"},
    {kGroupId, "group.id", kKeyword, "Effective group; of a fork the forker's", "SYSCALL `egid=`"},
    {kHostId, "host.id", kKeyword, "Host that the record is of; never absent",
     "`node=`; else `--host` or `host` in the configuration; else live this machine's id, in `scan` a folder's name or "
     "unknown"},
    {kHostOsType, "host.os.type", kKeyword, "Always linux", "constant"},
    {kNetworkDirection, "network.direction", kKeyword, "Always egress", "constant, of connects"},
    {kNetworkTransport, "network.transport", kKeyword, "tcp or udp, where the making of the socket was recorded",
     "SYSCALL `a0=` `a1=` `a2=` `exit=`, of an earlier socket"},
    {kNetworkType, "network.type", kKeyword, "ipv4 or ipv6; ipv4 for an IPv4 address that IPv6 maps",
     "SOCKADDR `saddr=`, of connects"},
    {kProcessArgs, "process.args", kKeyword, "Arguments of the latest exec, a value each; inherited at fork",
     "EXECVE `a0=` `a1=` ...; live also /proc/PID/cmdline"},
    {kProcessArgsCount, "process.args_count", kLong, "Number of arguments", "as `process.args`"},
    {kProcessCommandLine, "process.command_line", kKeyword, "Arguments joined by one space, without quotes",
     "as `process.args`"},
    {kProcessEntityId, "process.entity_id", kKeyword,
     "One process from its start to its end, whatever it executes; no two have the same", "process table: its start"},
    {kProcessExecutable, "process.executable", kKeyword,
     "Several values: the path as executed (of a script the script), the image that it led to (the interpreter), and "
     "names that the image got since",
     "PATH `item=0` `name=`, CWD `cwd=`, of the latest exec; SYSCALL `exe=`; live also /proc/PID/exe"},
    {kProcessExitCode, "process.exit_code", kLong, "Status that the process gave to exit_group, 0 to 255",
     "SYSCALL `a0=`, of exit_group"},
    {kProcessGroupId, "process.group.id", kKeyword, "The same as `group.id`", "SYSCALL `egid=`"},
    {kProcessInteractive, "process.interactive", kBoolean, "Has a controlling terminal; of a fork the forker",
     "SYSCALL `tty=`"},
    {kProcessName, "process.name", kKeyword, "Base names of `process.executable`, several values",
     "as `process.executable`"},
    {kProcessParentArgs, "process.parent.args", kKeyword, "Arguments of the parent, as of the process's latest exec",
     "EXECVE `a0=` ... of the parent; live also /proc/PPID/cmdline"},
    {kProcessParentArgsCount, "process.parent.args_count", kLong, "Number of the parent's arguments",
     "as `process.parent.args`"},
    {kProcessParentCommandLine, "process.parent.command_line", kKeyword, "The parent's arguments joined by one space",
     "as `process.parent.args`"},
    {kProcessParentEntityId, "process.parent.entity_id", kKeyword,
     "The parent, by its `process.entity_id`; absent where it is not known",
     "process table: SYSCALL `ppid=`, or the fork"},
    {kProcessParentExecutable, "process.parent.executable", kKeyword, "The parent's `process.executable`",
     "as `process.executable`, of the parent; live also /proc/PPID/exe"},
    {kProcessParentName, "process.parent.name", kKeyword, "Base names of `process.parent.executable`",
     "as `process.parent.executable`"},
    {kProcessParentPid, "process.parent.pid", kLong,
     "Process id of the parent at the latest exec; of an orphan who forked it, where that was recorded",
     "SYSCALL `ppid=`, or `pid=` of the fork"},
    {kProcessParentSystemdUnit, "process.parent.systemd.unit", kKeyword,
     "The parent's `process.systemd.unit` (ours, no ECS)", "no audit record; /proc/PPID/cgroup", Availability::kLive},
    {kProcessParentUserId, "process.parent.user.id", kKeyword, "Effective user of the parent, as of the latest exec",
     "SYSCALL `euid=` of the parent's records; live also /proc/PPID/status"},
    {kProcessParentWorkingDirectory, "process.parent.working_directory", kKeyword,
     "Working directory at the parent's latest exec", "CWD `cwd=` of the parent's exec; live also /proc/PPID/cwd"},
    {kProcessPid, "process.pid", kLong, "Process id in the initial namespace; of a fork the child's",
     "SYSCALL `pid=`; of a fork `exit=`"},
    {kProcessPreviousExecutable, "process.previous.executable", kKeyword, "Of an exec: `process.executable` before it",
     kProcessTable},
    {kProcessRealGroupId, "process.real_group.id", kKeyword, "Real group; of a fork the forker's", "SYSCALL `gid=`"},
    {kProcessRealUserId, "process.real_user.id", kKeyword, "Real user; of a fork the forker's", "SYSCALL `uid=`"},
    {kProcessSystemdUnit, "process.systemd.unit", kKeyword,
     "Innermost systemd unit (service or scope) at the latest exec (ours, no ECS)", "no audit record; /proc/PID/cgroup",
     Availability::kLive},
    {kProcessUserId, "process.user.id", kKeyword, "The same as `user.id`", "SYSCALL `euid=`"},
    {kProcessWorkingDirectory, "process.working_directory", kKeyword, "Working directory at the latest exec",
     "CWD `cwd=`, of the exec; live also /proc/PID/cwd"},
    {kUserAuditId, "user.audit.id", kKeyword, "Login user; absent where nobody logged in", "SYSCALL `auid=`"},
    {kUserEffectiveId, "user.effective.id", kKeyword, "The same as `user.id`", "SYSCALL `euid=`"},
    {kUserId, "user.id", kKeyword, "Effective user", "SYSCALL `euid=`"},
    {kUserName, "user.name", kKeyword, "Name of the effective user; absent where it is not known",
     "SYSCALL `euid=`, and /etc/passwd as it was at the start (`scan --passwd`)"},
    {kOwnNote, "audisp_eql.note", kKeyword, "Why the process may not be the one it seems (ours, no ECS)",
     kProcessTable},
    {kOwnTruncated, "audisp_eql.truncated", kBoolean,
     "true where bytes of `process.args` are missing, else absent (ours, no ECS)", "EXECVE"},
}};

constexpr bool is_in_id_order() {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (static_cast<std::size_t>(kFields[i].id) != i) return false;
  }
  return true;
}
static_assert(is_in_id_order());

constexpr bool are_described() {
  return std::all_of(kFields.begin(), kFields.end(), [](const FieldInfo& field) {
    const auto is_text = [](std::string_view text) { return !text.empty() && text.find_first_of("|\n") == text.npos; };
    return is_text(field.doc) && is_text(field.source);
  });
}
static_assert(are_described());

constexpr std::size_t kMaxFields = 65'535;

}  // namespace

std::string_view to_string(FieldType type) {
  switch (type) {
    case kKeyword: return "keyword";
    case kLong: return "long";
    case kDouble: return "double";
    case kBoolean: return "boolean";
    case kIp: return "ip";
    case kDate: return "date";
    case kVersion: return "version";
    case kAny: return "any";
  }
  return "any";
}

std::span<const FieldInfo> builtin_fields() { return kFields; }

bool is_live_only(FieldId id) {
  return FieldTable::is_builtin(id) && kFields[static_cast<std::size_t>(id)].availability == Availability::kLive;
}

bool is_in_audit_events(FieldId id) {
  return FieldTable::is_builtin(id) && kFields[static_cast<std::size_t>(id)].availability != Availability::kExported;
}

FieldTable::FieldTable() {
  for (const FieldInfo& field : kFields) intern(field.name, field.type);
}

std::optional<FieldId> FieldTable::find(std::string_view name) const {
  const auto it = ids_.find(name);
  if (it == ids_.end()) return std::nullopt;
  return it->second;
}

FieldId FieldTable::intern(std::string_view name, FieldType type) {
  if (const auto known = find(name)) return *known;
  if (names_.size() >= kMaxFields) {
    overflowed_ = true;
    return static_cast<FieldId>(kMaxFields - 1);
  }
  const auto id = static_cast<FieldId>(names_.size());
  names_.emplace_back(name);
  types_.push_back(type);
  ids_.emplace(names_.back(), id);
  return id;
}

void FieldTable::set_type(FieldId id, FieldType type) { types_[static_cast<std::size_t>(id)] = type; }

}  // namespace audisp_eql::event
