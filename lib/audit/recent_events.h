// SPDX-License-Identifier: Apache-2.0
// What became of the last few thousand events that are no longer held, so that
// their remaining records are known at a glance. Fixed size; the oldest of a
// set of four is forgotten first.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/audit/event_key.h"

namespace audisp_eql::audit {

enum class Fate : std::uint8_t { kUnknown, kSkipped, kClosed };

class RecentEvents {
 public:
  static constexpr std::size_t kWays = 4;

  // Room for `events` or somewhat more: a power of two of sets.
  explicit RecentEvents(std::size_t events) : sets_(std::bit_ceil(std::max<std::size_t>(events / kWays, 1))) {}

  void remember(const EventKey& key, Fate fate);
  [[nodiscard]] Fate find(const EventKey& key) const {
    for (const Entry& entry : sets_[set_of(key)].entries) {
      if (entry.key == key && entry.fate != Fate::kUnknown) return entry.fate;
    }
    return Fate::kUnknown;
  }

 private:
  struct Entry {
    EventKey key;
    Fate fate = Fate::kUnknown;
  };
  struct Set {
    std::array<Entry, kWays> entries;
    std::uint8_t oldest = 0;
  };

  // Serials are handed out one by one: consecutive events fill all sets evenly.
  [[nodiscard]] std::size_t set_of(const EventKey& key) const {
    return (key.serial + std::uint64_t{key.node} * 0x9E3779B1U) & (sets_.size() - 1);
  }

  std::vector<Set> sets_;
};

}  // namespace audisp_eql::audit
