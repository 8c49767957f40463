// SPDX-License-Identifier: Apache-2.0
// Finding, keeping and forgetting the entries of keys.
#include "lib/sequence/key_table.h"

#include <algorithm>

namespace audisp_eql::sequence {

std::span<const event::Order> KeyEntry::missing_in(std::size_t gap) const {
  if (gap >= missing.size()) return {};
  return missing[gap];
}

KeyTable::KeyTable(const Plan& plan, const Limits& limits, Counters& counters)
    : counters_(counters),
      entity_key_(plan.entity_key),
      retention_(limits.lateness + (plan.missing.empty() ? EventTime{} : plan.maxspan.value_or(EventTime{}))),
      max_idle_(std::max<std::size_t>(limits.max_partials, 1)),
      ids_(0, KeyHash(limits.hash_seed)) {}

std::optional<EntryId> KeyTable::find(std::string_view key) const {
  const auto found = ids_.find(key);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

EntryId KeyTable::ensure(std::string_view key, EventTime progress) {
  if (const auto found = find(key)) return *found;
  const EntryId id = restore(key);
  make_idle(id, progress);
  return id;
}

EntryId KeyTable::restore(std::string_view key) {
  const EntryId id = entries_.acquire();
  KeyEntry& entry = entries_[id];
  entry.key = key;
  bytes_ += bytes_of(entry);
  ids_.emplace(entry.key, id);
  if (entity_key_) entities_.emplace(component(entry.key, *entity_key_), id);
  return id;
}

void KeyTable::restore_held(EntryId id, std::size_t partials, EventTime idle_since) {
  entries_[id].partials = partials;
  entries_[id].idle_since = idle_since;
  if (partials == 0) make_idle(id, idle_since);
}

Slot& KeyTable::slot(EntryId id, std::size_t state) {
  KeyEntry& entry = entries_[id];
  bytes_ -= bytes_of(entry);
  if (entry.slots.size() <= state) entry.slots.resize(state + 1);
  bytes_ += bytes_of(entry);
  return entry.slots[state];
}

Orders& KeyTable::missing(EntryId id, std::size_t gap) {
  KeyEntry& entry = entries_[id];
  bytes_ -= bytes_of(entry);
  if (entry.missing.size() <= gap) entry.missing.resize(gap + 1);
  bytes_ += bytes_of(entry);
  return entry.missing[gap];
}

std::size_t KeyTable::bytes_of(const KeyEntry& entry) {
  return sizeof(KeyEntry) + entry.key.size() + entry.slots.size() * sizeof(Slot) +
         entry.missing.size() * sizeof(Orders);
}

void KeyTable::hold(EntryId id) {
  KeyEntry& entry = entries_[id];
  if (entry.partials++ == 0) idle_.erase(entry.idle_at);
}

void KeyTable::drop(EntryId id, EventTime progress) {
  if (--entries_[id].partials == 0) make_idle(id, progress);
}

void KeyTable::touch(EntryId id, EventTime progress) {
  KeyEntry& entry = entries_[id];
  if (entry.partials != 0) return;
  entry.idle_since = progress;
  idle_.splice(idle_.end(), idle_, entry.idle_at);
}

void KeyTable::make_idle(EntryId id, EventTime progress) {
  entries_[id].idle_since = progress;
  entries_[id].idle_at = idle_.insert(idle_.end(), id);
  if (idle_.size() > max_idle_) forget_oldest_idle();
}

void KeyTable::forget_idle(EventTime progress) {
  while (!idle_.empty() && entries_[idle_.front()].idle_since + retention_ < progress) forget(idle_.front());
}

bool KeyTable::forget_oldest_idle() {
  if (idle_.empty()) return false;
  ++counters_.forgotten_keys;
  forget(idle_.front());
  return true;
}

void KeyTable::forget(EntryId id) {
  KeyEntry& entry = entries_[id];
  bytes_ -= bytes_of(entry);
  if (entity_key_) entities_.erase({component(entry.key, *entity_key_), id});
  ids_.erase(entry.key);
  idle_.erase(entry.idle_at);
  entries_.release(id);
}

std::vector<EntryId> KeyTable::entries_of(std::string_view entity_id) const {
  std::vector<EntryId> found;
  if (entities_.empty()) return found;
  std::string wanted;
  append_component(wanted, event::Value::string(entity_id));
  for (auto it = entities_.lower_bound({wanted, 0}); it != entities_.end() && it->first == wanted; ++it) {
    found.push_back(it->second);
  }
  return found;
}

}  // namespace audisp_eql::sequence
