// SPDX-License-Identifier: Apache-2.0
// What a sequence machine knows of each key tuple: its partials by state, and
// what late events need to know of events long handled. A key without partials
// is idle: remembered for a while, in a bounded number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/time.h"
#include "lib/event/event.h"
#include "lib/sequence/key.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/plan.h"
#include "lib/sequence/pool.h"

namespace audisp_eql::sequence {

using PartialId = std::uint32_t;
using EntryId = std::uint32_t;
// Orders of events, ascending.
using Orders = std::vector<event::Order>;

// The partials of one key in one state.
struct Slot {
  std::vector<PartialId> partials;     // by their last event
  std::optional<event::Order> newest;  // of all ever put here
};

struct KeyEntry {
  std::string key;
  std::vector<Slot> slots;            // by state, as far as needed
  std::vector<PartialId> waiting;     // complete, until their time has passed; by last event
  std::vector<Orders> missing;        // by gap: the latest events of its missing stages
  std::optional<event::Order> until;  // the latest one
  bool ended = false;                 // the process that the key names
  std::size_t partials = 0;
  EventTime idle_since{};                // progress; meaningful while idle
  std::list<EntryId>::iterator idle_at;  // meaningful while idle

  [[nodiscard]] std::span<const event::Order> missing_in(std::size_t gap) const;
};

class KeyTable {
 public:
  // `counters` outlives it.
  KeyTable(const Plan& plan, const Limits& limits, Counters& counters);

  [[nodiscard]] std::optional<EntryId> find(std::string_view key) const;
  // Finds or makes; a new one is idle since `progress`.
  [[nodiscard]] EntryId ensure(std::string_view key, EventTime progress);
  [[nodiscard]] KeyEntry& operator[](EntryId id) { return entries_[id]; }
  [[nodiscard]] const KeyEntry& operator[](EntryId id) const { return entries_[id]; }
  // The entry's slot of a state; its orders of missing events in a gap. Made on first use.
  [[nodiscard]] Slot& slot(EntryId id, std::size_t state);
  [[nodiscard]] Orders& missing(EntryId id, std::size_t gap);

  // A partial was added to, or removed from, the entry.
  void hold(EntryId id);
  void drop(EntryId id, EventTime progress);
  // An idle entry starts waiting anew.
  void touch(EntryId id, EventTime progress);

  void forget_idle(EventTime progress);  // those idle for long enough
  // Forgets the entry idle longest, counted. False when there is none.
  bool forget_oldest_idle();

  // Idle entries, longest first.
  [[nodiscard]] const std::list<EntryId>& idle() const { return idle_; }

  // From saved state: an entry of a new key, and then that it holds so many
  // partials, or has been idle since. REQUIRES: the key is not there; the second
  // call follows unless all is given up.
  [[nodiscard]] EntryId restore(std::string_view key);
  void restore_held(EntryId id, std::size_t partials, EventTime idle_since);

  // Entries whose key names this process.
  [[nodiscard]] std::vector<EntryId> entries_of(std::string_view entity_id) const;

  // Of the entries and their keys.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  void make_idle(EntryId id, EventTime progress);
  void forget(EntryId id);
  [[nodiscard]] static std::size_t bytes_of(const KeyEntry& entry);

  Counters& counters_;
  std::optional<std::size_t> entity_key_;
  EventTime retention_;
  std::size_t max_idle_;
  Pool<KeyEntry> entries_;
  std::unordered_map<std::string_view, EntryId, KeyHash> ids_;  // views of KeyEntry::key
  std::set<std::pair<std::string_view, EntryId>> entities_;     // views of KeyEntry::key
  std::list<EntryId> idle_;                                     // longest first
  std::size_t bytes_ = 0;
};

}  // namespace audisp_eql::sequence
