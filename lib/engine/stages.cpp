// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/stages.h"

#include <utility>

#include <linux/audit.h>

#include "lib/base/escape.h"

namespace audisp_eql::engine {
namespace {

// libaudit.h has it; the kernel's header stops short of records of user space.
constexpr int kSystemBoot = 1127;

}  // namespace

void Intake::set_selection(const audit::SelectionRequest& request) {
  selection_ = audit::Selection(request);
  grouper_.set_selection(selection_);
}

void Intake::feed(std::string_view bytes) {
  bytes_ += bytes.size();
  splitter_.feed(bytes);
}

void Intake::end_of_input() {
  if (const auto line = splitter_.rest()) grouper_.add(*line);
  grouper_.flush();
}

const audit::RecordGroup* Intake::next() {
  for (;;) {
    if (const audit::RecordGroup* group = grouper_.next()) return group;
    const auto line = splitter_.next();
    if (!line) return nullptr;
    grouper_.add(*line);
  }
}

bool Intake::take(audit::RecordGroup& into) {
  if (next() == nullptr) return false;
  grouper_.take_current(into);
  return true;
}

std::optional<Occurrence> Decoder::decode(const audit::RecordGroup& group) {
  const audit::ParsedGroup* parsed = parser_.parse(group);
  if (parsed == nullptr || parsed->records.empty()) return std::nullopt;
  const audit::ParsedRecord& first = parsed->records.front();
  if (first.type == kSystemBoot) return Boot{parsed->node, {parsed->time, parsed->serial}};
  if (first.type == AUDIT_DAEMON_START) note_daemon(first);
  auto event = normalizer_.normalize(*parsed);
  if (!event) return std::nullopt;
  first_time_ = first_time_ ? std::min(*first_time_, event->time) : event->time;
  last_time_ = last_time_ ? std::max(*last_time_, event->time) : event->time;
  return std::move(*event);
}

void Decoder::note_daemon(const audit::ParsedRecord& record) {
  auditd_version_ = escape_printable(record.find("ver"));
  auditd_format_ = escape_printable(record.find("format"));
}

void give(const Occurrence& occurrence, Engine& engine, std::vector<alert::Alert>& out) {
  if (const auto* boot = std::get_if<Boot>(&occurrence)) {
    engine.boot(boot->node, boot->when);
  } else {
    engine.handle(std::get<audit::AuditEvent>(occurrence), out);
  }
}

}  // namespace audisp_eql::engine
