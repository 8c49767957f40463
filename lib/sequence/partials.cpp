// SPDX-License-Identifier: Apache-2.0
// The places, timers and caps of partial matches.
#include "lib/sequence/partials.h"

#include <algorithm>

namespace audisp_eql::sequence {

using event::Order;

Partials::Partials(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters)
    : plan_(plan),
      limits_(limits),
      clock_(clock),
      counters_(counters),
      keys_(plan, limits, counters),
      shares_(KeyHash(limits.hash_seed)),
      in_state_(plan.positive.size(), 0) {}

PartialId Partials::create(EntryId entry, const Order& order, std::string_view user) {
  const PartialId id = partials_.acquire();
  keys_.hold(entry);
  Partial& partial = partials_[id];
  partial.first = order;
  partial.last = order;
  partial.entry = entry;
  partial.made = clock_.progress();
  partial.holding = shares_.add(user, id);
  partial.age_at = by_age_.insert(by_age_.end(), id);
  set_timer(id, lifetime_end(partial, keys_[entry].ended));
  return id;
}

void Partials::append(PartialId id, EventStore::Id copy, const Order& order) {
  Partial& partial = partials_[id];
  partial.events.push_back(copy);
  partial.last = order;
  partial.superseded_at = kNever;
  const std::size_t bytes = events_.bytes_of(copy);
  partial.bytes += bytes;
  shares_.grow(partial.holding.user, bytes);
}

void Partials::insert_by_last(std::vector<PartialId>& list, PartialId id) {
  const auto after = std::upper_bound(
      list.begin(), list.end(), id, [this](PartialId a, PartialId b) { return partials_[a].last < partials_[b].last; });
  list.insert(after, id);
}

void Partials::put(PartialId id, std::size_t state) {
  Partial& partial = partials_[id];
  Slot& slot = keys_.slot(partial.entry, state);
  partial.state = state;
  ++in_state_[state];
  ++counters_.visited_partials;
  insert_by_last(slot.partials, id);
  const auto here = std::find(slot.partials.rbegin(), slot.partials.rend(), id).base();
  // Those before the one before were superseded by it, or by one between.
  if (const auto self = here - 1; self != slot.partials.begin()) {
    Partial& older = partials_[*(self - 1)];
    older.superseded_at = std::min(older.superseded_at, partial.last);
  }
  if (here != slot.partials.end()) {
    partial.superseded_at = partials_[*here].last;
  } else if (slot.newest && *slot.newest > partial.last) {
    partial.superseded_at = *slot.newest;
  }
  if (!slot.newest || *slot.newest < partial.last) slot.newest = partial.last;
  if (slot.partials.size() > limits_.max_superseded + 1) evict(slot.partials.front());
}

std::optional<PartialId> Partials::take(EntryId entry, std::size_t state, const Order& order) {
  KeyEntry& key = keys_[entry];
  if (state >= key.slots.size()) return std::nullopt;
  std::vector<PartialId>& list = key.slots[state].partials;
  const auto after = std::lower_bound(list.begin(), list.end(), order, [this](PartialId id, const Order& wanted) {
    return partials_[id].last < wanted;
  });
  if (after == list.begin()) return std::nullopt;
  const PartialId id = *(after - 1);
  ++counters_.visited_partials;
  if (partials_[id].usable_until() < order) return std::nullopt;
  list.erase(after - 1);
  --in_state_[state];
  return id;
}

void Partials::wait(PartialId id, EventTime due) {
  Partial& partial = partials_[id];
  partial.waiting = true;
  partial.due = due;
  insert_by_last(keys_[partial.entry].waiting, id);
  set_timer(id, clock_.progress_at(due));
}

void Partials::erase(PartialId id) {
  stand_out(id);
  Partial& partial = partials_[id];
  set_timer(id, kEndOfTime);
  for (const EventStore::Id event : partial.events) events_.release(event);
  shares_.remove(partial.holding, partial.bytes);
  by_age_.erase(partial.age_at);
  keys_.drop(partial.entry, clock_.progress());
  partials_.release(id);
}

// A partial that was taken stands nowhere, and is not found.
void Partials::stand_out(PartialId id) {
  Partial& partial = partials_[id];
  KeyEntry& entry = keys_[partial.entry];
  if (!partial.waiting && partial.state >= entry.slots.size()) return;
  auto& list = partial.waiting ? entry.waiting : entry.slots[partial.state].partials;
  auto it = std::lower_bound(list.begin(), list.end(), partial.last,
                             [this](PartialId other, const Order& last) { return partials_[other].last < last; });
  while (it != list.end() && *it != id && partials_[*it].last == partial.last) ++it;
  if (it == list.end() || *it != id) return;
  list.erase(it);
  if (!partial.waiting) --in_state_[partial.state];
}

void Partials::set_timer(PartialId id, EventTime progress) {
  Partial& partial = partials_[id];
  if (partial.goes_at != kEndOfTime) timers_.erase({partial.goes_at, id});
  partial.goes_at = progress;
  if (progress != kEndOfTime) timers_.emplace(progress, id);
}

EventTime Partials::lifetime_end(const Partial& partial, bool ended) const {
  if (plan_.entity_key && !ended) return kEndOfTime;
  const EventTime by_maxspan =
      plan_.maxspan ? partial.made + *plan_.maxspan + limits_.lateness : (ended ? EventTime{} : kEndOfTime);
  return ended ? std::max(by_maxspan, clock_.progress() + limits_.lateness) : by_maxspan;
}

std::optional<PartialId> Partials::next_due() const {
  if (timers_.empty() || !(timers_.begin()->first < clock_.progress())) return std::nullopt;
  return timers_.begin()->second;
}

std::vector<PartialId> Partials::all_waiting() const {
  std::vector<PartialId> found;
  for (const PartialId id : by_age_) {
    if (partials_[id].waiting) found.push_back(id);
  }
  return found;
}

void Partials::end_entity(std::string_view entity_id) {
  for (const EntryId entry_id : keys_.entries_of(entity_id)) {
    KeyEntry& entry = keys_[entry_id];
    if (entry.ended) continue;
    entry.ended = true;
    for (const Slot& slot : entry.slots) {
      for (const PartialId id : slot.partials) set_timer(id, lifetime_end(partials_[id], true));
    }
  }
}

bool Partials::oldest_is_past_maxspan() const {
  if (by_age_.empty() || !plan_.maxspan) return false;
  const Partial& oldest = partials_[by_age_.front()];
  return !oldest.waiting && oldest.made + *plan_.maxspan < clock_.progress();
}

void Partials::enforce_caps() {
  while (partials_.size() > limits_.max_partials || bytes() > limits_.max_bytes) {
    const bool too_many = partials_.size() > limits_.max_partials;
    if (oldest_is_past_maxspan()) {
      evict(by_age_.front());
    } else if (!too_many && keys_.forget_oldest_idle()) {
      continue;
    } else if (partials_.size() > 0) {
      using Measure = UserShares::Measure;
      evict(shares_.oldest_of_largest(too_many ? Measure::kCount : Measure::kBytes));
    } else {
      return;
    }
  }
}

void Partials::evict(PartialId id) {
  ++counters_.evicted_partials;
  ++counters_.visited_partials;
  erase(id);
}

void Partials::clear() {
  while (!by_age_.empty()) erase(by_age_.front());
}

}  // namespace audisp_eql::sequence
