// SPDX-License-Identifier: Apache-2.0
// Correlates events into matches of one query: event queries, sequences and
// samples (eql-semantics 8-9). In event time only. Events come in completion
// order, which for audit is not time order (a blocking connect arrives minutes
// after its own time); each is put where its Order says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/eql/query.h"
#include "lib/event/event.h"

namespace audisp_eql::sequence {

// A completed query result. `events` has one entry per stage, nullopt for a
// missing stage; `keys` the join key values as text ("null" for an absent
// optional key).
struct Match {
  std::vector<std::optional<event::Event>> events;
  std::vector<std::string> keys;
};

struct Limits {
  std::size_t max_partials = 65'536;         // per machine
  std::size_t max_bytes = 64u << 20;         // event copies held, per machine
  std::size_t max_superseded = 16;           // older partials kept per key and state, for late events
  std::size_t max_key_bytes = 4096;          // a longer key: the event takes no part, counted
  std::size_t max_key_tuples = 1024;         // of one multi-valued event (eql S7)
  EventTime lateness = seconds(150);         // log time an event may arrive after its own time
};

// Every way in which something was let go. Added to, never reset.
struct Counters {
  std::uint64_t matches = 0;
  std::uint64_t evicted_partials = 0;  // a cap was hit
  std::uint64_t expired_partials = 0;  // maxspan and lateness, or the process, were over
  std::uint64_t oversized_keys = 0;
  std::uint64_t dropped_tuples = 0;
};

class Machine {
 public:
  // REQUIRES: `query` outlives the machine.
  Machine(const eql::Query& query, const Limits& limits);
  ~Machine();
  Machine(Machine&&) noexcept;
  Machine& operator=(Machine&&) noexcept;

  // Feeds one event; `stage_mask` has bit n set when stage n could match (bit
  // 63: stages 63 and later, and `until`); all bits set is always right.
  // Appends what it completes to `out`, in the order of eql S9.
  void handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator, std::vector<Match>& out);

  // The log has reached `now`: partials that no event can complete any more are
  // dropped, and results that waited for time to pass (eql X2) are appended. For
  // those to be right under late events the caller passes log time; they are due
  // once now > deadline (+ lateness is the caller's choice when idle).
  void advance(EventTime now, std::vector<Match>& out);

  // The process with this process.entity_id ended at `when` (or left the entity
  // table): partials keyed by it live on for the lateness only.
  void entity_ended(std::string_view entity_id, EventTime when);

  // End of input (scan): waiting results become due, partials are dropped.
  void finish(std::vector<Match>& out);

  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] std::size_t partials() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::sequence
