// SPDX-License-Identifier: Apache-2.0
// An event: a set of (field, bag of values), with a place in the total order.
// One Event object is refilled for each event of a log; `own` makes the copy
// that outlives it. Absent and empty are the same.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/event/schema.h"
#include "lib/event/value.h"

namespace audisp_eql::event {

// The order in which sequences see events: time, then tiebreaker (audit: the
// serial; absent ones sort last), then index (audit: position in its record
// group; exported events: arrival).
struct Order {
  EventTime time;
  std::uint64_t tiebreaker = UINT64_MAX;
  std::uint64_t index = 0;

  auto operator<=>(const Order&) const = default;
};

class Event {
 public:
  Event() = default;
  Event(Event&&) noexcept = default;
  Event& operator=(Event&&) noexcept = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Forgets all fields and text; keeps capacity.
  void clear();

  Order order;

  // Replaces the bag of `id`. Values are copied, the text they view is not: it
  // must outlive this Event's current filling (or be `intern`ed). An empty span
  // or null value makes the field absent; null values inside a span are dropped.
  void set(FieldId id, Value value) {
    if (value.is_null()) return set(id, std::span<const Value>());
    slot_of(id) = {static_cast<std::uint32_t>(values_.size()), 1};
    values_.push_back(value);
  }
  void set(FieldId id, std::span<const Value> values);
  void set_text(FieldId id, std::string_view text) { set(id, Value::string(text)); }

  // Copies text into storage that lives until clear().
  std::string_view intern(std::string_view text);

  // The bag; empty when absent. Valid until the next set/clear.
  [[nodiscard]] std::span<const Value> get(FieldId id) const {
    const auto i = static_cast<std::size_t>(id);
    if (i >= slots_.size()) return {};
    return {values_.data() + slots_[i].offset, slots_[i].count};
  }
  [[nodiscard]] bool has(FieldId id) const { return !get(id).empty(); }
  // First value, or null.
  [[nodiscard]] Value first(FieldId id) const {
    const auto bag = get(id);
    return bag.empty() ? Value() : bag.front();
  }
  // First value as text; empty when absent or not text.
  [[nodiscard]] std::string_view text(FieldId id) const {
    const Value v = first(id);
    return v.is_string() ? v.as_string() : std::string_view{};
  }

  // Fields present, ascending.
  [[nodiscard]] std::vector<FieldId> fields() const;

  // A deep copy that owns its text. Its size is bytes().
  [[nodiscard]] Event own() const;
  // Heap bytes held, for caps on stores of events.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Slot {
    std::uint32_t offset = 0;
    std::uint32_t count = 0;
  };
  struct Chunk {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
    std::size_t used = 0;
  };

  [[nodiscard]] Slot& slot_of(FieldId id) {
    const auto i = static_cast<std::size_t>(id);
    if (i >= slots_.size()) slots_.resize(std::max(i + 1, kBuiltinFieldCount));
    return slots_[i];
  }

  std::vector<Slot> slots_;    // by FieldId
  std::vector<Value> values_;  // bags, back to back
  std::vector<Chunk> chunks_;  // interned text
};

}  // namespace audisp_eql::event
