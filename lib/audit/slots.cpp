// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/slots.h"

namespace audisp_eql::audit {

Slot& Slots::take() {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back().number = free_.back();
  }
  Slot& slot = slots_[free_.back()];
  free_.pop_back();
  slot.buffer.clear();
  slot.state = Slot::State::kOpen;
  slot.has_syscall = false;
  slot.kind = SyscallKind::kOther;
  slot.has_end = false;
  slot.process = 0;
  return slot;
}

void Slots::push_back(SlotList& list, Slot& slot) {
  slot.previous = list.tail_;
  slot.next = kNoSlot;
  (list.tail_ == kNoSlot ? list.head_ : slots_[list.tail_].next) = slot.number;
  list.tail_ = slot.number;
  ++list.size_;
}

void Slots::erase(SlotList& list, Slot& slot) {
  (slot.previous == kNoSlot ? list.head_ : slots_[slot.previous].next) = slot.next;
  (slot.next == kNoSlot ? list.tail_ : slots_[slot.next].previous) = slot.previous;
  --list.size_;
}

}  // namespace audisp_eql::audit
