// SPDX-License-Identifier: Apache-2.0
// Where the process table keeps its processes: slots, found by pid with older
// generations behind, least recently seen first to go. No semantics of audit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "lib/entity/process_table.h"

namespace audisp_eql::entity {

// The parent a fork record named, as it was then.
struct ForkParent {
  EntityId entity_id;
  ImagePtr image;
  std::uint32_t pid = 0;
  std::uint32_t euid = audit::kUnsetId;
  std::uint32_t auid = audit::kUnsetId;
};

// A fork record's word that a process was born.
struct ForkHint {
  Moment when;
  ForkParent forker;
  audit::Fork::Sureness sureness = audit::Fork::Sureness::kProcess;
  bool is_proved = false;  // the child was seen itself
};

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = UINT32_MAX;

// Most have no fork records, and there may be many: these are kept apart.
struct Node {
  Process process;
  // The fork record that told of its birth.
  std::unique_ptr<ForkHint> birth;
  // A further fork record named this pid while it was taken.
  std::unique_ptr<ForkHint> pending_hint;

  // Only a fork record told of this process.
  [[nodiscard]] bool is_only_hinted() const { return birth != nullptr && !birth->is_proved; }

 private:
  friend class ProcessStore;
  Slot self_ = kNoSlot;
  Slot older_ = kNoSlot;  // the pid's generation before
  Slot previous_ = kNoSlot, next_ = kNoSlot;
};

class ProcessStore {
 public:
  // A record concerns at most a process, its parent and a child at a time.
  static constexpr std::size_t kMinProcesses = 4;

  explicit ProcessStore(std::size_t max_processes) : max_(std::max(max_processes, kMinProcesses)) {}

  // Newest generation of a pid; nullptr when none.
  [[nodiscard]] Node* newest(std::uint32_t pid);
  [[nodiscard]] Node* older(const Node& node);

  // A new newest generation. REQUIRES: evict_candidate() was dealt with when full().
  Node& insert(std::uint32_t pid);
  void erase(Node& node);

  // Moves to the end of its queue: seen just now.
  void touch(Node& node);
  // Into the queue of ended processes, which go first.
  void mark_ended(Node& node, Moment when);
  // Only a fork record told of it: such go before processes that were seen.
  void mark_born(Node& node, ForkHint hint);
  // It was seen itself.
  void prove(Node& node);

  [[nodiscard]] bool full() const { return size_ >= max_; }
  [[nodiscard]] bool overfull() const { return size_ > max_; }
  // The process to let go of next: ended longest ago, else born longest ago and
  // never seen, else unseen longest.
  [[nodiscard]] Node* evict_candidate();
  // The one that ended longest ago; nullptr when none has.
  [[nodiscard]] Node* oldest_ended();

  [[nodiscard]] std::size_t size() const { return size_; }
  // Every process, the next to go first.
  [[nodiscard]] std::vector<Node*> all();
  void clear();
  // Puts every process into its queue anew, in this order. REQUIRES: each is there once.
  void set_order(const std::vector<Node*>& order);

 private:
  struct Queue {
    Slot head = kNoSlot, tail = kNoSlot;
  };

  static constexpr std::size_t kBlock = 64;

  Node& at(Slot slot) { return blocks_[slot / kBlock][slot % kBlock]; }
  Node* found(Slot slot) { return slot == kNoSlot ? nullptr : &at(slot); }
  Slot take_slot();
  Queue& queue_of(const Node& node) { return node.process.ended ? ended_ : node.is_only_hinted() ? born_ : alive_; }
  void unlink(Queue& queue, Node& node);
  void append(Queue& queue, Node& node);

  std::size_t max_;
  std::size_t size_ = 0;
  std::vector<std::unique_ptr<Node[]>> blocks_;  // a Node& stays valid
  Slot free_ = kNoSlot;                          // the first, linked by next_
  boost::unordered_flat_map<std::uint32_t, Slot> by_pid_;
  Queue alive_, born_, ended_;
};

}  // namespace audisp_eql::entity
