// SPDX-License-Identifier: Apache-2.0
// Storage of the events a grouper holds: slots with stable addresses that are
// used again, and lists threaded through them by number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "lib/audit/event_buffer.h"
#include "lib/audit/event_key.h"
#include "lib/audit/syscalls.h"
#include "lib/base/time.h"

namespace audisp_eql::audit {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;

struct Slot {
  enum class State : std::uint8_t {
    kOpen,   // records are coming in
    kReady,  // given up, to be read by next(); known by its key
    kKept,   // given up and read, kept for late fragments; known by its key
    kDone,   // complete, or forgotten before it was read
  };

  EventKey key;
  EventBuffer buffer;
  std::uint64_t begun = 0;  // number of events begun when it was opened
  EventTime opened;         // log time then
  State state = State::kOpen;
  bool has_syscall = false;
  SyscallKind kind = SyscallKind::kOther;  // of that record
  std::uint64_t process = 0;               // node and pid of its SYSCALL record; 0: not known
  bool has_end = false;                    // its PROCTITLE came before its SYSCALL
  std::uint32_t number = kNoSlot;
  std::uint32_t previous = kNoSlot, next = kNoSlot;  // in the one list it is in
};

class SlotList {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint32_t front() const { return head_; }

 private:
  friend class Slots;
  std::uint32_t head_ = kNoSlot, tail_ = kNoSlot;
  std::size_t size_ = 0;
};

class Slots {
 public:
  [[nodiscard]] Slot& operator[](std::uint32_t number) { return slots_[number]; }

  // A cleared slot in no list.
  [[nodiscard]] Slot& take();
  // REQUIRES: in no list.
  void give_back(Slot& slot) { free_.push_back(slot.number); }

  void push_back(SlotList& list, Slot& slot);
  void erase(SlotList& list, Slot& slot);

 private:
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace audisp_eql::audit
