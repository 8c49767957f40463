// SPDX-License-Identifier: Apache-2.0
// Results through `head` and `tail`, left to right.
#include "lib/sequence/pipe.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::sequence {
namespace {

bool comes_before(const Completed& a, const Completed& b) { return a.order < b.order; }

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

bool Pipeline::is_closed() const {
  for (const Step& step : steps_) {
    if (step.pipe.count == 0) return true;
    if (step.pipe.kind == eql::Pipe::Kind::kTail) return false;
    if (step.passed == step.pipe.count) return true;
  }
  return false;
}

}  // namespace audisp_eql::sequence
