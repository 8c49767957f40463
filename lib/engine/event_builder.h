// SPDX-License-Identifier: Apache-2.0
// AuditEvent plus process to the Event that rules see, in ECS fields. Mostly
// views into the process table: the Event is good until the table next changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/audit/audit_event.h"
#include "lib/entity/process_table.h"
#include "lib/event/event.h"

namespace audisp_eql::engine {

enum class EventKind : std::uint8_t {
  kExec,
  kFork,
  kExit,
  kConnect,
  kFileCreation,
  kFileModification,
  kFileRename,
  kFileDeletion,
};
inline constexpr std::size_t kEventKinds = 8;

[[nodiscard]] constexpr bool is_file(EventKind kind) { return kind >= EventKind::kFileCreation; }

// REQUIRES: one that rules see, neither an audit::OpenedDirectory nor an audit::Socket.
[[nodiscard]] EventKind kind_of(const audit::AuditEvent& event);

// Sets event.category, event.action and event.type only: what rules are
// indexed by.
void set_kind(EventKind kind, event::Event& out);

// Fields that cost something to make and that only some rules read.
struct CommandLines {
  bool process = false;
  bool parent = false;
};

class EventBuilder {
 public:
  // `user_names` are those of the hosts that `named_nodes` says (EngineOptions).
  EventBuilder(std::unordered_map<std::uint32_t, std::string> user_names,
               std::optional<std::vector<std::string>> named_nodes)
      : user_names_(std::move(user_names)), named_nodes_(std::move(named_nodes)) {}

  void set_needs(CommandLines needs) { needs_ = needs; }

  // `process` is the child for a fork. The result, `host` and `process` are
  // used together: the Event views all three, and the builder's own buffers.
  const event::Event& build(const audit::AuditEvent& source, EventKind kind, const entity::Process& process,
                            std::string_view host);

 private:
  void set_event(const audit::AuditEvent& source, EventKind kind, std::string_view host);
  void set_process(const audit::AuditEvent& source, EventKind kind, const entity::Process& process);
  void set_image(const entity::Image& image);
  void set_parent(const entity::Process& process);
  void set_user(const audit::AuditEvent& source, EventKind kind, const entity::Process& process);
  void set_connect(const audit::Connect& connect, EventTime when, const entity::Process& process);
  void set_file(const audit::FileChange& change);
  // Text for this filling of the event; empty text makes the field absent.
  void set_bytes(event::FieldId field, std::string_view bytes);
  void set_texts(event::FieldId field, const auto& texts);
  void set_command_line(event::FieldId field, const entity::Texts& args);
  std::string_view id_text(std::uint32_t id);
  [[nodiscard]] bool has_names(std::string_view node) const;

  std::unordered_map<std::uint32_t, std::string> user_names_;
  std::optional<std::vector<std::string>> named_nodes_;
  std::unordered_map<std::uint32_t, std::string> id_texts_;
  CommandLines needs_;
  event::Event event_;
  std::vector<event::Value> bag_;
};

}  // namespace audisp_eql::engine
