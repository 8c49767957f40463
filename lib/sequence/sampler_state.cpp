// SPDX-License-Identifier: Apache-2.0
// Candidates of samples, saved and restored: the event copies, then the keys,
// not seen for longest first.
#include "lib/sequence/sampler.h"
#include "lib/sequence/saved_events.h"

namespace audisp_eql::sequence {

void Sampler::save(BinaryWriter& out) const {
  BinaryWriter body;
  EventNumbers events;
  body.number(by_touch_.size());
  for (const GroupId id : by_touch_) {
    const Group& group = groups_[id];
    body.text(group.key);
    body.time(group.touched);
    for (const auto& held : group.by_filter) {
      body.number(held.size());
      for (const Held& one : held) {
        events.save(one.event, body);
        body.time(one.seen);
      }
    }
  }
  events.save_events(events_, out);
  out.raw(body.bytes());
}

bool Sampler::restore(BinaryReader& in, const event::SavedFields& fields) {
  RestoredEvents events(in, fields, events_);
  const std::size_t groups = in.count();
  for (std::size_t i = 0; i < groups && in.ok(); ++i) restore_group(in, events);
  events.release_all();
  if (!in.ok()) return false;
  enforce_caps();
  return true;
}

void Sampler::restore_group(BinaryReader& in, RestoredEvents& events) {
  const std::string key(in.text());
  const bool is_new = is_key(key, plan_.key_groups.front().size()) && ids_.find(key) == ids_.end();
  if (!in.require(is_new)) return;
  Group& group = groups_[group_of(key)];
  group.touched = in.time();
  for (auto& held : group.by_filter) {
    const std::size_t count = in.count();
    in.require(count <= candidates_needed());
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      const auto event = events.restore(in);
      if (!event) return;
      held.push_back({*event, in.time()});
      ++held_;
    }
  }
}

}  // namespace audisp_eql::sequence
