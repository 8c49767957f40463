// SPDX-License-Identifier: Apache-2.0
// The fields of events: ECS names, types, meaning, source record. Names are
// resolved to FieldId once, when a rule is compiled; nothing compares field
// names per event.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace audisp_eql::event {

// ECS types that matter to EQL: how constants are checked and compared.
// kAny: a field that no schema knows (exported events); compared by the value met.
enum class FieldType : std::uint8_t { kKeyword, kLong, kDouble, kBoolean, kIp, kDate, kVersion, kAny };

[[nodiscard]] std::string_view to_string(FieldType type);

// Index of a field. Built-in ones are the enumerators; others are given out by
// FieldTable from kBuiltinCount on.
enum class FieldId : std::uint16_t {
  kTimestamp,                      // @timestamp
  kAgentId,                        // agent.id
  kAuditExe,                       // auditd.data.exe
  kAuditSyscall,                   // auditd.data.syscall
  kAuditNode,                      // auditd.node (ours)
  kAuditSerial,                    // auditd.sequence
  kDestinationIp,                  // destination.ip
  kDestinationPort,                // destination.port
  kEventAction,                    // event.action
  kEventCategory,                  // event.category
  kEventId,                        // event.id
  kEventKind,                      // event.kind
  kEventModule,                    // event.module
  kEventOutcome,                   // event.outcome
  kEventType,                      // event.type
  kFileOriginalExtension,          // file.Ext.original.extension
  kFileOriginalName,               // file.Ext.original.name
  kFileOriginalPath,               // file.Ext.original.path
  kFileExtension,                  // file.extension
  kFileName,                       // file.name
  kFilePath,                       // file.path
  kFileTargetPath,                 // file.target_path
  kFileType,                       // file.type
  kGroupId,                        // group.id
  kHostId,                         // host.id
  kHostOsType,                     // host.os.type
  kNetworkDirection,               // network.direction
  kNetworkTransport,               // network.transport
  kNetworkType,                    // network.type
  kProcessArgs,                    // process.args
  kProcessArgsCount,               // process.args_count
  kProcessCommandLine,             // process.command_line
  kProcessEntityId,                // process.entity_id
  kProcessExecutable,              // process.executable
  kProcessExitCode,                // process.exit_code
  kProcessGroupId,                 // process.group.id
  kProcessInteractive,             // process.interactive
  kProcessName,                    // process.name
  kProcessParentArgs,              // process.parent.args
  kProcessParentArgsCount,         // process.parent.args_count
  kProcessParentCommandLine,       // process.parent.command_line
  kProcessParentEntityId,          // process.parent.entity_id
  kProcessParentExecutable,        // process.parent.executable
  kProcessParentName,              // process.parent.name
  kProcessParentPid,               // process.parent.pid
  kProcessParentSystemdUnit,       // process.parent.systemd.unit (ours)
  kProcessParentUserId,            // process.parent.user.id
  kProcessParentWorkingDirectory,  // process.parent.working_directory
  kProcessPid,                     // process.pid
  kProcessPreviousExecutable,      // process.previous.executable
  kProcessRealGroupId,             // process.real_group.id
  kProcessRealUserId,              // process.real_user.id
  kProcessSystemdUnit,             // process.systemd.unit (ours)
  kProcessUserId,                  // process.user.id
  kProcessWorkingDirectory,        // process.working_directory
  kUserAuditId,                    // user.audit.id
  kUserEffectiveId,                // user.effective.id
  kUserId,                         // user.id
  kUserName,                       // user.name
  kOwnNote,                        // audisp_eql.note (ours)
  kOwnTruncated,                   // audisp_eql.truncated (ours)
  kBuiltinCount,
};

inline constexpr std::size_t kBuiltinFieldCount = static_cast<std::size_t>(FieldId::kBuiltinCount);

// Where a field can have a value at all.
enum class Availability : std::uint8_t {
  kRecords,   // audit records: in the plugin and in logs
  kLive,      // no audit record has it; the plugin reads it from /proc while the process runs
  kExported,  // no audit event has it; exported events may
};

// Texts are one line each, without `|`: `audisp-eql fields` puts them into a table.
struct FieldInfo {
  FieldId id;
  std::string_view name;
  FieldType type;
  std::string_view doc;     // what it means
  std::string_view source;  // audit records and their fields that it comes from
  Availability availability = Availability::kRecords;
};

// The built-in schema, in FieldId order.
[[nodiscard]] std::span<const FieldInfo> builtin_fields();

// Availability::kLive. False for fields that are not built in.
[[nodiscard]] bool is_live_only(FieldId id);
// Built in, and not Availability::kExported.
[[nodiscard]] bool is_in_audit_events(FieldId id);

// Names to ids. Starts with the built-in fields; `intern` adds names that rules
// or exported events mention. Ids are dense, stable, never reused. At most
// 65,535 fields; `intern` past that returns the id of the last one and
// `overflowed` turns true (a rule set cannot get there; NDJSON only interns
// names that rules mention).
class FieldTable {
 public:
  FieldTable();
  FieldTable(FieldTable&&) noexcept = default;
  FieldTable& operator=(FieldTable&&) noexcept = default;
  FieldTable(const FieldTable&) = delete;  // ids_ views names_
  FieldTable& operator=(const FieldTable&) = delete;
  ~FieldTable() = default;

  [[nodiscard]] std::optional<FieldId> find(std::string_view name) const;
  FieldId intern(std::string_view name, FieldType type = FieldType::kAny);
  // Overrides a type (an exported data set says its field is a date).
  void set_type(FieldId id, FieldType type);

  [[nodiscard]] std::string_view name(FieldId id) const { return names_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] FieldType type(FieldId id) const { return types_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] static bool is_builtin(FieldId id) { return id < FieldId::kBuiltinCount; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] bool overflowed() const { return overflowed_; }

 private:
  std::deque<std::string> names_;  // deque: views in ids_ stay valid
  std::vector<FieldType> types_;
  std::unordered_map<std::string_view, FieldId> ids_;
  bool overflowed_ = false;
};

}  // namespace audisp_eql::event
