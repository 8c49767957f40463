// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_store.h"

#include <utility>

namespace audisp_eql::entity {

Node* ProcessStore::newest(std::uint32_t pid) {
  const auto it = by_pid_.find(pid);
  return it == by_pid_.end() ? nullptr : &at(it->second);
}

Node* ProcessStore::older(const Node& node) { return found(node.older_); }

// A new block is all free, its first slot foremost.
Slot ProcessStore::take_slot() {
  if (free_ == kNoSlot) {
    const auto begin = static_cast<Slot>(blocks_.size() * kBlock);
    blocks_.push_back(std::make_unique<Node[]>(kBlock));
    for (Slot slot = begin + kBlock; slot-- > begin;) at(slot).next_ = std::exchange(free_, slot);
  }
  return std::exchange(free_, std::exchange(at(free_).next_, kNoSlot));
}

Node& ProcessStore::insert(std::uint32_t pid) {
  const Slot slot = take_slot();
  Node& node = at(slot);
  node.self_ = slot;
  node.process.pid = pid;
  const auto [it, added] = by_pid_.try_emplace(pid, slot);
  node.older_ = added ? kNoSlot : it->second;
  it->second = slot;
  append(alive_, node);
  ++size_;
  return node;
}

void ProcessStore::erase(Node& node) {
  unlink(queue_of(node), node);
  const auto it = by_pid_.find(node.process.pid);
  if (it->second == node.self_) {
    if (node.older_ == kNoSlot) {
      by_pid_.erase(it);
    } else {
      it->second = node.older_;
    }
  } else {
    Node* newer = &at(it->second);
    while (newer->older_ != node.self_) newer = &at(newer->older_);
    newer->older_ = node.older_;
  }
  const Slot slot = node.self_;
  node = Node();
  node.next_ = std::exchange(free_, slot);
  --size_;
}

void ProcessStore::touch(Node& node) {
  if (node.process.ended || node.is_only_hinted()) return;  // these go in the order in which they came
  unlink(alive_, node);
  append(alive_, node);
}

void ProcessStore::mark_ended(Node& node, Moment when) {
  unlink(queue_of(node), node);
  node.process.ended = true;
  node.process.end = when;
  append(ended_, node);
}

void ProcessStore::mark_born(Node& node, ForkHint hint) {
  unlink(queue_of(node), node);
  node.birth = std::make_unique<ForkHint>(std::move(hint));
  node.birth->is_proved = false;
  append(born_, node);
}

void ProcessStore::prove(Node& node) {
  unlink(queue_of(node), node);
  node.birth->is_proved = true;
  append(queue_of(node), node);
}

Node* ProcessStore::oldest_ended() { return found(ended_.head); }

Node* ProcessStore::evict_candidate() {
  for (const Queue* queue : {&ended_, &born_, &alive_}) {
    if (queue->head != kNoSlot) return &at(queue->head);
  }
  return nullptr;
}

std::vector<Node*> ProcessStore::all() {
  std::vector<Node*> out;
  for (const Queue* queue : {&ended_, &born_, &alive_}) {
    for (Slot s = queue->head; s != kNoSlot; s = at(s).next_) out.push_back(&at(s));
  }
  return out;
}

void ProcessStore::clear() {
  blocks_.clear();
  free_ = kNoSlot;
  by_pid_.clear();
  alive_ = born_ = ended_ = {};
  size_ = 0;
}

void ProcessStore::set_order(const std::vector<Node*>& order) {
  alive_ = born_ = ended_ = {};
  for (Node* node : order) node->previous_ = node->next_ = kNoSlot;
  for (Node* node : order) append(queue_of(*node), *node);
}

void ProcessStore::unlink(Queue& queue, Node& node) {
  (node.previous_ == kNoSlot ? queue.head : at(node.previous_).next_) = node.next_;
  (node.next_ == kNoSlot ? queue.tail : at(node.next_).previous_) = node.previous_;
  node.previous_ = node.next_ = kNoSlot;
}

void ProcessStore::append(Queue& queue, Node& node) {
  node.previous_ = queue.tail;
  (queue.tail == kNoSlot ? queue.head : at(queue.tail).next_) = node.self_;
  queue.tail = node.self_;
}

}  // namespace audisp_eql::entity
