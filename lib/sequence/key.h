// SPDX-License-Identifier: Apache-2.0
// Join keys: the values of one event's key fields as byte strings, one for each
// combination. Equal by value means equal bytes, and the order of the bytes is:
// null, booleans, numbers by size, text by code unit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/eql/query.h"
#include "lib/event/event.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/plan.h"

namespace audisp_eql::sequence {

// Appends one component. 1 and 1.0 are the same bytes; text never equals a number.
void append_component(std::string& key, event::Value value);

// The `position`-th component's bytes, a view into `key`; empty if there is none.
[[nodiscard]] std::string_view component(std::string_view key, std::size_t position);

// Each component as text; "null" for null.
[[nodiscard]] std::vector<std::string> key_texts(std::string_view key);

// Whether these bytes are a key of so many components: what the two above require.
[[nodiscard]] bool is_key(std::string_view bytes, std::size_t components);

// SipHash-1-3: whoever chooses the keys cannot choose collisions.
class KeyHash {
 public:
  explicit KeyHash(std::array<std::uint64_t, 2> seed) : seed_(seed) {}
  [[nodiscard]] std::size_t operator()(std::string_view bytes) const;

 private:
  std::array<std::uint64_t, 2> seed_;
};

// The key tuples of the current event, worked out at most once per key list.
class EventKeys {
 public:
  // All three outlive it.
  EventKeys(const Plan& plan, const Limits& limits, Counters& counters);

  void begin(const event::Event& event);
  // Sorted, all different; empty when a key that is not optional is absent. With
  // no keys, one empty tuple. Valid until begin(). Tuples over the limits are
  // left out and counted.
  [[nodiscard]] std::span<const std::string> tuples(std::size_t key_group);

 private:
  struct TupleList {
    std::vector<std::string> items;  // the first `count` count; the rest is spare memory
    std::size_t count = 0;
    std::uint64_t epoch = 0;
  };

  void build(std::span<const eql::JoinKey> keys, TupleList& list);
  void append_all(event::Value value, TupleList& list) const;
  void multiply(std::span<const event::Value> bag, TupleList& list);
  void drop_oversized(TupleList& list);

  const Plan& plan_;
  const Limits& limits_;
  Counters& counters_;
  const event::Event* event_ = nullptr;  // the caller's, during one Machine::handle
  std::vector<TupleList> groups_;
  std::vector<std::string> values_;  // scratch of multiply
  std::uint64_t epoch_ = 0;
};

}  // namespace audisp_eql::sequence
