// SPDX-License-Identifier: Apache-2.0
// Reference counting of event copies.
#include "lib/sequence/event_store.h"

#include <utility>

namespace audisp_eql::sequence {

EventStore::Id EventStore::add(const event::Event& event) {
  const Id id = held_.acquire();
  Held& held = held_[id];
  held.event = event.own();
  held.references = 1;
  held.bytes = held.event.bytes();
  bytes_ += held.bytes;
  return id;
}

void EventStore::release(Id id) {
  if (--held_[id].references == 0) forget(id);
}

event::Event EventStore::take(Id id) {
  Held& held = held_[id];
  if (held.references > 1) {
    --held.references;
    return held.event.own();
  }
  event::Event event = std::move(held.event);
  forget(id);
  return event;
}

void EventStore::forget(Id id) {
  bytes_ -= held_[id].bytes;
  held_.release(id);
}

}  // namespace audisp_eql::sequence
