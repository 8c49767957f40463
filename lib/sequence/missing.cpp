// SPDX-License-Identifier: Apache-2.0
// Where events of missing stages fall, and the verdict on complete sequences.
#include "lib/sequence/missing.h"

#include <algorithm>
#include <span>
#include <vector>

namespace audisp_eql::sequence {
namespace {

using event::Order;

std::optional<Order> latest_before(std::span<const Order> orders, const Order& order) {
  const auto after = std::lower_bound(orders.begin(), orders.end(), order);
  if (after == orders.begin()) return std::nullopt;
  return *(after - 1);
}

std::optional<Order> earliest_after(std::span<const Order> orders, const Order& order) {
  const auto after = std::upper_bound(orders.begin(), orders.end(), order);
  if (after == orders.end()) return std::nullopt;
  return *after;
}

// Keeps the latest `most`, in order.
void remember(Orders& orders, const Order& order, std::size_t most) {
  orders.insert(std::upper_bound(orders.begin(), orders.end(), order), order);
  if (orders.size() > most) orders.erase(orders.begin());
}

}  // namespace

void MissingStages::see(std::size_t gap, std::string_view key, const Order& order) {
  // Only what stands before a first event must be known of a key not met yet.
  const auto id = gap == 0 ? partials_.keys().ensure(key, clock_.progress()) : partials_.keys().find(key);
  if (!id) return;
  partials_.keys().touch(*id, clock_.progress());
  KeyEntry& entry = partials_.keys()[*id];
  remember(partials_.keys().missing(*id, gap), order, std::max<std::size_t>(limits_.max_superseded, 1));
  if (gap == 0) {
    see_leading(entry, order);
  } else if (gap == plan_.positive.size()) {
    see_trailing(entry, order);
  } else {
    see_between(entry, gap, order);
  }
  partials_.enforce_caps();
}

// Only a late one stands before the first event of a partial.
void MissingStages::see_leading(KeyEntry& entry, const Order& order) {
  for (const Slot& slot : entry.slots) {
    for (auto it = slot.partials.rbegin(); it != slot.partials.rend() && order < partials_[*it].last; ++it) {
      Partial& partial = partials_[*it];
      ++counters_.visited_partials;
      if (order < partial.first) partial.before = std::max(partial.before.value_or(order), order);
    }
  }
}

void MissingStages::see_between(KeyEntry& entry, std::size_t gap, const Order& order) {
  if (gap - 1 < entry.slots.size()) {
    for (const PartialId id : entry.slots[gap - 1].partials) {
      Partial& partial = partials_[id];
      ++counters_.visited_partials;
      if (!(partial.last < order)) break;
      partial.lost_at = std::min(partial.lost_at, order);
    }
  }
  lose_advanced(entry, gap, order);
}

// A late one may stand between two events that a partial already has.
void MissingStages::lose_advanced(KeyEntry& entry, std::size_t gap, const Order& order) {
  for (std::size_t state = gap; state < entry.slots.size(); ++state) {
    const auto& list = entry.slots[state].partials;
    for (auto it = list.rbegin(); it != list.rend() && order < partials_[*it].last; ++it) {
      if (is_inside(partials_[*it], gap, order)) partials_[*it].lost = true;
    }
  }
  for (std::size_t i = entry.waiting.size(); i-- > 0 && order < partials_[entry.waiting[i]].last;) {
    if (is_inside(partials_[entry.waiting[i]], gap, order)) partials_.erase(entry.waiting[i]);
  }
}

bool MissingStages::is_inside(const Partial& partial, std::size_t gap, const Order& order) {
  ++counters_.visited_partials;
  const EventStore& events = partials_.events();
  return events.get(partial.events[gap - 1]).order < order && order < events.get(partial.events[gap]).order;
}

void MissingStages::see_trailing(KeyEntry& entry, const Order& order) {
  std::vector<PartialId> refuted;
  for (const PartialId id : entry.waiting) {
    ++counters_.visited_partials;
    if (!(partials_[id].last < order)) break;
    if (order.time <= partials_[id].due) refuted.push_back(id);
  }
  for (std::size_t i = refuted.size(); i-- > 0;) partials_.erase(refuted[i]);
}

void MissingStages::note_start(Partial& partial) {
  const KeyEntry& entry = partials_.keys()[partial.entry];
  if (const auto before = latest_before(entry.missing_in(0), partial.first); plan_.leading) partial.before = before;
}

void MissingStages::note_advance(Partial& partial, std::size_t stage) {
  const KeyEntry& entry = partials_.keys()[partial.entry];
  partial.lost_at = earliest_after(entry.missing_in(stage + 1), partial.last).value_or(kNever);
}

MissingStages::Outcome MissingStages::judge(const Partial& partial, const Order& last) {
  if (partial.lost) return {Verdict::kNoMatch};
  if (!plan_.trailing) {
    const bool refuted = partial.before && last.time - partial.before->time <= *plan_.maxspan;
    return {refuted ? Verdict::kNoMatch : Verdict::kMatch};
  }
  if (plan_.leading && !partial.before) return {Verdict::kMatch};
  const EventTime due = (plan_.leading ? partial.before->time : partial.first.time) + *plan_.maxspan;
  const KeyEntry& entry = partials_.keys()[partial.entry];
  const auto after = earliest_after(entry.missing_in(plan_.positive.size()), last);
  if (after && after->time <= due) return {Verdict::kNoMatch};
  if (due < clock_.mark()) return {Verdict::kMatch};
  return {Verdict::kWait, due};
}

}  // namespace audisp_eql::sequence
