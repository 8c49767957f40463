// SPDX-License-Identifier: Apache-2.0
// The pipes of a query: `head` lets the first results through at once, `tail`
// holds the last ones, in the order of ResultOrder, until finish().
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lib/base/binary.h"
#include "lib/eql/query.h"
#include "lib/event/event_state.h"
#include "lib/sequence/completed.h"
#include "lib/sequence/machine.h"
#include "lib/sequence/plan.h"

namespace audisp_eql::sequence {

class Pipeline {
 public:
  // A `tail` holds at most `max_held`; more are dropped and counted. `counters` outlives it.
  Pipeline(std::span<const eql::Pipe> pipes, std::size_t max_held, Counters& counters);

  void push(std::vector<Completed> results, std::vector<Match>& out);
  void finish(std::vector<Match>& out);

  // How many passed, and what is held. Restoring is into an object that nothing
  // was pushed into yet, of the same pipes; results have the stages of `plan`.
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields, const Plan& plan);

  // No result can come through any more.
  [[nodiscard]] bool is_closed() const;

 private:
  struct Step {
    eql::Pipe pipe;
    std::size_t passed = 0;       // head
    std::vector<Completed> held;  // tail, sorted
  };

  void pass(Completed result, std::size_t step, std::vector<Match>& out);
  void hold(Step& step, Completed result);

  std::vector<Step> steps_;
  std::size_t max_held_;
  Counters& counters_;
};

}  // namespace audisp_eql::sequence
