// SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_lookups.h"

#include <algorithm>
#include <utility>

#include "lib/audit/numbers.h"

namespace audisp_eql::plugin {

std::optional<EntryQuery> entry_query(const alert::Alert& alert) {
  if (alert.launches.empty()) return std::nullopt;
  EntryQuery query;
  query.uid = audit::parse_number<std::uint32_t>(alert.user.real_id);
  query.launches = alert.launches;
  query.unit = alert.process.systemd_unit;
  return query;
}

bool EntryLookups::ask(const alert::Alert& alert) {
  std::optional<EntryQuery> query = entry_query(alert);
  if (!query) return false;
  EntryQuestion question{last_number_ + 1, std::move(*query), std::nullopt, alert.time};
  if (alert.process.pid) question.pid = static_cast<std::uint32_t>(*alert.process.pid);
  if (finder_.post(std::move(question))) {
    ++last_number_;
    return true;
  }
  ++counters_.not_asked;
  return false;
}

void EntryLookups::add(alert::Alert alert, Clock::time_point now) {
  const bool asked = ask(alert);
  waiting_.push_back({std::move(alert), asked ? last_number_ : 0, asked ? now + kPatience : now});
}

void EntryLookups::handle(EntryFound found) {
  const auto of_it = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&found](const Waiting& each) { return each.number == found.number; });
  if (of_it == waiting_.end()) return;  // it is gone without
  ++(found.entry ? counters_.found : counters_.not_found);
  of_it->alert.desktop_entry = std::move(found.entry);
  of_it->number = 0;
}

std::vector<alert::Alert> EntryLookups::take_ready(Clock::time_point now) {
  std::vector<alert::Alert> out;
  while (!waiting_.empty()) {
    Waiting& first = waiting_.front();
    if (first.number != 0 && now < first.until && waiting_.size() <= kMaxWaiting) break;
    if (first.number != 0) ++counters_.too_late;
    out.push_back(std::move(first.alert));
    waiting_.pop_front();
  }
  return out;
}

std::optional<EntryLookups::Clock::time_point> EntryLookups::due_at() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.front().until;
}

}  // namespace audisp_eql::plugin
