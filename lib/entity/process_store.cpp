// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_store.h"

#include <utility>

namespace audisp_eql::entity {

Node* ProcessStore::newest(std::uint32_t pid) {
  const auto it = by_pid_.find(pid);
  return it == by_pid_.end() ? nullptr : &nodes_[it->second];
}

Node* ProcessStore::older(const Node& node) { return node.older_ == kNoSlot ? nullptr : &nodes_[node.older_]; }

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
    Node* newer = &nodes_[it->second];
    while (newer->older_ != node.self_) newer = &nodes_[newer->older_];
    newer->older_ = node.older_;
  }
  const Slot slot = node.self_;
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
  node.born_by_hint = std::make_unique<ForkHint>(std::move(hint));
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
    for (Slot s = queue->head; s != kNoSlot; s = nodes_[s].next_) out.push_back(&nodes_[s]);
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

void ProcessStore::set_order(const std::vector<Node*>& order) {
  alive_ = born_ = ended_ = {};
  for (Node* node : order) node->previous_ = node->next_ = kNoSlot;
  for (Node* node : order) append(queue_of(*node), *node);
}

void ProcessStore::unlink(Queue& queue, Node& node) {
  (node.previous_ == kNoSlot ? queue.head : nodes_[node.previous_].next_) = node.next_;
  (node.next_ == kNoSlot ? queue.tail : nodes_[node.next_].previous_) = node.previous_;
  node.previous_ = node.next_ = kNoSlot;
}

void ProcessStore::append(Queue& queue, Node& node) {
  node.previous_ = queue.tail;
  (queue.tail == kNoSlot ? queue.head : nodes_[queue.tail].next_) = node.self_;
  queue.tail = node.self_;
}

}  // namespace audisp_eql::entity
