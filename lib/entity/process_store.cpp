// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_store.h"

#include <utility>

namespace audisp_eql::entity {

Node* ProcessStore::newest(std::uint32_t pid) {
  const auto it = by_pid_.find(pid);
  return it == by_pid_.end() ? nullptr : &nodes_[it->second];
}

Node* ProcessStore::older(const Node& node) { return node.older == kNoSlot ? nullptr : &nodes_[node.older]; }

Node& ProcessStore::insert(std::uint32_t pid) {
  Slot slot = kNoSlot;
  if (free_.empty()) {
    slot = static_cast<Slot>(nodes_.size());
    nodes_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Node& node = nodes_[slot];
  node.self = slot;
  node.process.pid = pid;
  const auto [it, added] = by_pid_.try_emplace(pid, slot);
  node.older = added ? kNoSlot : it->second;
  it->second = slot;
  append(alive_, node);
  ++size_;
  return node;
}

void ProcessStore::erase(Node& node) {
  unlink(queue_of(node), node);
  const auto it = by_pid_.find(node.process.pid);
  if (it->second == node.self) {
    if (node.older == kNoSlot) {
      by_pid_.erase(it);
    } else {
      it->second = node.older;
    }
  } else {
    Node* newer = &nodes_[it->second];
    while (newer->older != node.self) newer = &nodes_[newer->older];
    newer->older = node.older;
  }
  const Slot slot = node.self;
  node = Node();
  free_.push_back(slot);
  --size_;
}

void ProcessStore::touch(Node& node) {
  if (node.process.ended || node.born_by_hint) return;  // these go in the order in which they came
  unlink(alive_, node);
  append(alive_, node);
}

void ProcessStore::mark_ended(Node& node, Moment when) {
  unlink(queue_of(node), node);
  node.process.ended = when;
  append(ended_, node);
}

void ProcessStore::mark_born(Node& node, ForkHint hint) {
  unlink(queue_of(node), node);
  node.born_by_hint = std::move(hint);
  append(born_, node);
}

void ProcessStore::prove(Node& node) {
  unlink(queue_of(node), node);
  node.born_by_hint.reset();
  append(queue_of(node), node);
}

Node* ProcessStore::oldest_ended() { return ended_.head == kNoSlot ? nullptr : &nodes_[ended_.head]; }

Node* ProcessStore::evict_candidate() {
  for (const Queue* queue : {&ended_, &born_, &alive_}) {
    if (queue->head != kNoSlot) return &nodes_[queue->head];
  }
  return nullptr;
}

std::vector<Node*> ProcessStore::all() {
  std::vector<Node*> out;
  for (const Queue* queue : {&ended_, &born_, &alive_}) {
    for (Slot s = queue->head; s != kNoSlot; s = nodes_[s].next) out.push_back(&nodes_[s]);
  }
  return out;
}

void ProcessStore::clear() {
  nodes_.clear();
  free_.clear();
  by_pid_.clear();
  alive_ = born_ = ended_ = {};
  size_ = 0;
}

void ProcessStore::unlink(Queue& queue, Node& node) {
  (node.previous == kNoSlot ? queue.head : nodes_[node.previous].next) = node.next;
  (node.next == kNoSlot ? queue.tail : nodes_[node.next].previous) = node.previous;
  node.previous = node.next = kNoSlot;
}

void ProcessStore::append(Queue& queue, Node& node) {
  node.previous = queue.tail;
  (queue.tail == kNoSlot ? queue.head : nodes_[queue.tail].next) = node.self;
  queue.tail = node.self;
}

}  // namespace audisp_eql::entity
