// SPDX-License-Identifier: Apache-2.0
// Saved are the images, then the processes, of one pid the older ones first,
// then the order of all in their queues.
#include "lib/entity/process_state.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lib/entity/saved_images.h"

namespace audisp_eql::entity {
namespace {

std::uint32_t restore_id(BinaryReader& in) { return static_cast<std::uint32_t>(in.number_up_to(UINT32_MAX)); }

EntityId restore_entity(BinaryReader& in) {
  const std::optional<EntityId> id = EntityId::from_number(in.number());
  in.require(id.has_value());
  return id.value_or(EntityId());
}

void save(const ForkParent& parent, ImageNumbers& images, BinaryWriter& out) {
  for (const std::uint32_t id : {parent.pid, parent.euid, parent.auid}) out.number(id);
  out.number(parent.entity_id.number());
  images.save(parent.image, out);
}

// A forker's image is inherited and asked for: there is always one.
ForkParent restore_parent(BinaryReader& in, const RestoredImages& images) {
  ForkParent parent;
  for (std::uint32_t* id : {&parent.pid, &parent.euid, &parent.auid}) *id = restore_id(in);
  parent.entity_id = restore_entity(in);
  parent.image = images.restore(in);
  in.require(parent.image != nullptr);
  return parent;
}

void save(const std::unique_ptr<ForkHint>& hint, ImageNumbers& images, BinaryWriter& out) {
  out.flag(hint != nullptr);
  if (!hint) return;
  save(hint->when, out);
  save(hint->forker, images, out);
  out.word(hint->sureness);
  out.flag(hint->is_proved);
}

std::unique_ptr<ForkHint> restore_hint(BinaryReader& in, const RestoredImages& images) {
  if (!in.flag()) return nullptr;
  auto hint = std::make_unique<ForkHint>();
  hint->when = restore_moment(in);
  hint->forker = restore_parent(in, images);
  hint->sureness = in.word(audit::Fork::Sureness::kPerhapsThread);
  hint->is_proved = in.flag();
  return hint;
}

void save_process(const Process& process, ImageNumbers& images, BinaryWriter& out) {
  for (const std::uint32_t id : {process.pid, process.euid, process.parent_pid, process.parent_euid}) out.number(id);
  save(process.start, out);
  save(process.end, out);
  out.flag(process.ended);
  out.number(process.entity_id.number());
  out.number(process.parent_entity_id.number());
  images.save(process.image, out);
  images.save(process.parent_image, out);
  process.sockets.save(out);
  out.word(process.doubt);
}

void restore_process(BinaryReader& in, const RestoredImages& images, Process& process) {
  for (std::uint32_t* id : {&process.euid, &process.parent_pid, &process.parent_euid}) *id = restore_id(in);
  process.start = restore_moment(in);
  process.end = restore_moment(in);
  process.ended = in.flag();
  process.entity_id = restore_entity(in);
  process.parent_entity_id = restore_entity(in);
  process.image = images.restore(in);
  process.parent_image = images.restore(in);
  in.require(process.image != nullptr);
  process.sockets.restore(in);
  process.doubt = in.word(Doubt::kForker);
}

void save_node(const Node& node, ImageNumbers& images, BinaryWriter& out) {
  save_process(node.process, images, out);
  save(node.birth, images, out);
  save(node.pending_hint, images, out);
}

Node* restore_node(BinaryReader& in, const RestoredImages& images, ProcessStore& store) {
  Node& node = store.insert(restore_id(in));
  restore_process(in, images, node.process);
  node.birth = restore_hint(in, images);
  node.pending_hint = restore_hint(in, images);
  return &node;
}

// All processes, of one pid the older ones first.
std::vector<Node*> by_generation(ProcessStore& store) {
  std::vector<std::pair<std::size_t, Node*>> found;  // with the number of newer ones
  for (Node* node : store.all()) {
    if (store.newest(node->process.pid) != node) continue;
    std::size_t newer = 0;
    for (; node != nullptr; node = store.older(*node)) found.emplace_back(newer++, node);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Node*> nodes;
  for (const auto& [newer, node] : found) nodes.push_back(node);
  return nodes;
}

}  // namespace

void save(const Moment& moment, BinaryWriter& out) {
  out.time(moment.time);
  out.number(moment.serial);
}

Moment restore_moment(BinaryReader& in) {
  Moment moment;
  moment.time = in.time();
  moment.serial = in.number();
  return moment;
}

void save(ProcessStore& store, BinaryWriter& out) {
  const std::vector<Node*> nodes = by_generation(store);
  BinaryWriter body;
  ImageNumbers images;
  std::unordered_map<const Node*, std::size_t> numbers;
  body.number(nodes.size());
  for (const Node* node : nodes) {
    numbers.emplace(node, numbers.size());
    save_node(*node, images, body);
  }
  for (const Node* node : store.all()) body.number(numbers.at(node));
  images.save_images(out);
  out.raw(body.bytes());
}

bool restore(BinaryReader& in, ProcessStore& store, ImageLedger& ledger) {
  const RestoredImages images(in);
  std::vector<Node*> nodes;
  const std::size_t count = in.count();
  while (in.ok() && nodes.size() < count) nodes.push_back(restore_node(in, images, store));
  std::vector<Node*> order;
  while (in.ok() && order.size() < count) {
    const std::uint64_t number = in.number_up_to(count - 1);
    Node*& node = nodes[static_cast<std::size_t>(number)];
    if (in.require(node != nullptr)) order.push_back(std::exchange(node, nullptr));
  }
  if (!in.ok()) return false;
  store.set_order(order);
  images.enter(ledger);
  return true;
}

}  // namespace audisp_eql::entity
