// SPDX-License-Identifier: Apache-2.0
// Partial matches and what is known of their keys, saved and restored. Saved
// are the event copies, then the partials by age, then the entries with the
// places of the partials, the idle ones last and in their order.
#include <algorithm>
#include <unordered_set>

#include "lib/sequence/partials.h"
#include "lib/sequence/saved_events.h"

namespace audisp_eql::sequence {
namespace {

using Numbers = std::unordered_map<PartialId, std::size_t>;

void save_places(const std::vector<PartialId>& places, const Numbers& numbers, BinaryWriter& out) {
  out.number(places.size());
  for (const PartialId id : places) out.number(numbers.at(id));
}

void save_entry(const KeyEntry& entry, const Numbers& numbers, BinaryWriter& out) {
  out.text(entry.key);
  event::save(entry.until, out);
  out.flag(entry.ended);
  out.time(entry.idle_since);
  out.number(entry.missing.size());
  for (const Orders& orders : entry.missing) {
    out.number(orders.size());
    for (const event::Order& order : orders) event::save(order, out);
  }
  out.number(entry.slots.size());
  for (const Slot& slot : entry.slots) {
    event::save(slot.newest, out);
    save_places(slot.partials, numbers, out);
  }
  save_places(entry.waiting, numbers, out);
}

}  // namespace

// Partials read, and which of them stand somewhere already.
struct Partials::Unplaced {
  std::vector<PartialId> ids;
  std::vector<bool> placed;
  std::size_t left = 0;

  // The partial that is named next, if it stood nowhere yet.
  std::optional<PartialId> take(BinaryReader& in) {
    const auto number = static_cast<std::size_t>(in.number());
    if (!in.require(number < ids.size() && !placed[number])) return std::nullopt;
    placed[number] = true;
    --left;
    return ids[number];
  }
};

void Partials::save(BinaryWriter& out) const {
  BinaryWriter body;
  EventNumbers events;
  Numbers numbers;
  std::vector<EntryId> entries;
  std::unordered_set<EntryId> seen;
  body.number(by_age_.size());
  for (const PartialId id : by_age_) {
    numbers.emplace(id, numbers.size());
    save_partial(partials_[id], events, body);
    if (seen.insert(partials_[id].entry).second) entries.push_back(partials_[id].entry);
  }
  entries.insert(entries.end(), keys_.idle().begin(), keys_.idle().end());
  body.number(entries.size());
  for (const EntryId id : entries) save_entry(keys_[id], numbers, body);
  events.save_events(events_, out);
  out.raw(body.bytes());
}

void Partials::save_partial(const Partial& partial, EventNumbers& events, BinaryWriter& out) const {
  for (const event::Order* order :
       {&partial.first, &partial.last, &partial.superseded_at, &partial.killed_at, &partial.lost_at}) {
    event::save(*order, out);
  }
  event::save(partial.before, out);
  out.flag(partial.lost);
  out.flag(partial.waiting);
  for (const EventTime time : {partial.due, partial.made, partial.goes_at}) out.time(time);
  out.text(shares_.name(partial.holding.user));
  out.number(partial.events.size());
  for (const EventStore::Id event : partial.events) events.save(event, out);
}

bool Partials::restore(BinaryReader& in, const event::SavedFields& fields) {
  RestoredEvents events(in, fields, events_);
  Unplaced unplaced;
  unplaced.left = in.count();
  unplaced.placed.resize(unplaced.left);
  while (in.ok() && unplaced.ids.size() < unplaced.left) unplaced.ids.push_back(restore_partial(in, events));
  const std::size_t entries = in.count();
  for (std::size_t i = 0; i < entries && in.ok(); ++i) restore_entry(in, unplaced);
  events.release_all();
  if (!in.require(unplaced.left == 0)) return false;
  trim_superseded();
  enforce_caps();
  return true;
}

PartialId Partials::restore_partial(BinaryReader& in, RestoredEvents& events) {
  const PartialId id = partials_.acquire();
  Partial& partial = partials_[id];
  for (event::Order* order :
       {&partial.first, &partial.last, &partial.superseded_at, &partial.killed_at, &partial.lost_at}) {
    *order = event::restore_order(in);
  }
  partial.before = event::restore_optional_order(in);
  partial.lost = in.flag();
  partial.waiting = in.flag();
  partial.due = in.time();
  partial.made = in.time();
  const EventTime goes_at = in.time();
  partial.holding = shares_.add(in.utf8(), id);
  partial.age_at = by_age_.insert(by_age_.end(), id);
  set_timer(id, goes_at);
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto event = events.restore(in);
    if (!event) break;
    partial.events.push_back(*event);
    partial.bytes += events_.bytes_of(*event);
  }
  shares_.grow(partial.holding.user, partial.bytes);
  return id;
}

void Partials::restore_entry(BinaryReader& in, Unplaced& unplaced) {
  const std::string_view key = in.text();
  if (!in.require(is_key(key, plan_.key_groups.front().size()) && !keys_.find(key))) return;
  const EntryId id = keys_.restore(key);
  KeyEntry& entry = keys_[id];
  entry.until = event::restore_optional_order(in);
  entry.ended = in.flag();
  const EventTime idle_since = in.time();
  const std::size_t gaps = in.count();
  if (!in.require(gaps <= plan_.positive.size() + 1)) return;
  for (std::size_t gap = 0; gap < gaps && in.ok(); ++gap) restore_missing(in, keys_.missing(id, gap));
  const std::size_t states = in.count();
  if (!in.require(states <= plan_.positive.size())) return;
  std::size_t held = 0;
  for (std::size_t state = 0; state < states && in.ok(); ++state) {
    Slot& slot = keys_.slot(id, state);
    slot.newest = event::restore_optional_order(in);
    held += restore_places(in, unplaced, {id, state, state + 1}, slot.partials);
    in_state_[state] += slot.partials.size();
  }
  held += restore_places(in, unplaced, {id, std::nullopt, plan_.positive.size()}, entry.waiting);
  if (in.ok()) keys_.restore_held(id, held, idle_since);
}

void Partials::restore_missing(BinaryReader& in, Orders& orders) {
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) orders.push_back(event::restore_order(in));
  in.require(std::is_sorted(orders.begin(), orders.end()));
  const std::size_t most = std::max<std::size_t>(limits_.max_superseded, 1);
  if (orders.size() > most) orders.erase(orders.begin(), orders.end() - static_cast<std::ptrdiff_t>(most));
}

std::size_t Partials::restore_places(BinaryReader& in, Unplaced& unplaced, const Standing& standing,
                                     std::vector<PartialId>& places) {
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto id = unplaced.take(in);
    if (!id) break;
    Partial& partial = partials_[*id];
    in.require(partial.waiting != standing.state.has_value() && partial.events.size() == standing.events);
    in.require(places.empty() || partials_[places.back()].last <= partial.last);
    partial.entry = standing.entry;
    partial.state = standing.state.value_or(0);
    places.push_back(*id);
  }
  return places.size();
}

// The limit may be lower than it was.
void Partials::trim_superseded() {
  const std::vector<PartialId> all(by_age_.begin(), by_age_.end());
  std::unordered_set<EntryId> entries;
  for (const PartialId id : all) entries.insert(partials_[id].entry);
  for (const EntryId id : entries) {
    for (std::size_t state = 0; state < keys_[id].slots.size(); ++state) {
      while (keys_[id].slots[state].partials.size() > limits_.max_superseded + 1) {
        evict(keys_[id].slots[state].partials.front());
      }
    }
  }
}

}  // namespace audisp_eql::sequence
