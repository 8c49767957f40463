// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/event_builder.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/base/ip.h"

namespace audisp_eql::engine {
namespace {

using event::FieldId;
using event::Value;

constexpr Value text(std::string_view s) { return Value::string(s); }

// The words that Elastic's data sources use for each kind, so that rules
// written for any of them match. Rules that negate one name the event's own
// kind, so a bag holds only synonyms.
constexpr std::array kExecActions = {text("exec"),       text("executed"),        text("start"),
                                     text("exec_event"), text("process_started"), text("ProcessRollup2")};
constexpr std::array kForkActions = {text("fork"), text("fork_event")};
constexpr std::array kExitActions = {text("exit"), text("end")};
constexpr std::array kConnectActions = {text("connection_attempted"), text("connected-to")};
constexpr std::array kCreationActions = {text("creation"), text("created"), text("file_create_event")};
constexpr std::array kModificationActions = {text("modification"), text("wrote-to-file"), text("file_modify_event")};
constexpr std::array kRenameActions = {text("rename"), text("renamed"), text("file_rename_event")};
constexpr std::array kDeletionActions = {text("deletion"), text("deleted"), text("file_delete_event")};

std::span<const Value> actions(EventKind kind) {
  switch (kind) {
    case EventKind::kExec: return kExecActions;
    case EventKind::kFork: return kForkActions;
    case EventKind::kExit: return kExitActions;
    case EventKind::kConnect: return kConnectActions;
    case EventKind::kFileCreation: return kCreationActions;
    case EventKind::kFileModification: return kModificationActions;
    case EventKind::kFileRename: return kRenameActions;
    case EventKind::kFileDeletion: return kDeletionActions;
  }
  return {};
}

std::string_view category(EventKind kind) {
  if (is_file(kind)) return "file";
  return kind == EventKind::kConnect ? "network" : "process";
}

std::string_view type(EventKind kind) {
  switch (kind) {
    case EventKind::kExec:
    case EventKind::kFork:
    case EventKind::kConnect: return "start";
    case EventKind::kExit: return "end";
    case EventKind::kFileCreation: return "creation";
    case EventKind::kFileModification:
    case EventKind::kFileRename: return "change";
    case EventKind::kFileDeletion: return "deletion";
  }
  return {};
}

EventKind kind_of(audit::FileChange::Action action) {
  switch (action) {
    case audit::FileChange::Action::kCreation: return EventKind::kFileCreation;
    case audit::FileChange::Action::kModification: return EventKind::kFileModification;
    case audit::FileChange::Action::kRename: return EventKind::kFileRename;
    case audit::FileChange::Action::kDeletion: return EventKind::kFileDeletion;
  }
  return EventKind::kFileCreation;
}

// ECS has no words for the others.
std::string_view file_type(audit::FileChange::Type type) {
  switch (type) {
    case audit::FileChange::Type::kFile: return "file";
    case audit::FileChange::Type::kDirectory: return "dir";
    case audit::FileChange::Type::kSymlink: return "symlink";
    case audit::FileChange::Type::kUnknown:
    case audit::FileChange::Type::kOther: return {};
  }
  return {};
}

std::string_view extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

std::string_view outcome(const audit::AuditEvent& source) {
  if (const auto* connect = std::get_if<audit::Connect>(&source.what)) {
    if (connect->outcome == audit::Connect::Outcome::kSuccess) return "success";
    return connect->outcome == audit::Connect::Outcome::kFailure ? "failure" : "unknown";
  }
  // The others are events only when they succeeded; exit_group cannot fail.
  return "success";
}

// Ids past this many are formatted per event instead of being remembered.
constexpr std::size_t kMaxIdTexts = 4096;

}  // namespace

EventKind kind_of(const audit::AuditEvent& event) {
  if (const auto* change = std::get_if<audit::FileChange>(&event.what)) return kind_of(change->action);
  return static_cast<EventKind>(event.what.index());
}
static_assert(std::is_same_v<std::variant_alternative_t<0, decltype(audit::AuditEvent::what)>, audit::Exec>);
static_assert(std::is_same_v<std::variant_alternative_t<1, decltype(audit::AuditEvent::what)>, audit::Fork>);
static_assert(std::is_same_v<std::variant_alternative_t<2, decltype(audit::AuditEvent::what)>, audit::Exit>);
static_assert(std::is_same_v<std::variant_alternative_t<3, decltype(audit::AuditEvent::what)>, audit::Connect>);

void set_kind(EventKind kind, event::Event& out) {
  out.set_text(FieldId::kEventCategory, category(kind));
  out.set(FieldId::kEventAction, actions(kind));
  out.set_text(FieldId::kEventType, type(kind));
}

const event::Event& EventBuilder::build(const audit::AuditEvent& source, EventKind kind, const entity::Process& process,
                                        std::string_view host) {
  event_.clear();
  event_.order = {source.time, source.serial, 0};
  set_event(source, kind, host);
  set_process(source, kind, process);
  set_parent(process);
  set_user(source, kind, process);
  if (const auto* connect = std::get_if<audit::Connect>(&source.what)) set_connect(*connect, source.time, process);
  if (const auto* change = std::get_if<audit::FileChange>(&source.what)) set_file(*change);
  return event_;
}

void EventBuilder::set_event(const audit::AuditEvent& source, EventKind kind, std::string_view host) {
  set_kind(kind, event_);
  event_.set(FieldId::kTimestamp, Value::integer(source.time.ms));
  event_.set_text(FieldId::kEventKind, "event");
  event_.set_text(FieldId::kEventModule, "auditd");
  event_.set_text(FieldId::kEventOutcome, outcome(source));
  event_.set_text(FieldId::kHostId, host);
  event_.set_text(FieldId::kAgentId, host);
  event_.set_text(FieldId::kHostOsType, "linux");
  event_.set(FieldId::kAuditSerial, Value::integer(static_cast<std::int64_t>(source.serial)));
  if (!source.node.empty()) event_.set_text(FieldId::kAuditNode, source.node);
  event_.set_text(FieldId::kAuditSyscall, source.syscall.name);
  set_bytes(FieldId::kAuditExe, source.syscall.exe);
}

void EventBuilder::set_process(const audit::AuditEvent& source, EventKind kind, const entity::Process& process) {
  event_.set(FieldId::kProcessPid, Value::integer(process.pid));
  event_.set_text(FieldId::kProcessEntityId, event_.intern(process.entity_id.text()));
  set_image(*process.image);
  if (process.doubt != entity::Doubt::kNone) event_.set_text(FieldId::kOwnNote, entity::to_text(process.doubt));
  event_.set(FieldId::kProcessInteractive, Value::boolean(source.syscall.has_tty));
  if (kind == EventKind::kExec && process.previous_program != nullptr) {
    set_texts(FieldId::kProcessPreviousExecutable, process.previous_program->executables);
  }
  if (const auto* exit = std::get_if<audit::Exit>(&source.what)) {
    event_.set(FieldId::kProcessExitCode, Value::integer(exit->status));
  }
}

void EventBuilder::set_image(const entity::Image& image) {
  set_texts(FieldId::kProcessExecutable, image.program->executables);
  set_texts(FieldId::kProcessName, image.program->names);
  set_texts(FieldId::kProcessArgs, image.args);
  if (image.has_args)
    event_.set(FieldId::kProcessArgsCount, Value::integer(static_cast<std::int64_t>(image.args.size())));
  if (image.args_truncated) event_.set(FieldId::kOwnTruncated, Value::boolean(true));
  if (!image.working_directory().empty()) event_.set_text(FieldId::kProcessWorkingDirectory, image.working_directory());
  if (!image.systemd_unit().empty()) event_.set_text(FieldId::kProcessSystemdUnit, image.systemd_unit());
  if (needs_.process) set_command_line(FieldId::kProcessCommandLine, image.args);
}

void EventBuilder::set_parent(const entity::Process& process) {
  event_.set(FieldId::kProcessParentPid, Value::integer(process.parent_pid));
  if (process.parent_image == nullptr) return;
  const entity::Image& image = *process.parent_image;
  event_.set_text(FieldId::kProcessParentEntityId, event_.intern(process.parent_entity_id.text()));
  set_texts(FieldId::kProcessParentExecutable, image.program->executables);
  set_texts(FieldId::kProcessParentName, image.program->names);
  set_texts(FieldId::kProcessParentArgs, image.args);
  if (image.has_args)
    event_.set(FieldId::kProcessParentArgsCount, Value::integer(static_cast<std::int64_t>(image.args.size())));
  if (!image.working_directory().empty())
    event_.set_text(FieldId::kProcessParentWorkingDirectory, image.working_directory());
  if (!image.systemd_unit().empty()) event_.set_text(FieldId::kProcessParentSystemdUnit, image.systemd_unit());
  if (needs_.parent) set_command_line(FieldId::kProcessParentCommandLine, image.args);
  if (process.parent_euid != audit::kUnsetId)
    event_.set_text(FieldId::kProcessParentUserId, id_text(process.parent_euid));
}

void EventBuilder::set_user(const audit::AuditEvent& source, EventKind kind, const entity::Process& process) {
  const audit::Syscall& call = source.syscall;
  const std::uint32_t euid = kind == EventKind::kFork ? process.euid : call.euid;
  if (euid != audit::kUnsetId) {
    const std::string_view id = id_text(euid);
    for (const FieldId field : {FieldId::kUserId, FieldId::kUserEffectiveId, FieldId::kProcessUserId})
      event_.set_text(field, id);
    const auto name = user_names_.find(euid);
    if (name != user_names_.end() && has_names(source.node)) event_.set_text(FieldId::kUserName, name->second);
  }
  if (call.uid != audit::kUnsetId) event_.set_text(FieldId::kProcessRealUserId, id_text(call.uid));
  if (call.auid != audit::kUnsetId) event_.set_text(FieldId::kUserAuditId, id_text(call.auid));
  if (call.gid != audit::kUnsetId) event_.set_text(FieldId::kProcessRealGroupId, id_text(call.gid));
  if (call.egid != audit::kUnsetId) {
    event_.set_text(FieldId::kProcessGroupId, id_text(call.egid));
    event_.set_text(FieldId::kGroupId, id_text(call.egid));
  }
}

bool EventBuilder::has_names(std::string_view node) const {
  return node.empty() || !named_nodes_ ||
         std::find(named_nodes_->begin(), named_nodes_->end(), node) != named_nodes_->end();
}

void EventBuilder::set_connect(const audit::Connect& connect, EventTime when, const entity::Process& process) {
  event_.set_text(FieldId::kDestinationIp, event_.intern(to_string(connect.address)));
  event_.set(FieldId::kDestinationPort, Value::integer(connect.port));
  event_.set_text(FieldId::kNetworkType, connect.address.family == IpAddress::Family::kV4 ? "ipv4" : "ipv6");
  event_.set_text(FieldId::kNetworkDirection, "egress");
  const auto transport =
      connect.descriptor ? process.sockets.transport(*connect.descriptor, when) : std::optional<audit::Transport>{};
  if (transport) event_.set_text(FieldId::kNetworkTransport, *transport == audit::Transport::kTcp ? "tcp" : "udp");
}

void EventBuilder::set_file(const audit::FileChange& change) {
  set_bytes(FieldId::kFilePath, change.file.path);
  set_bytes(FieldId::kFileName, change.file.name);
  set_bytes(FieldId::kFileExtension, extension(change.file.name));
  set_bytes(FieldId::kFileOriginalPath, change.original.path);
  set_bytes(FieldId::kFileOriginalName, change.original.name);
  set_bytes(FieldId::kFileOriginalExtension, extension(change.original.name));
  set_bytes(FieldId::kFileTargetPath, change.target);
  const std::string_view type = file_type(change.type);
  if (!type.empty()) event_.set_text(FieldId::kFileType, type);
}

void EventBuilder::set_bytes(FieldId field, std::string_view bytes) {
  if (!bytes.empty()) event_.set_text(field, is_valid_utf8(bytes) ? bytes : event_.intern(to_valid_utf8(bytes)));
}

void EventBuilder::set_texts(FieldId field, const auto& texts) {
  bag_.clear();
  for (const std::string_view s : texts) bag_.push_back(text(s));
  event_.set(field, bag_);
}

void EventBuilder::set_command_line(FieldId field, const entity::Texts& args) {
  if (args.empty()) return;
  event_.set_text(field, event_.intern(fmt::format("{}", fmt::join(args.begin(), args.end(), " "))));
}

std::string_view EventBuilder::id_text(std::uint32_t id) {
  const auto it = id_texts_.find(id);
  if (it != id_texts_.end()) return it->second;
  if (id_texts_.size() >= kMaxIdTexts) return event_.intern(std::to_string(id));
  return id_texts_.emplace(id, std::to_string(id)).first->second;
}

}  // namespace audisp_eql::engine
