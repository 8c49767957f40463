// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/record_needs.h"

#include <algorithm>
#include <bitset>
#include <string_view>
#include <utility>

#include "lib/engine/event_builder.h"

namespace audisp_eql::engine {
namespace {

using event::FieldId;
using Kinds = std::bitset<kEventKinds>;

bool has(Kinds kinds, EventKind kind) { return kinds[static_cast<std::size_t>(kind)]; }

bool has_files(Kinds kinds) {
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (kinds[k] && is_file(static_cast<EventKind>(k))) return true;
  }
  return false;
}

Kinds kinds_of(const eql::Query& query) {
  Kinds kinds;
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    event::Event kind;
    set_kind(static_cast<EventKind>(k), kind);
    const auto could = [&kind](const eql::Stage& stage) { return stage.predicate.could_match(kind); };
    kinds[k] = std::any_of(query.stages.begin(), query.stages.end(), could) || (query.until && could(*query.until));
  }
  return kinds;
}

// Fields that say which process it is, or what its ancestors were: they are right only
// when new processes and ends are known.
bool is_of_lineage(std::string_view field) {
  return field == "process.entity_id" || field.starts_with("process.parent.") || field.starts_with("process.previous.");
}

// Fields that an exec sets, and that later events of the process have from there: a
// child that executes nothing has its parent's.
bool is_of_image(FieldId field) {
  switch (field) {
    case FieldId::kProcessArgs:
    case FieldId::kProcessArgsCount:
    case FieldId::kProcessCommandLine:
    case FieldId::kProcessExecutable:
    case FieldId::kProcessName:
    case FieldId::kProcessSystemdUnit:
    case FieldId::kProcessWorkingDirectory: return true;
    default: return false;
  }
}

bool needs_lineage(const std::vector<FieldId>& fields, Kinds kinds, const event::FieldTable& names) {
  Kinds without_exec = kinds;
  without_exec.reset(static_cast<std::size_t>(EventKind::kExec));
  return std::any_of(fields.begin(), fields.end(), [&](FieldId field) {
    return is_of_lineage(names.name(field)) || (without_exec.any() && is_of_image(field));
  });
}

bool reads_transport(const std::vector<FieldId>& fields) {
  return std::find(fields.begin(), fields.end(), FieldId::kNetworkTransport) != fields.end();
}

// The kinds of system call of each group, and why.
struct Group {
  bool audit::SelectionRequest::*wanted;
  std::vector<audit::SyscallKind> kinds;
  const char* comment;
};

std::vector<Group> groups() {
  using audit::SelectionRequest;
  using audit::SyscallKind;
  return {
      {&SelectionRequest::exec,
       {SyscallKind::kExec},
       "Programs: each exec. Failed ones too: a success filter would cost more than it saves."},
      {&SelectionRequest::connect,
       {SyscallKind::kConnect, SyscallKind::kSocketcall},
       "Connections over IPv4 and IPv6 (kernel 5.3, audit 3.0 or newer), refused ones as well."},
      {&SelectionRequest::sockets,
       {SyscallKind::kSocket},
       "Sockets over IPv4 and IPv6, for network.transport: the record of a connect does not say TCP or UDP."},
      {&SelectionRequest::exit, {SyscallKind::kExit}, "Process ends. Not exit: every ending thread calls it."},
      {&SelectionRequest::fork,
       {SyscallKind::kFork},
       "New processes. A clone that makes a thread is left out; of a clone3 nobody can tell."},
  };
}

}  // namespace

audit::SelectionRequest record_needs(const RuleSet& set) {
  audit::SelectionRequest needs{.exec = false, .fork = false, .exit = false, .connect = false, .files = false};
  for (const Rule& rule : set.rules) {
    const Kinds kinds = kinds_of(*rule.query);
    if (kinds.none()) continue;
    bool lineage = has(kinds, EventKind::kFork) || has(kinds, EventKind::kExit) ||
                   needs_lineage(rule.query->fields, kinds, set.fields);
    bool transport = reads_transport(rule.query->fields);
    for (const Exception& exception : set.exceptions) {
      if (exception.rule_id != rule.info.id) continue;
      lineage = lineage || needs_lineage(exception.condition.fields, kinds, set.fields);
      transport = transport || reads_transport(exception.condition.fields);
    }
    needs.exec = true;
    const bool connects = has(kinds, EventKind::kConnect);
    needs.connect = needs.connect || connects;
    needs.sockets = needs.sockets || (connects && transport);
    needs.files = needs.files || has_files(kinds);
    needs.fork = needs.fork || lineage;
    needs.exit = needs.exit || lineage;
  }
  return needs;
}

std::vector<FeedingGroup> feeding_groups(const audit::SelectionRequest& needs, const std::vector<audit::Abi>& abis) {
  std::vector<FeedingGroup> out;
  for (const Group& group : groups()) {
    if (!(needs.*group.wanted)) continue;
    FeedingGroup feeding{group.comment, {}};
    for (const audit::SyscallKind kind : group.kinds) {
      for (const audit::Abi& abi : abis) {
        for (audit::AuditRule& rule : audit::feeding_rules(kind, abi, kAuditKey))
          feeding.rules.push_back(std::move(rule));
      }
    }
    out.push_back(std::move(feeding));
  }
  return out;
}

}  // namespace audisp_eql::engine
