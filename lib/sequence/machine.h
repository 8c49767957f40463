// SPDX-License-Identifier: Apache-2.0
// Correlates events into matches of one query: event queries, sequences and
// samples. In event time only. Events come in completion order, which for audit
// is not time order (a blocking connect arrives minutes after its own time);
// each is put where its Order says. On time-ordered input the matches are
// exactly those of Elasticsearch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/binary.h"
#include "lib/base/time.h"
#include "lib/eql/query.h"
#include "lib/event/event.h"
#include "lib/event/event_state.h"

namespace audisp_eql::sequence {

// A completed query result. `events` has one entry per stage, nullopt for a
// missing stage; `keys` the join key values as text ("null" for an absent
// optional key).
struct Match {
  std::vector<std::optional<event::Event>> events;
  std::vector<std::string> keys;
};

// When a sample is reported: as soon as every filter has its own event, after
// which the key is forgotten (live); or at finish(), in the order of the keys,
// nulls first, up to `max_samples_per_key` for each (offline).
enum class SampleMode { kAtOnce, kAtFinish };

struct Limits {
  std::size_t max_partials = 65'536;  // per machine; also of keys remembered without one
  std::size_t max_bytes = 64u << 20;  // event copies and keys held, per machine
  std::size_t max_superseded = 16;    // older partials kept per key and state, for late events
  std::size_t max_key_bytes = 4096;   // as encoded (key.h); a longer key takes no part, counted
  std::size_t max_key_tuples = 1024;  // of one multi-valued event
  EventTime lateness = seconds(150);  // log time an event may arrive after its own time
  SampleMode sample_mode = SampleMode::kAtOnce;
  std::size_t max_samples_per_key = 1;      // kAtFinish only
  EventTime sample_window = seconds(3600);  // kAtOnce: log time an event waits for the others
  // Keys are hashed with this; random per process where input may be hostile.
  std::array<std::uint64_t, 2> hash_seed{};
};

// Every way in which something was let go. Added to, never reset.
struct Counters {
  std::uint64_t matches = 0;
  std::uint64_t evicted_partials = 0;  // a cap was hit
  std::uint64_t expired_partials = 0;  // maxspan and lateness, or the process, were over
  std::uint64_t forgotten_keys = 0;    // a cap was hit: what an idle key knew of late or missing events
  std::uint64_t oversized_keys = 0;
  std::uint64_t dropped_tuples = 0;
  std::uint64_t dropped_matches = 0;   // `tail` of more than max_partials
  std::uint64_t clock_rebases = 0;     // the log's clock was set back
  std::uint64_t visited_partials = 0;  // looked at; by events fed: the cost of one
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
  // Appends what it completes to `out`, in the order of ResultOrder; before it,
  // what was due before the event's time.
  void handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator, std::vector<Match>& out);

  // The bits of stage_mask that can matter as things stand. An event that matches
  // none of these stages need not be fed, but a machine whose query needs_clock()
  // must be told its time.
  [[nodiscard]] std::uint64_t open_stages() const;

  // The log has reached `now`, by the clock of its events: partials that no
  // event can complete any more are dropped, and results that waited for time to
  // pass and are due before `now` are appended. A caller that knows of late
  // events to come passes an earlier `now`.
  void advance(EventTime now, std::vector<Match>& out);

  // The process with this process.entity_id ended at `when` (or left the entity
  // table): partials keyed by it live on for the lateness only, but never
  // shorter than maxspan and lateness. One whose key is first seen after this
  // stays until a cap evicts it.
  void entity_ended(std::string_view entity_id, EventTime when);

  // End of input (scan): waiting results become due, partials are dropped,
  // `tail` and samples are appended. Nothing may be fed afterwards.
  void finish(std::vector<Match>& out);

  // All that later results depend on: partials, what is known of keys, candidates
  // of samples, pipes, the clock. Not the counters. The names of fields are saved
  // apart (event::SavedFields), once for many machines.
  void save(BinaryWriter& out) const;
  // Takes over what a machine of the same query saved, in place of what is here;
  // what has no room under this machine's limits goes, counted (max_key_bytes and
  // max_key_tuples are limits of new events alone). False, and nothing is taken,
  // if the bytes are no such state or more follows.
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields);

  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] std::size_t partials() const;  // samples: events held for a filter
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::sequence
