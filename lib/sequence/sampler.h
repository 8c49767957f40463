// SPDX-License-Identifier: Apache-2.0
// Samples: events with equal keys, a different one for each filter, in any
// order of time. Holds for each key and filter no more events than a sample can
// need, and drops the keys not seen for longest when there are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/binary.h"
#include "lib/eql/program.h"
#include "lib/event/event.h"
#include "lib/event/event_state.h"
#include "lib/sequence/completed.h"
#include "lib/sequence/event_store.h"
#include "lib/sequence/key.h"
#include "lib/sequence/log_clock.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/plan.h"
#include "lib/sequence/pool.h"

namespace audisp_eql::sequence {

class RestoredEvents;

class Sampler {
 public:
  // All outlive it.
  Sampler(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters);

  void handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator,
              std::vector<Completed>& out);
  // Drops keys whose events are all older than the window.
  void settle();
  void finish(std::vector<Completed>& out);
  void clear();

  // As Partials: for Machine::save, and into an empty object.
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields);

  [[nodiscard]] std::size_t partials() const { return held_; }
  [[nodiscard]] std::size_t bytes() const { return events_.bytes() + key_bytes_; }

 private:
  using GroupId = std::uint32_t;
  struct Held {
    EventStore::Id event;
    EventTime seen;  // progress
  };
  struct Group {
    std::string key;
    std::vector<std::vector<Held>> by_filter;
    EventTime touched{};
    std::list<GroupId>::iterator place;
  };

  void add(std::size_t filter, const std::string& key, EventStore::Id copy);
  GroupId group_of(const std::string& key);
  void drop_outdated(Group& group);
  void report(GroupId id, std::size_t most, std::vector<Completed>& out);
  void forget(GroupId id);
  void enforce_caps();
  [[nodiscard]] std::size_t candidates_needed() const;
  void restore_group(BinaryReader& in, RestoredEvents& events);

  const Plan& plan_;
  const Limits& limits_;
  const LogClock& clock_;
  Counters& counters_;
  EventKeys keys_;
  EventStore events_;
  Pool<Group> groups_;
  std::unordered_map<std::string_view, GroupId, KeyHash> ids_;  // views of Group::key
  std::list<GroupId> by_touch_;                                 // longest ago first
  std::vector<GroupId> grown_;                                  // by the current event
  std::size_t held_ = 0;
  std::size_t key_bytes_ = 0;
};

}  // namespace audisp_eql::sequence
