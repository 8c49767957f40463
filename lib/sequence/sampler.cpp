// SPDX-License-Identifier: Apache-2.0
// Collecting candidates by key, and reporting samples.
#include "lib/sequence/sampler.h"

#include <algorithm>
#include <utility>

#include "lib/sequence/assignment.h"

namespace audisp_eql::sequence {

Sampler::Sampler(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters)
    : plan_(plan),
      limits_(limits),
      clock_(clock),
      counters_(counters),
      keys_(plan, limits, counters),
      ids_(0, KeyHash(limits.hash_seed)) {}

void Sampler::handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator,
                     std::vector<Completed>& out) {
  keys_.begin(event);
  grown_.clear();
  std::optional<EventStore::Id> copy;
  for (std::size_t filter = 0; filter < plan_.positive.size(); ++filter) {
    const PlannedStage& stage = plan_.positive[filter];
    if ((stage_mask & stage.mask_bit) == 0 || !evaluator.matches(stage.stage->predicate, event)) continue;
    for (const std::string& key : keys_.tuples(stage.key_group)) {
      if (!copy) copy = events_.add(event);
      add(filter, key, *copy);
    }
  }
  if (limits_.sample_mode == SampleMode::kAtOnce) {
    std::sort(grown_.begin(), grown_.end());
    grown_.erase(std::unique(grown_.begin(), grown_.end()), grown_.end());
    for (const GroupId id : grown_) report(id, 1, out);
  }
  if (copy) events_.release(*copy);
  enforce_caps();
}

void Sampler::add(std::size_t filter, const std::string& key, EventStore::Id copy) {
  const GroupId id = group_of(key);
  Group& group = groups_[id];
  auto& held = group.by_filter[filter];
  if (held.size() >= candidates_needed()) {
    if (limits_.sample_mode == SampleMode::kAtFinish) return;
    events_.release(held.front().event);
    held.erase(held.begin());
    --held_;
  }
  events_.retain(copy);
  held.push_back({copy, clock_.progress()});
  ++held_;
  grown_.push_back(id);
}

// With so many candidates a place can be filled whatever the others take.
std::size_t Sampler::candidates_needed() const {
  const bool at_once = limits_.sample_mode == SampleMode::kAtOnce;
  return plan_.positive.size() + (at_once ? 0 : limits_.max_samples_per_key - 1);
}

Sampler::GroupId Sampler::group_of(const std::string& key) {
  const auto found = ids_.find(key);
  const GroupId id = found != ids_.end() ? found->second : groups_.acquire();
  Group& group = groups_[id];
  if (found == ids_.end()) {
    group.key = key;
    group.by_filter.resize(plan_.positive.size());
    key_bytes_ += key.size();
    ids_.emplace(group.key, id);
    group.place = by_touch_.insert(by_touch_.end(), id);
  } else {
    drop_outdated(group);
    by_touch_.splice(by_touch_.end(), by_touch_, group.place);
  }
  group.touched = clock_.progress();
  return id;
}

void Sampler::drop_outdated(Group& group) {
  if (limits_.sample_mode == SampleMode::kAtFinish) return;
  for (auto& held : group.by_filter) {
    const auto fresh = std::find_if(held.begin(), held.end(), [&](const Held& one) {
      return !(one.seen + limits_.sample_window < clock_.progress());
    });
    for (auto it = held.begin(); it != fresh; ++it) events_.release(it->event);
    held_ -= static_cast<std::size_t>(fresh - held.begin());
    counters_.expired_partials += static_cast<std::uint64_t>(fresh - held.begin());
    held.erase(held.begin(), fresh);
  }
}

void Sampler::report(GroupId id, std::size_t most, std::vector<Completed>& out) {
  const Group& group = groups_[id];
  std::vector<std::vector<Candidate>> places;
  for (const auto& held : group.by_filter) {
    if (held.empty()) return;
    auto& place = places.emplace_back();
    for (const Held& one : held) place.push_back(one.event);
  }
  const std::vector<Choice> choices = distinct_choices(places, most);
  for (const Choice& choice : choices) {
    Completed& result = out.emplace_back();
    result.order.key = group.key;
    result.match.keys = key_texts(group.key);
    for (const EventStore::Id event : choice) result.match.events.emplace_back(events_.get(event).own());
  }
  if (!choices.empty()) forget(id);
}

void Sampler::settle() {
  if (limits_.sample_mode == SampleMode::kAtFinish) return;
  while (!by_touch_.empty()) {
    Group& oldest = groups_[by_touch_.front()];
    if (!(oldest.touched + limits_.sample_window < clock_.progress())) return;
    drop_outdated(oldest);
    forget(by_touch_.front());
  }
}

void Sampler::finish(std::vector<Completed>& out) {
  if (limits_.sample_mode == SampleMode::kAtFinish) {
    const std::vector<GroupId> all(by_touch_.begin(), by_touch_.end());
    for (const GroupId id : all) report(id, limits_.max_samples_per_key, out);
  }
  clear();
}

void Sampler::forget(GroupId id) {
  Group& group = groups_[id];
  for (const auto& held : group.by_filter) {
    for (const Held& one : held) events_.release(one.event);
    held_ -= held.size();
  }
  key_bytes_ -= group.key.size();
  by_touch_.erase(group.place);
  ids_.erase(group.key);
  groups_.release(id);
}

void Sampler::enforce_caps() {
  while (!by_touch_.empty() && (held_ > limits_.max_partials || bytes() > limits_.max_bytes)) {
    for (const auto& held : groups_[by_touch_.front()].by_filter) counters_.evicted_partials += held.size();
    forget(by_touch_.front());
  }
}

void Sampler::clear() {
  while (!by_touch_.empty()) forget(by_touch_.front());
}

}  // namespace audisp_eql::sequence
