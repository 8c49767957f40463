// SPDX-License-Identifier: Apache-2.0
// The state machine of sequences: one event through all stages, last to first.
// Pipes are applied by the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/eql/program.h"
#include "lib/event/event.h"
#include "lib/sequence/completed.h"
#include "lib/sequence/key.h"
#include "lib/sequence/log_clock.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/missing.h"
#include "lib/sequence/partials.h"
#include "lib/sequence/plan.h"

namespace audisp_eql::sequence {

class Sequencer {
 public:
  // All outlive it.
  Sequencer(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters);

  // REQUIRES: the clock has seen the event's time.
  void handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator,
              std::vector<Completed>& out);
  // What the clock's progress makes due.
  void settle(std::vector<Completed>& out);
  void entity_ended(std::string_view entity_id) { partials_.end_entity(entity_id); }
  void finish(std::vector<Completed>& out);
  void clear() { partials_.clear(); }
  void save(BinaryWriter& out) const { partials_.save(out); }
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields) {
    return partials_.restore(in, fields);
  }

  // See Machine::open_stages.
  [[nodiscard]] std::uint64_t open_stages() const;
  [[nodiscard]] std::size_t partials() const { return partials_.size(); }
  [[nodiscard]] std::size_t bytes() const { return partials_.bytes(); }

 private:
  [[nodiscard]] bool hits(const PlannedStage& stage, std::uint64_t stage_mask, eql::Evaluator& evaluator);
  void start(const std::string& key, std::vector<Completed>& out);
  void step(std::size_t stage, const std::string& key, std::vector<Completed>& out);
  // Takes the current event into the partial and moves it to `stage`.
  void move_to(PartialId id, std::size_t stage, std::vector<Completed>& out);
  void complete(PartialId id, std::vector<Completed>& out);
  void emit(PartialId id, std::vector<Completed>& out);
  void kill(const std::string& key);

  // A reference to the one copy of the current event, made on first need.
  [[nodiscard]] EventStore::Id copy();
  void drop_copy();

  const Plan& plan_;
  const LogClock& clock_;
  Counters& counters_;
  EventKeys keys_;
  Partials partials_;
  MissingStages missing_;
  const event::Event* event_ = nullptr;    // the caller's, during handle()
  std::vector<std::optional<bool>> hits_;  // by Stage::written_as: the current event matches
  std::optional<EventStore::Id> copy_;
};

}  // namespace audisp_eql::sequence
