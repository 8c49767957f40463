// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/event_index.h"

#include <utility>

namespace audisp_eql::audit {
namespace {

constexpr std::size_t kInitialCells = 1024;

}  // namespace

EventIndex::EventIndex() : cells_(kInitialCells) {}

void EventIndex::insert(const EventKey& key, std::uint32_t slot) {
  if ((size_ + 1) * 2 > cells_.size()) grow();
  std::size_t at = home_of(key);
  while (cells_[at].slot != kFree) at = next(at);
  cells_[at] = {key, slot};
  ++size_;
}

void EventIndex::erase(const EventKey& key) {
  std::size_t hole = home_of(key);
  while (cells_[hole].slot != kFree && !(cells_[hole].key == key)) hole = next(hole);
  if (cells_[hole].slot == kFree) return;
  // Moves back what a probe would otherwise no longer reach.
  for (std::size_t at = next(hole); cells_[at].slot != kFree; at = next(at)) {
    const std::size_t home = home_of(cells_[at].key);
    const std::size_t mask = cells_.size() - 1;
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    cells_[hole] = cells_[at];
    hole = at;
  }
  cells_[hole].slot = kFree;
  --size_;
}

void EventIndex::grow() {
  std::vector<Cell> old(cells_.size() * 2);
  old.swap(cells_);
  size_ = 0;
  for (const Cell& cell : old) {
    if (cell.slot != kFree) insert(cell.key, cell.slot);
  }
}

}  // namespace audisp_eql::audit
