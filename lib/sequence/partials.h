// SPDX-License-Identifier: Apache-2.0
// The partial matches of a sequence: where each stands, from when to when it can
// be continued, when it goes, and who goes first when there are too many.
// What makes a partial start, move or complete is the Sequencer's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/binary.h"
#include "lib/base/time.h"
#include "lib/event/event.h"
#include "lib/event/event_state.h"
#include "lib/sequence/event_store.h"
#include "lib/sequence/key_table.h"
#include "lib/sequence/log_clock.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/plan.h"
#include "lib/sequence/pool.h"
#include "lib/sequence/user_shares.h"

namespace audisp_eql::sequence {

// Later than every event.
inline constexpr EventTime kEndOfTime{std::numeric_limits<std::int64_t>::max(), 999'999};
inline constexpr event::Order kNever{kEndOfTime, UINT64_MAX, UINT64_MAX};

struct Partial {
  std::vector<EventStore::Id> events;  // of the positive stages so far
  event::Order first;
  event::Order last;
  event::Order superseded_at = kNever;  // a newer one took its place
  event::Order killed_at = kNever;      // `until`
  event::Order lost_at = kNever;        // the first missing event of the gap after `last`
  std::optional<event::Order> before;   // the last missing event of the gap before `first`
  bool lost = false;                    // keeps its place, but will be no match
  bool waiting = false;                 // complete, until time has passed `due`
  EventTime due{};

  EntryId entry = 0;
  std::size_t state = 0;           // index of its last positive stage
  std::size_t bytes = 0;           // of its events
  EventTime made{};                // progress when the first event was put
  EventTime goes_at = kEndOfTime;  // progress after which its timer is due
  UserShares::Holding holding{};
  std::list<PartialId>::iterator age_at;

  // It can be continued by events after `last` and up to this one.
  [[nodiscard]] const event::Order& usable_until() const { return std::min(superseded_at, killed_at); }
};

class EventNumbers;
class RestoredEvents;

class Partials {
 public:
  // All outlive it.
  Partials(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters);

  [[nodiscard]] KeyTable& keys() { return keys_; }
  [[nodiscard]] EventStore& events() { return events_; }
  [[nodiscard]] Partial& operator[](PartialId id) { return partials_[id]; }

  // A new partial that stands nowhere yet. `user`, of one host, is who it is accounted to.
  [[nodiscard]] PartialId create(EntryId entry, const event::Order& order, std::string_view user);
  // The copy's reference goes to the partial.
  void append(PartialId id, EventStore::Id copy, const event::Order& order);
  // Puts it into the state, superseding and superseded as its order says.
  void put(PartialId id, std::size_t state);
  // The partial that `order` continues, taken out of the state.
  [[nodiscard]] std::optional<PartialId> take(EntryId entry, std::size_t state, const event::Order& order);
  // Lets a complete partial wait until time has passed `due`.
  void wait(PartialId id, EventTime due);
  // Takes it out of where it stands and lets it and its events go.
  void erase(PartialId id);

  // Partials (waiting ones apart) that stand in `state`.
  [[nodiscard]] std::size_t count_in(std::size_t state) const { return in_state_[state]; }

  // Keys remembered, with partials or idle.
  [[nodiscard]] std::size_t key_count() const { return keys_.size(); }

  // A partial whose timer is due: to emit if waiting, else expired.
  [[nodiscard]] std::optional<PartialId> next_due() const;
  // All waiting ones, due or not.
  [[nodiscard]] std::vector<PartialId> all_waiting() const;
  void end_entity(std::string_view entity_id);
  // Makes room until all caps hold; any partial may go.
  void enforce_caps();
  void clear();

  // Everything, for Machine::save. Restoring is into an empty object; after a
  // failure it is good for nothing but its destructor. The caps hold afterwards.
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields);

  [[nodiscard]] std::size_t size() const { return partials_.size(); }
  [[nodiscard]] std::size_t bytes() const { return events_.bytes() + keys_.bytes(); }

 private:
  void stand_out(PartialId id);
  void set_timer(PartialId id, EventTime progress);
  [[nodiscard]] EventTime lifetime_end(const Partial& partial, bool ended) const;
  void insert_by_last(std::vector<PartialId>& list, PartialId id);
  void evict(PartialId id);
  [[nodiscard]] bool oldest_is_past_maxspan() const;

  struct Unplaced;
  // Where partials stand, and how many events each has there. No state: waiting.
  struct Standing {
    EntryId entry = 0;
    std::optional<std::size_t> state;
    std::size_t events = 0;
  };
  void save_partial(const Partial& partial, EventNumbers& events, BinaryWriter& out) const;
  [[nodiscard]] PartialId restore_partial(BinaryReader& in, RestoredEvents& events);
  void restore_entry(BinaryReader& in, Unplaced& unplaced);
  void restore_missing(BinaryReader& in, Orders& orders);
  std::size_t restore_places(BinaryReader& in, Unplaced& unplaced, const Standing& standing,
                             std::vector<PartialId>& places);
  void trim_superseded();

  const Plan& plan_;
  const Limits& limits_;
  const LogClock& clock_;
  Counters& counters_;
  KeyTable keys_;
  EventStore events_;
  Pool<Partial> partials_;
  UserShares shares_;
  std::vector<std::size_t> in_state_;
  std::list<PartialId> by_age_;                       // by `made`
  std::set<std::pair<EventTime, PartialId>> timers_;  // by `goes_at`
};

}  // namespace audisp_eql::sequence
