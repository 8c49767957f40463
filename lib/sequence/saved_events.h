// SPDX-License-Identifier: Apache-2.0
// The event copies of a machine as saved bytes: each once, however many hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lib/base/binary.h"
#include "lib/event/event_state.h"
#include "lib/sequence/event_store.h"

namespace audisp_eql::sequence {

// Numbers copies in the order in which they are met.
class EventNumbers {
 public:
  // Refers to the copy.
  void save(EventStore::Id id, BinaryWriter& out);
  // All copies referred to.
  void save_events(const EventStore& store, BinaryWriter& out) const;

 private:
  std::unordered_map<EventStore::Id, std::size_t> numbers_;
  std::vector<EventStore::Id> ids_;
};

// The copies, back in a store. Holds a reference to each until release_all().
class RestoredEvents {
 public:
  RestoredEvents(BinaryReader& in, const event::SavedFields& fields, EventStore& store);

  // A reference to the copy that is referred to next, the caller's. nullopt: the reader failed.
  [[nodiscard]] std::optional<EventStore::Id> restore(BinaryReader& in);
  void release_all();

 private:
  EventStore& store_;
  std::vector<EventStore::Id> ids_;
};

}  // namespace audisp_eql::sequence
