// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/host_table.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::engine {
namespace {

// A serial below a quarter of the last one means the host was started again
// (they count up from 1 each boot); not for small counts, where order varies.
constexpr std::uint64_t kBootSerial = 1024;
// Serials are 32 bits wide in the kernel and wrap.
constexpr std::uint64_t kNearWrap = 0xF000'0000;

// Hosts past the cap share one table under a name that no node= can have.
constexpr std::string_view kOverflow{"\0over", 5};

}  // namespace

bool RecentIds::insert(entity::Moment id) {
  if (inserted_ == ids_.size() && ids_.size() < kRemembered) grow();
  entity::Moment& place = place_of(id.serial);
  if (place == id && id != entity::Moment{}) return false;
  place = id;
  if (inserted_ < ids_.size()) ++inserted_;
  return true;
}

// Of many hosts most have few events.
void RecentIds::grow() {
  constexpr std::size_t kFirst = 64;
  const std::vector<entity::Moment> before = std::exchange(ids_, {});
  ids_.resize(before.empty() ? kFirst : before.size() * 4);
  for (const entity::Moment& id : before) {
    if (id != entity::Moment{}) place_of(id.serial) = id;
  }
}

bool Host::began_anew(std::uint64_t serial) const {
  return !is_shared && serial < last_serial / 4 && last_serial > kBootSerial && last_serial < kNearWrap;
}

HostTable::HostTable(HostOptions options, entity::EndedCallback on_ended)
    : options_(std::move(options)), on_ended_(std::move(on_ended)) {}

Host& HostTable::host(std::string_view node) {
  if (is_local(node)) node = "";
  if (last_host_ != nullptr && node == last_node_) return *last_host_;
  const auto it = hosts_.find(std::string(node));
  last_host_ = it != hosts_.end() ? it->second.get() : &add(node);
  last_node_ = node;
  return *last_host_;
}

bool HostTable::is_local(std::string_view node) const {
  return node.empty() ||
         std::find(options_.local_nodes.begin(), options_.local_nodes.end(), node) != options_.local_nodes.end();
}

Host& HostTable::add(std::string_view node) {
  if (!node.empty() && hosts_.size() >= options_.max_hosts) {
    // Names come from the network of an aggregator: past the cap they share one table.
    ++over_cap_;
    node = kOverflow;
    const auto it = hosts_.find(std::string(node));
    if (it != hosts_.end()) return *it->second;
  }
  return *hosts_.emplace(std::string(node), make(node)).first->second;
}

std::unique_ptr<Host> HostTable::make(std::string_view node) const {
  auto made =
      std::make_unique<Host>(node.empty() ? options_.default_host : std::string(node), options_.table, on_ended_);
  made->is_shared = node == kOverflow;
  if (node.empty()) {
    made->table.set_proc_source(options_.proc);
    made->table.set_unit_source(options_.unit);
  }
  return made;
}

void HostTable::set_unit_source(entity::UnitSource source) {
  options_.unit = std::move(source);
  if (const auto own = hosts_.find(""); own != hosts_.end()) own->second->table.set_unit_source(options_.unit);
}

void HostTable::forget_sockets() {
  for (const auto& [node, host] : hosts_) host->table.forget_sockets();
}

void HostTable::save(BinaryWriter& out) const {
  std::vector<std::string> nodes;
  for (const auto& [node, host] : hosts_) nodes.push_back(node);
  std::sort(nodes.begin(), nodes.end());  // this host, "", is the first
  out.number(nodes.size());
  for (const std::string& node : nodes) {
    const Host& host = *hosts_.at(node);
    out.text(node);
    out.number(host.last_serial);
    host.table.save(out);
  }
}

HostTable::Hosts HostTable::restore(BinaryReader& in) {
  Hosts restored;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::string node(in.text());
    auto host = make(node);
    host->last_serial = in.number();
    if (!in.require(host->table.restore(in))) break;
    if (node.empty() || restored.size() < options_.max_hosts) {
      restored.emplace(node, std::move(host));
    } else {
      ++over_cap_;
    }
  }
  return restored;
}

void HostTable::replace(Hosts hosts) {
  last_host_ = nullptr;
  hosts_ = std::move(hosts);
  for (const auto& [node, host] : hosts_) host->table.enforce_limits();
}

std::vector<std::string> HostTable::ids() const {
  std::vector<std::string> out;
  for (const auto& [node, host] : hosts_) out.push_back(host->id);
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t HostTable::processes() const {
  std::size_t n = 0;
  for (const auto& [node, host] : hosts_) n += host->table.size();
  return n;
}

std::uint64_t HostTable::completed_paths() const {
  std::uint64_t n = 0;
  for (const auto& [node, host] : hosts_) n += host->directories.completed();
  return n;
}

entity::TableCounters HostTable::counters() const {
  entity::TableCounters sum;
  for (const auto& [node, host] : hosts_) {
    const entity::TableCounters& c = host->table.counters();
    sum.created += c.created;
    sum.ended += c.ended;
    sum.evicted += c.evicted;
    sum.forgotten_args += c.forgotten_args;
    sum.parents_unknown += c.parents_unknown;
    sum.fork_hints += c.fork_hints;
    sum.fork_hints_refused += c.fork_hints_refused;
    sum.pids_reused += c.pids_reused;
    sum.boots += c.boots;
  }
  return sum;
}

}  // namespace audisp_eql::engine
