// SPDX-License-Identifier: Apache-2.0
// Results through `head` and `tail`, left to right.
#include "lib/sequence/pipe.h"

#include <algorithm>
#include <utility>

#include "lib/sequence/key.h"

namespace audisp_eql::sequence {
namespace {

bool comes_before(const Completed& a, const Completed& b) { return a.order < b.order; }

void save_result(const Completed& result, BinaryWriter& out) {
  event::save(result.order.last, out);
  event::save(result.order.first, out);
  out.text(result.order.key);
  for (const auto& event : result.match.events) {
    if (event) event::save(*event, out);
  }
}

// A result has an event for each stage that is not missing.
Completed restore_result(BinaryReader& in, const event::SavedFields& fields, const Plan& plan) {
  Completed result;
  result.order.last = event::restore_order(in);
  result.order.first = event::restore_order(in);
  result.order.key = in.text();
  if (!in.require(is_key(result.order.key, plan.key_groups.front().size()))) return result;
  result.match.keys = key_texts(result.order.key);
  result.match.events.resize(plan.stage_count);
  for (const PlannedStage& stage : plan.positive) {
    if (in.ok()) result.match.events[stage.index] = event::restore_event(in, fields).own();
  }
  return result;
}

}  // namespace

void sort_results(std::vector<Completed>& results) { std::stable_sort(results.begin(), results.end(), comes_before); }

Pipeline::Pipeline(std::span<const eql::Pipe> pipes, std::size_t max_held, Counters& counters)
    : max_held_(max_held), counters_(counters) {
  for (const eql::Pipe& pipe : pipes) steps_.push_back({pipe, 0, {}});
}

void Pipeline::push(std::vector<Completed> results, std::vector<Match>& out) {
  sort_results(results);
  for (Completed& result : results) pass(std::move(result), 0, out);
}

void Pipeline::pass(Completed result, std::size_t step, std::vector<Match>& out) {
  for (; step < steps_.size(); ++step) {
    Step& here = steps_[step];
    if (here.pipe.kind == eql::Pipe::Kind::kTail) return hold(here, std::move(result));
    if (here.passed == here.pipe.count) return;
    ++here.passed;
  }
  ++counters_.matches;
  out.push_back(std::move(result.match));
}

void Pipeline::hold(Step& step, Completed result) {
  auto& held = step.held;
  held.insert(std::upper_bound(held.begin(), held.end(), result, comes_before), std::move(result));
  if (held.size() <= std::min(step.pipe.count, max_held_)) return;
  if (step.pipe.count > max_held_) ++counters_.dropped_matches;
  held.erase(held.begin());
}

void Pipeline::finish(std::vector<Match>& out) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    std::vector<Completed> held = std::exchange(steps_[i].held, {});
    for (Completed& result : held) pass(std::move(result), i + 1, out);
  }
}

void Pipeline::save(BinaryWriter& out) const {
  for (const Step& step : steps_) {
    out.number(step.passed);
    out.number(step.held.size());
    for (const Completed& result : step.held) save_result(result, out);
  }
}

bool Pipeline::restore(BinaryReader& in, const event::SavedFields& fields, const Plan& plan) {
  for (Step& step : steps_) {
    step.passed = static_cast<std::size_t>(in.number_up_to(step.pipe.count));
    const std::size_t count = in.count();
    in.require(count == 0 || step.pipe.kind == eql::Pipe::Kind::kTail);
    for (std::size_t i = 0; i < count && in.ok(); ++i) hold(step, restore_result(in, fields, plan));
  }
  return in.ok();
}

bool Pipeline::is_closed() const {
  for (const Step& step : steps_) {
    if (step.pipe.count == 0) return true;
    if (step.pipe.kind == eql::Pipe::Kind::kTail) return false;
    if (step.passed == step.pipe.count) return true;
  }
  return false;
}

}  // namespace audisp_eql::sequence
