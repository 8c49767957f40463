// SPDX-License-Identifier: Apache-2.0
#include "lib/event/schema.h"

#include <array>

namespace audisp_eql::event {
namespace {

using enum FieldId;
using enum FieldType;

constexpr std::array<FieldInfo, kBuiltinFieldCount> kFields = {{
    {kTimestamp, "@timestamp", kDate, "Time the syscall was entered", "msg=audit(...)"},
    {kAgentId, "agent.id", kKeyword, "Same as host.id", "constant"},
    {kAuditExe, "auditd.data.exe", kKeyword, "Image path as the kernel resolved it", "SYSCALL exe="},
    {kAuditSyscall, "auditd.data.syscall", kKeyword, "Name of the system call", "SYSCALL syscall="},
    {kAuditNode, "auditd.node", kKeyword, "Node name, where records carry one", "node="},
    {kAuditSerial, "auditd.sequence", kLong, "Serial of the audit event (ausearch -a)", "msg=audit(...)"},
    {kDestinationIp, "destination.ip", kIp, "Address the process asked to connect to", "SOCKADDR saddr="},
    {kDestinationPort, "destination.port", kLong, "Port it asked to connect to", "SOCKADDR saddr="},
    {kEventAction, "event.action", kKeyword, "What happened, in the words of several data sources", "SYSCALL syscall="},
    {kEventCategory, "event.category", kKeyword, "process, network or file", "SYSCALL syscall="},
    {kEventId, "event.id", kKeyword, "seconds.milliseconds:serial of the audit event", "msg=audit(...)"},
    {kEventKind, "event.kind", kKeyword, "Always event", "constant"},
    {kEventModule, "event.module", kKeyword, "Always auditd", "constant"},
    {kEventOutcome, "event.outcome", kKeyword, "success, failure or unknown", "SYSCALL success= exit="},
    {kEventType, "event.type", kKeyword, "start, end, creation, change or deletion", "SYSCALL syscall="},
    {kFileOriginalExtension, "file.Ext.original.extension", kKeyword, "Extension before a rename", "PATH name="},
    {kFileOriginalName, "file.Ext.original.name", kKeyword, "Name before a rename", "PATH name="},
    {kFileOriginalPath, "file.Ext.original.path", kKeyword, "Path before a rename", "PATH name= and CWD"},
    {kFileExtension, "file.extension", kKeyword, "What follows the name's last dot", "PATH name="},
    {kFileName, "file.name", kKeyword, "Last component of the path", "PATH name="},
    {kFilePath, "file.path", kKeyword, "The file, by the name that the process gave", "PATH name= and CWD"},
    {kFileTargetPath, "file.target_path", kKeyword, "What a new symbolic link says", "PATH name="},
    {kFileType, "file.type", kKeyword, "file, dir or symlink", "PATH mode="},
    {kGroupId, "group.id", kKeyword, "Effective group", "SYSCALL egid="},
    {kHostId, "host.id", kKeyword, "Host the record comes from", "node=, option or machine id"},
    {kHostOsType, "host.os.type", kKeyword, "Always linux", "constant"},
    {kNetworkDirection, "network.direction", kKeyword, "Always egress", "SYSCALL syscall="},
    {kNetworkTransport, "network.transport", kKeyword, "tcp or udp, where the socket's making was recorded",
     "SYSCALL a0= a1= a2= of socket"},
    {kNetworkType, "network.type", kKeyword, "ipv4 or ipv6", "SOCKADDR saddr="},
    {kProcessArgs, "process.args", kKeyword, "Arguments of the latest exec", "EXECVE a0= ..."},
    {kProcessArgsCount, "process.args_count", kLong, "Number of arguments", "EXECVE argc="},
    {kProcessCommandLine, "process.command_line", kKeyword, "Arguments joined by one space", "EXECVE a0= ..."},
    {kProcessEntityId, "process.entity_id", kKeyword, "The process, from its start to its end", "entity table"},
    {kProcessExecutable, "process.executable", kKeyword, "Path as executed, and the image it resolved to",
     "PATH item 0 and CWD; SYSCALL exe="},
    {kProcessExitCode, "process.exit_code", kLong, "Status given to exit_group", "SYSCALL a0="},
    {kProcessGroupId, "process.group.id", kKeyword, "Effective group", "SYSCALL egid="},
    {kProcessInteractive, "process.interactive", kBoolean, "Has a controlling terminal", "SYSCALL tty="},
    {kProcessName, "process.name", kKeyword, "Base names of process.executable", "PATH item 0; SYSCALL exe="},
    {kProcessParentArgs, "process.parent.args", kKeyword, "Arguments of the parent", "entity table"},
    {kProcessParentArgsCount, "process.parent.args_count", kLong, "Number of the parent's arguments", "entity table"},
    {kProcessParentCommandLine, "process.parent.command_line", kKeyword, "The parent's arguments joined",
     "entity table"},
    {kProcessParentEntityId, "process.parent.entity_id", kKeyword, "The parent process", "entity table"},
    {kProcessParentExecutable, "process.parent.executable", kKeyword, "As process.executable", "entity table"},
    {kProcessParentName, "process.parent.name", kKeyword, "As process.name", "entity table"},
    {kProcessParentPid, "process.parent.pid", kLong, "Process id of the parent", "SYSCALL ppid="},
    {kProcessParentSystemdUnit, "process.parent.systemd.unit", kKeyword, "Of the parent; live only",
     "/proc/PID/cgroup"},
    {kProcessParentUserId, "process.parent.user.id", kKeyword, "Effective user of the parent", "entity table"},
    {kProcessParentWorkingDirectory, "process.parent.working_directory", kKeyword, "Of the parent's latest exec",
     "entity table"},
    {kProcessPid, "process.pid", kLong, "Process id in the initial namespace", "SYSCALL pid="},
    {kProcessPreviousExecutable, "process.previous.executable", kKeyword, "Image this process ran before this exec",
     "entity table"},
    {kProcessRealGroupId, "process.real_group.id", kKeyword, "Real group", "SYSCALL gid="},
    {kProcessRealUserId, "process.real_user.id", kKeyword, "Real user", "SYSCALL uid="},
    {kProcessSystemdUnit, "process.systemd.unit", kKeyword,
     "Innermost systemd unit (service or scope) at the latest exec; live only", "/proc/PID/cgroup"},
    {kProcessUserId, "process.user.id", kKeyword, "Effective user", "SYSCALL euid="},
    {kProcessWorkingDirectory, "process.working_directory", kKeyword, "Directory at the latest exec", "CWD cwd="},
    {kUserAuditId, "user.audit.id", kKeyword, "Login user, absent when unset", "SYSCALL auid="},
    {kUserEffectiveId, "user.effective.id", kKeyword, "Effective user", "SYSCALL euid="},
    {kUserId, "user.id", kKeyword, "Effective user", "SYSCALL euid="},
    {kUserName, "user.name", kKeyword, "Name of the effective user on this host", "passwd snapshot"},
    {kOwnNote, "audisp_eql.note", kKeyword, "Why the process may not be what it seems (ours)", "entity table"},
    {kOwnTruncated, "audisp_eql.truncated", kBoolean, "Argument bytes are missing (ours)", "EXECVE"},
}};

constexpr bool is_in_id_order() {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (static_cast<std::size_t>(kFields[i].id) != i) return false;
  }
  return true;
}
static_assert(is_in_id_order());

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
