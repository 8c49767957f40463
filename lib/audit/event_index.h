// SPDX-License-Identifier: Apache-2.0
// Event keys to slot numbers: open addressing, so that the common look-up of
// an event that is not there costs one probe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/audit/event_key.h"

namespace audisp_eql::audit {

class EventIndex {
 public:
  EventIndex();

  [[nodiscard]] std::optional<std::uint32_t> find(const EventKey& key) const {
    if (size_ == 0) return std::nullopt;
    for (std::size_t at = home_of(key); cells_[at].slot != kFree; at = next(at)) {
      if (cells_[at].key == key) return cells_[at].slot;
    }
    return std::nullopt;
  }
  // REQUIRES: `key` is not in the index.
  void insert(const EventKey& key, std::uint32_t slot);
  void erase(const EventKey& key);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Cell {
    EventKey key;
    std::uint32_t slot = kFree;
  };
  static constexpr std::uint32_t kFree = UINT32_MAX;

  [[nodiscard]] std::size_t home_of(const EventKey& key) const { return hash_of(key) & (cells_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (cells_.size() - 1); }
  void grow();

  std::vector<Cell> cells_;  // a power of two, at most half used
  std::size_t size_ = 0;
};

}  // namespace audisp_eql::audit
