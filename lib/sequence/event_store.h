// SPDX-License-Identifier: Apache-2.0
// Copies of events that partial matches hold. One copy serves all partials of a
// machine; it goes when the last of them lets it go.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/event/event.h"
#include "lib/sequence/pool.h"

namespace audisp_eql::sequence {

class EventStore {
 public:
  using Id = std::uint32_t;

  // A copy with one reference, the caller's.
  [[nodiscard]] Id add(const event::Event& event);
  void retain(Id id) { ++held_[id].references; }
  void release(Id id);
  // Gives up a reference for the event itself: moved out if it was the last.
  [[nodiscard]] event::Event take(Id id);

  [[nodiscard]] const event::Event& get(Id id) const { return held_[id].event; }
  [[nodiscard]] std::size_t bytes_of(Id id) const { return held_[id].bytes; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Held {
    event::Event event;
    std::size_t references = 0;
    std::size_t bytes = 0;
  };

  void forget(Id id);

  Pool<Held> held_;
  std::size_t bytes_ = 0;
};

}  // namespace audisp_eql::sequence
