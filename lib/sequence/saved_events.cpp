// SPDX-License-Identifier: Apache-2.0
#include "lib/sequence/saved_events.h"

namespace audisp_eql::sequence {

void EventNumbers::save(EventStore::Id id, BinaryWriter& out) {
  const auto [it, added] = numbers_.emplace(id, ids_.size());
  if (added) ids_.push_back(id);
  out.number(it->second);
}

void EventNumbers::save_events(const EventStore& store, BinaryWriter& out) const {
  out.number(ids_.size());
  for (const EventStore::Id id : ids_) event::save(store.get(id), out);
}

RestoredEvents::RestoredEvents(BinaryReader& in, const event::SavedFields& fields, EventStore& store) : store_(store) {
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) ids_.push_back(store.add(event::restore_event(in, fields)));
}

std::optional<EventStore::Id> RestoredEvents::restore(BinaryReader& in) {
  const std::uint64_t number = in.number();
  if (!in.require(number < ids_.size())) return std::nullopt;
  const EventStore::Id id = ids_[static_cast<std::size_t>(number)];
  store_.retain(id);
  return id;
}

void RestoredEvents::release_all() {
  for (const EventStore::Id id : ids_) store_.release(id);
  ids_.clear();
}

}  // namespace audisp_eql::sequence
