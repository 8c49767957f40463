// SPDX-License-Identifier: Apache-2.0
// One query's machine: what kind it is, its clock, its pipes.
#include "lib/sequence/machine.h"

#include <utility>
#include <variant>

#include "lib/sequence/completed.h"
#include "lib/sequence/log_clock.h"
#include "lib/sequence/pipe.h"
#include "lib/sequence/plan.h"
#include "lib/sequence/sampler.h"
#include "lib/sequence/sequencer.h"

namespace audisp_eql::sequence {

struct Machine::State {
  State(const eql::Query& of, const Limits& given)
      : query(of),
        limits(given),
        plan(query),
        clock(limits.lateness),
        pipeline(query.pipes, limits.max_partials, counters) {
    if (query.kind == eql::QueryKind::kSequence) work.emplace<Sequencer>(plan, limits, clock, counters);
    if (query.kind == eql::QueryKind::kSample) work.emplace<Sampler>(plan, limits, clock, counters);
  }

  void handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator);
  void settle();
  void entity_ended(std::string_view entity_id);
  void finish();
  void close();
  void flush(std::vector<Match>& out);
  void update_open_stages();
  void save(BinaryWriter& out) const;
  [[nodiscard]] bool restore(BinaryReader& in, const event::SavedFields& fields);

  const eql::Query& query;
  const Limits limits;
  const Plan plan;
  Counters counters;
  LogClock clock;
  Pipeline pipeline;
  std::vector<Completed> completed;                       // by the current call
  std::variant<std::monostate, Sequencer, Sampler> work;  // monostate: an event query
  std::uint64_t open_stages = ~std::uint64_t{0};
};

void Machine::State::handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator) {
  if (auto* sequencer = std::get_if<Sequencer>(&work))
    return sequencer->handle(event, stage_mask, evaluator, completed);
  if (auto* sampler = std::get_if<Sampler>(&work)) return sampler->handle(event, stage_mask, evaluator, completed);
  const PlannedStage& only = plan.positive.front();
  if ((stage_mask & only.mask_bit) == 0 || !evaluator.matches(only.stage->predicate, event)) return;
  Completed& result = completed.emplace_back();
  result.order = {event.order, event.order, {}};
  result.match.events.emplace_back(event.own());
}

void Machine::State::settle() {
  if (auto* sequencer = std::get_if<Sequencer>(&work)) sequencer->settle(completed);
  if (auto* sampler = std::get_if<Sampler>(&work)) sampler->settle();
}

void Machine::State::entity_ended(std::string_view entity_id) {
  if (auto* sequencer = std::get_if<Sequencer>(&work)) sequencer->entity_ended(entity_id);
}

void Machine::State::finish() {
  if (auto* sequencer = std::get_if<Sequencer>(&work)) sequencer->finish(completed);
  if (auto* sampler = std::get_if<Sampler>(&work)) sampler->finish(completed);
}

void Machine::State::close() {
  if (auto* sequencer = std::get_if<Sequencer>(&work)) sequencer->clear();
  if (auto* sampler = std::get_if<Sampler>(&work)) sampler->clear();
}

void Machine::State::flush(std::vector<Match>& out) {
  pipeline.push(std::exchange(completed, {}), out);
  if (pipeline.is_closed()) close();
}

void Machine::State::update_open_stages() {
  if (pipeline.is_closed()) {
    open_stages = 0;
  } else if (const auto* sequencer = std::get_if<Sequencer>(&work)) {
    open_stages = sequencer->open_stages();
  }
}

void Machine::State::save(BinaryWriter& out) const {
  clock.save(out);
  pipeline.save(out);
  if (const auto* sequencer = std::get_if<Sequencer>(&work)) sequencer->save(out);
  if (const auto* sampler = std::get_if<Sampler>(&work)) sampler->save(out);
}

bool Machine::State::restore(BinaryReader& in, const event::SavedFields& fields) {
  clock.restore(in);
  bool good = pipeline.restore(in, fields, plan);
  if (auto* sequencer = std::get_if<Sequencer>(&work)) good = good && sequencer->restore(in, fields);
  if (auto* sampler = std::get_if<Sampler>(&work)) good = good && sampler->restore(in, fields);
  return good && in.is_done();
}

Machine::Machine(const eql::Query& query, const Limits& limits) : state_(std::make_unique<State>(query, limits)) {
  state_->update_open_stages();
}
Machine::~Machine() = default;
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;

void Machine::handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator,
                     std::vector<Match>& out) {
  if (state_->pipeline.is_closed()) return;
  if (state_->clock.see_event(event.order.time)) ++state_->counters.clock_rebases;
  state_->settle();
  state_->handle(event, stage_mask, evaluator);
  if (!state_->completed.empty()) state_->flush(out);
  state_->update_open_stages();
}

void Machine::advance(EventTime now, std::vector<Match>& out) {
  state_->clock.reach(now);
  state_->settle();
  if (!state_->completed.empty()) state_->flush(out);
  state_->update_open_stages();
}

void Machine::entity_ended(std::string_view entity_id, EventTime when) {
  state_->clock.reach(when);
  state_->entity_ended(entity_id);
}

void Machine::finish(std::vector<Match>& out) {
  state_->finish();
  state_->flush(out);
  state_->pipeline.finish(out);
}

void Machine::save(BinaryWriter& out) const { state_->save(out); }

bool Machine::restore(BinaryReader& in, const event::SavedFields& fields) {
  auto fresh = std::make_unique<State>(state_->query, state_->limits);
  fresh->counters = state_->counters;
  if (!fresh->restore(in, fields)) return false;
  fresh->update_open_stages();
  state_ = std::move(fresh);
  return true;
}

std::uint64_t Machine::open_stages() const { return state_->open_stages; }
const Counters& Machine::counters() const { return state_->counters; }

std::size_t Machine::partials() const {
  if (const auto* sequencer = std::get_if<Sequencer>(&state_->work)) return sequencer->partials();
  if (const auto* sampler = std::get_if<Sampler>(&state_->work)) return sampler->partials();
  return 0;
}

std::size_t Machine::bytes() const {
  if (const auto* sequencer = std::get_if<Sequencer>(&state_->work)) return sequencer->bytes();
  if (const auto* sampler = std::get_if<Sampler>(&state_->work)) return sampler->bytes();
  return 0;
}

}  // namespace audisp_eql::sequence
