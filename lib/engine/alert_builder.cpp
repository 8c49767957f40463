// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/alert_builder.h"

#include <algorithm>

#include <fmt/format.h>

namespace audisp_eql::engine {
namespace {

using event::Event;
using event::FieldId;

std::optional<std::int64_t> number(const Event& e, FieldId field) {
  const event::Value v = e.first(field);
  if (v.kind() != event::Value::Kind::kInt) return std::nullopt;
  return v.as_int();
}

std::vector<std::string> texts(const Event& e, FieldId field) {
  std::vector<std::string> out;
  for (const event::Value& v : e.get(field)) {
    if (v.is_string()) out.emplace_back(v.as_string());
  }
  return out;
}

std::string text(const Event& e, FieldId field) { return std::string(e.text(field)); }

std::optional<alert::Destination> destination(const Event& e) {
  if (!e.has(FieldId::kDestinationIp)) return std::nullopt;
  return alert::Destination{text(e, FieldId::kDestinationIp), number(e, FieldId::kDestinationPort)};
}

std::optional<alert::FileInfo> file(const Event& e) {
  alert::FileInfo out;
  out.now = {text(e, FieldId::kFilePath), text(e, FieldId::kFileName), text(e, FieldId::kFileExtension)};
  out.original = {text(e, FieldId::kFileOriginalPath), text(e, FieldId::kFileOriginalName),
                  text(e, FieldId::kFileOriginalExtension)};
  out.type = text(e, FieldId::kFileType);
  out.target = text(e, FieldId::kFileTargetPath);
  const bool is_known = !out.now.name.empty() || !out.now.path.empty() || !out.original.name.empty();
  return is_known ? std::optional(std::move(out)) : std::nullopt;
}

// As `ausearch -a` and the records themselves write it; exported events keep
// the id they came with.
std::string event_id(const Event& e) {
  const event::Value id = e.first(FieldId::kEventId);
  if (id.is_string()) return std::string(id.as_string());
  if (id.kind() == event::Value::Kind::kInt) return std::to_string(id.as_int());
  const std::int64_t ms = e.order.time.ms;
  if (!e.has(FieldId::kAuditSerial)) return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
  return fmt::format("{}.{:03}:{}", ms / 1000, ms % 1000, e.order.tiebreaker);
}

alert::Evidence evidence(const Event& e, std::size_t stage) {
  alert::Evidence out;
  out.stage = stage;
  out.time = e.order.time;
  if (const auto serial = number(e, FieldId::kAuditSerial)) out.serial = static_cast<std::uint64_t>(*serial);
  out.event_id = event_id(e);
  out.id_is_number = e.first(FieldId::kEventId).is_number();
  out.host = text(e, FieldId::kHostId);
  out.action = text(e, FieldId::kEventAction);
  out.pid = number(e, FieldId::kProcessPid);
  out.outcome = text(e, FieldId::kEventOutcome);
  out.destination = destination(e);
  out.file = text(e, e.has(FieldId::kFilePath) ? FieldId::kFilePath : FieldId::kFileName);
  return out;
}

alert::ProcessInfo process(const Event& e) {
  alert::ProcessInfo out;
  out.pid = number(e, FieldId::kProcessPid);
  out.entity_id = text(e, FieldId::kProcessEntityId);
  out.name = text(e, FieldId::kProcessName);
  out.executable = text(e, FieldId::kProcessExecutable);
  out.kernel_executable = text(e, FieldId::kAuditExe);
  out.args = texts(e, FieldId::kProcessArgs);
  out.args_count = number(e, FieldId::kProcessArgsCount);
  out.working_directory = text(e, FieldId::kProcessWorkingDirectory);
  out.systemd_unit = text(e, FieldId::kProcessSystemdUnit);
  return out;
}

alert::ProcessInfo parent(const Event& e) {
  alert::ProcessInfo out;
  out.pid = number(e, FieldId::kProcessParentPid);
  out.entity_id = text(e, FieldId::kProcessParentEntityId);
  out.name = text(e, FieldId::kProcessParentName);
  out.executable = text(e, FieldId::kProcessParentExecutable);
  out.args = texts(e, FieldId::kProcessParentArgs);
  out.args_count = number(e, FieldId::kProcessParentArgsCount);
  out.working_directory = text(e, FieldId::kProcessParentWorkingDirectory);
  out.systemd_unit = text(e, FieldId::kProcessParentSystemdUnit);
  return out;
}

void add_distinct(std::vector<std::string>& list, std::string value) {
  if (!value.empty() && std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

// No entry's command line is that long; hostile arguments are not kept twice.
constexpr std::size_t kMaxLaunchArgs = 256;
constexpr std::size_t kMaxLaunches = 16;

void add_launch(std::vector<std::vector<std::string>>& list, std::vector<std::string> args) {
  if (args.empty() || args.size() > kMaxLaunchArgs || list.size() == kMaxLaunches) return;
  if (std::find(list.begin(), list.end(), args) == list.end()) list.push_back(std::move(args));
}

void fill_from_last(alert::Alert& out, const Event& e) {
  out.time = e.order.time;
  out.node = text(e, FieldId::kAuditNode);
  out.host_id = text(e, FieldId::kHostId);
  out.user = {text(e, FieldId::kUserId), text(e, FieldId::kUserName), text(e, FieldId::kProcessRealUserId),
              text(e, FieldId::kUserAuditId)};
  out.process = process(e);
  out.parent = parent(e);
  out.network_type = text(e, FieldId::kNetworkType);
  out.network_transport = text(e, FieldId::kNetworkTransport);
  out.destination = destination(e);
  out.file = file(e);
}

}  // namespace

alert::Alert build_alert(const Rule& rule, const sequence::Match& match) {
  alert::Alert out;
  out.rule = rule.info;
  out.stages = match.events.size();
  const bool asks_for_entry = alert::names_technique(rule.info, alert::kAutostartTechnique);
  const Event* last = nullptr;
  for (std::size_t i = 0; i < match.events.size(); ++i) {
    if (!match.events[i]) continue;
    last = &*match.events[i];
    out.evidence.push_back(evidence(*last, i + 1));
    add_distinct(out.categories, text(*last, FieldId::kEventCategory));
    add_distinct(out.types, text(*last, FieldId::kEventType));
    add_distinct(out.notes, text(*last, FieldId::kOwnNote));
    out.truncated = out.truncated || last->has(FieldId::kOwnTruncated);
    if (!asks_for_entry) continue;
    add_launch(out.launches, texts(*last, FieldId::kProcessArgs));
    add_launch(out.launches, texts(*last, FieldId::kProcessParentArgs));
  }
  if (last != nullptr) {
    fill_from_last(out, *last);
    out.action = rule.query->kind == eql::QueryKind::kEvent ? text(*last, FieldId::kEventAction) : "sequence";
  }
  out.id = alert::alert_id(rule.info.id, out.node, out.evidence);
  return out;
}

}  // namespace audisp_eql::engine
