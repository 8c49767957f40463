// SPDX-License-Identifier: Apache-2.0
#include "lib/event/event.h"

#include <algorithm>
#include <cstring>

namespace audisp_eql::event {
namespace {

constexpr std::size_t kChunkBytes = 4096;

}  // namespace

void Event::clear() {
  order = {};
  std::fill(slots_.begin(), slots_.end(), Slot{});
  values_.clear();
  // Only the first chunk is kept: one huge event must not pin its memory.
  if (chunks_.size() > 1) chunks_.resize(1);
  if (!chunks_.empty() && chunks_.front().size > kChunkBytes) chunks_.clear();
  if (!chunks_.empty()) chunks_.front().used = 0;
}

void Event::set(FieldId id, std::span<const Value> values) {
  Slot& slot = slot_of(id);
  slot = {static_cast<std::uint32_t>(values_.size()), 0};
  for (const Value& v : values) {
    if (v.is_null()) continue;
    values_.push_back(v);
    ++slot.count;
  }
}

std::string_view Event::intern(std::string_view text) {
  if (text.empty()) return {};
  if (chunks_.empty() || chunks_.back().size - chunks_.back().used < text.size()) {
    const std::size_t size = std::max(kChunkBytes, text.size());
    chunks_.push_back({std::make_unique<char[]>(size), size, 0});
  }
  Chunk& chunk = chunks_.back();
  char* at = chunk.data.get() + chunk.used;
  std::memcpy(at, text.data(), text.size());
  chunk.used += text.size();
  return {at, text.size()};
}

std::vector<FieldId> Event::fields() const {
  std::vector<FieldId> out;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].count > 0) out.push_back(static_cast<FieldId>(i));
  }
  return out;
}

Event Event::own() const {
  Event copy;
  copy.order = order;
  std::size_t text = 0;
  std::size_t count = 0;
  for (const Slot& slot : slots_) {
    for (std::size_t i = 0; i < slot.count; ++i) {
      const Value& v = values_[slot.offset + i];
      text += v.is_string() ? v.as_string().size() : 0;
    }
    count += slot.count;
  }
  if (text > 0) copy.chunks_.push_back({std::make_unique<char[]>(text), text, 0});
  copy.values_.reserve(count);
  copy.slots_.resize(slots_.size());
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    copy.slots_[s] = {static_cast<std::uint32_t>(copy.values_.size()), slots_[s].count};
    for (std::size_t i = 0; i < slots_[s].count; ++i) {
      const Value& v = values_[slots_[s].offset + i];
      copy.values_.push_back(v.is_string() ? Value::string(copy.intern(v.as_string())) : v);
    }
  }
  return copy;
}

std::size_t Event::bytes() const {
  std::size_t n = slots_.capacity() * sizeof(Slot) + values_.capacity() * sizeof(Value);
  for (const Chunk& chunk : chunks_) n += chunk.size;
  return n;
}

}  // namespace audisp_eql::event
