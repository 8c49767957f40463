// SPDX-License-Identifier: Apache-2.0
// Starting, moving, completing and killing partial matches.
#include "lib/sequence/sequencer.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::sequence {
namespace {

// Whose share a partial is of: user ids of two hosts are two users.
std::string owner_of(const event::Event& event) {
  std::string owner(event.text(event::FieldId::kUserId));
  if (const std::string_view host = event.text(event::FieldId::kHostId); !host.empty()) {
    owner.append(1, '\0').append(host);
  }
  return owner;
}

}  // namespace

Sequencer::Sequencer(const Plan& plan, const Limits& limits, const LogClock& clock, Counters& counters)
    : plan_(plan),
      clock_(clock),
      counters_(counters),
      keys_(plan, limits, counters),
      partials_(plan, limits, clock, counters),
      missing_(plan, limits, clock, counters, partials_),
      hits_(plan.stage_count + 1) {}

bool Sequencer::hits(const PlannedStage& stage, std::uint64_t stage_mask, eql::Evaluator& evaluator) {
  if ((stage_mask & stage.mask_bit) == 0) return false;
  std::optional<bool>& known = hits_[stage.stage->written_as];
  if (!known) known = evaluator.matches(stage.stage->predicate, *event_);
  return *known;
}

void Sequencer::handle(const event::Event& event, std::uint64_t stage_mask, eql::Evaluator& evaluator,
                       std::vector<Completed>& out) {
  event_ = &event;
  keys_.begin(event);
  std::fill(hits_.begin(), hits_.end(), std::nullopt);
  for (std::size_t n = plan_.positive.size(); n-- > 0;) {
    if (n > 0 && partials_.count_in(n - 1) == 0) continue;
    if (!hits(plan_.positive[n], stage_mask, evaluator)) continue;
    for (const std::string& key : keys_.tuples(plan_.positive[n].key_group)) {
      n == 0 ? start(key, out) : step(n, key, out);
    }
  }
  for (const PlannedStage& stage : plan_.missing) {
    if (!hits(stage, stage_mask, evaluator)) continue;
    for (const std::string& key : keys_.tuples(stage.key_group)) missing_.see(stage.gap, key, event.order);
  }
  if (plan_.until && hits(*plan_.until, stage_mask, evaluator)) {
    for (const std::string& key : keys_.tuples(plan_.until->key_group)) kill(key);
  }
  drop_copy();
}

void Sequencer::start(const std::string& key, std::vector<Completed>& out) {
  const EntryId entry = partials_.keys().ensure(key, clock_.progress());
  const PartialId id = partials_.create(entry, event_->order, owner_of(*event_));
  Partial& partial = partials_[id];
  // Only a late event starts before an `until` that is known.
  if (const auto until = partials_.keys()[entry].until; until && *until >= event_->order) partial.killed_at = *until;
  missing_.note_start(partial);
  move_to(id, 0, out);
}

void Sequencer::step(std::size_t stage, const std::string& key, std::vector<Completed>& out) {
  const auto entry = partials_.keys().find(key);
  if (!entry) return;
  const auto id = partials_.take(*entry, stage - 1, event_->order);
  if (!id) return;
  Partial& partial = partials_[*id];
  // Elasticsearch takes it all the same.
  if (plan_.maxspan && event_->order.time - partial.first.time > *plan_.maxspan) return partials_.erase(*id);
  if (partial.lost_at < event_->order) partial.lost = true;
  move_to(*id, stage, out);
}

void Sequencer::move_to(PartialId id, std::size_t stage, std::vector<Completed>& out) {
  if (stage + 1 == plan_.positive.size()) return complete(id, out);
  partials_.append(id, copy(), event_->order);
  missing_.note_advance(partials_[id], stage);
  partials_.put(id, stage);
  partials_.enforce_caps();
}

void Sequencer::complete(PartialId id, std::vector<Completed>& out) {
  using Verdict = MissingStages::Verdict;
  const MissingStages::Outcome outcome = missing_.judge(partials_[id], event_->order);
  if (outcome.verdict == Verdict::kNoMatch) return partials_.erase(id);
  partials_.append(id, copy(), event_->order);
  if (outcome.verdict == Verdict::kMatch) return emit(id, out);
  partials_.wait(id, outcome.due);
  partials_.enforce_caps();
}

void Sequencer::emit(PartialId id, std::vector<Completed>& out) {
  Partial& partial = partials_[id];
  Completed result;
  result.order = {partial.last, partial.first, partials_.keys()[partial.entry].key};
  result.match.keys = key_texts(result.order.key);
  result.match.events.resize(plan_.stage_count);
  const std::vector<EventStore::Id> events = std::exchange(partial.events, {});
  for (std::size_t n = 0; n < events.size(); ++n) {
    result.match.events[plan_.positive[n].index] = partials_.events().take(events[n]);
  }
  out.push_back(std::move(result));
  partials_.erase(id);
}

void Sequencer::kill(const std::string& key) {
  const auto id = partials_.keys().find(key);
  if (!id) return;
  partials_.keys().touch(*id, clock_.progress());
  KeyEntry& entry = partials_.keys()[*id];
  entry.until = std::max(entry.until.value_or(event_->order), event_->order);
  for (const Slot& slot : entry.slots) {
    counters_.visited_partials += slot.partials.size();
    for (const PartialId partial_id : slot.partials) {
      Partial& partial = partials_[partial_id];
      // A late one may stand between two events that the partial already has.
      if (partial.first <= event_->order) partial.killed_at = std::min(partial.killed_at, event_->order);
    }
  }
}

void Sequencer::settle(std::vector<Completed>& out) {
  while (const auto id = partials_.next_due()) {
    ++counters_.visited_partials;
    if (partials_[*id].waiting) {
      emit(*id, out);
    } else {
      ++counters_.expired_partials;
      partials_.erase(*id);
    }
  }
  partials_.keys().forget_idle(clock_.progress());
}

void Sequencer::finish(std::vector<Completed>& out) {
  for (const PartialId id : partials_.all_waiting()) emit(id, out);
  partials_.clear();
}

// With missing stages, all: what waits for time to pass reads the clock, which
// every event moves.
std::uint64_t Sequencer::open_stages() const {
  if (!plan_.missing.empty()) return ~std::uint64_t{0};
  std::uint64_t open = plan_.positive.front().mask_bit;
  for (std::size_t n = 1; n < plan_.positive.size(); ++n) {
    if (partials_.count_in(n - 1) != 0) open |= plan_.positive[n].mask_bit;
  }
  if (plan_.until && partials_.key_count() != 0) open |= plan_.until->mask_bit;
  return open;
}

EventStore::Id Sequencer::copy() {
  if (!copy_) copy_ = partials_.events().add(*event_);
  partials_.events().retain(*copy_);
  return *copy_;
}

void Sequencer::drop_copy() {
  if (copy_) partials_.events().release(*copy_);
  copy_.reset();
}

}  // namespace audisp_eql::sequence
