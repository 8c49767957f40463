// SPDX-License-Identifier: Apache-2.0
// The hosts of a stream of records, told apart by node=, each with its own
// processes and serials. Bounded: past the cap hosts share one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/binary.h"
#include "lib/entity/directory_names.h"
#include "lib/entity/process_table.h"

namespace audisp_eql::engine {

// Ids of the latest events, so that one met again (two copies of a log, an event
// given up and then completed) is not counted twice. Each has its place by serial,
// which the kernel counts up: neighbours in the log are neighbours here.
class RecentIds {
 public:
  static constexpr std::size_t kRemembered = 16'384;

  // False when the id was there already.
  bool insert(entity::Moment id);

 private:
  void grow();
  entity::Moment& place_of(std::uint64_t serial) { return ids_[serial % ids_.size()]; }

  std::vector<entity::Moment> ids_;  // serial 0 with time 0 is none
  std::size_t inserted_ = 0;         // at most as many as there are places
};

struct Host {
  Host(std::string host_id, const entity::TableLimits& limits, entity::EndedCallback ended)
      : id(std::move(host_id)), table(id, limits, std::move(ended)) {}

  // Whether this serial says that the host was started again.
  [[nodiscard]] bool began_anew(std::uint64_t serial) const;

  std::string id;
  entity::ProcessTable table;
  entity::DirectoryNames directories;  // not saved: they are trusted for a minute
  RecentIds recent;
  std::uint64_t last_serial = 0;
  bool is_shared = false;  // of several hosts
};

struct HostOptions {
  std::string default_host;              // host.id of records without node=
  std::vector<std::string> local_nodes;  // node= names that mean this host
  std::size_t max_hosts = 1024;
  entity::TableLimits table;
  entity::ProcSource proc;  // of this host's table
  entity::UnitSource unit;  // the same
};

class HostTable {
 public:
  HostTable(HostOptions options, entity::EndedCallback on_ended);

  // Found, or made.
  [[nodiscard]] Host& host(std::string_view node);
  [[nodiscard]] bool is_local(std::string_view node) const;
  // Of this host's table; empty: units are not asked for.
  void set_unit_source(entity::UnitSource source);

  void forget_sockets();  // of all tables

  // Restored hosts replace none until put in their place by replace().
  using Hosts = std::unordered_map<std::string, std::unique_ptr<Host>>;
  void save(BinaryWriter& out) const;
  [[nodiscard]] Hosts restore(BinaryReader& in);
  void replace(Hosts hosts);

  [[nodiscard]] std::vector<std::string> ids() const;  // sorted
  [[nodiscard]] std::size_t processes() const;
  [[nodiscard]] std::uint64_t over_cap() const { return over_cap_; }  // names met past max_hosts
  [[nodiscard]] entity::TableCounters counters() const;               // sum over hosts
  [[nodiscard]] std::uint64_t completed_paths() const;                // the same

 private:
  Host& add(std::string_view node);
  [[nodiscard]] std::unique_ptr<Host> make(std::string_view node) const;

  HostOptions options_;
  entity::EndedCallback on_ended_;
  Hosts hosts_;
  Host* last_host_ = nullptr;  // most logs have one
  std::string last_node_;
  std::uint64_t over_cap_ = 0;
};

}  // namespace audisp_eql::engine
