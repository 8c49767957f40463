// SPDX-License-Identifier: Apache-2.0
// What processes call directories that they opened or made, so that the path of
// a name given relative to a descriptor can be told. Not from others' names for
// the same directory: a container, or a link, has other ones. Bounded, and it
// forgets where a path might no longer be the right one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/audit_event.h"
#include "lib/base/time.h"
#include "lib/entity/entity_id.h"

namespace audisp_eql::entity {

// Of one host.
class DirectoryNames {
 public:
  static constexpr std::size_t kMaxNames = 128;
  // Log time for which a name is trusted: not every rename of a directory above
  // is recorded, and numbers of removed ones are used again.
  static constexpr EventTime kTrusted = seconds(60);

  // The process `entity_id` opened it at `when`.
  void learn(EntityId entity_id, const audit::OpenedDirectory& opened, EventTime when);

  // Fills in the paths that the change's records do not tell, where it is sure;
  // then learns what happened to directories.
  void complete(EntityId entity_id, audit::FileChange& change, EventTime when);

  [[nodiscard]] std::uint64_t completed() const { return completed_; }  // paths filled in
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  void clear() { names_.clear(); }

 private:
  struct Name {
    EntityId entity_id;
    audit::InodeId id;
    std::optional<std::uint32_t> descriptor;  // none: made, or the number is another's now
    std::string path;
    EventTime when;
  };

  void add(Name name);
  void complete_paths(EntityId entity_id, audit::FileChange& change, EventTime when);
  [[nodiscard]] std::string found_path(EntityId entity_id, const audit::FileName& file,
                                       const std::vector<audit::InodeId>& parents, EventTime when) const;
  [[nodiscard]] std::optional<audit::InodeId> parent_of(EntityId entity_id, const audit::FileName& file,
                                                        const std::vector<audit::InodeId>& parents) const;
  [[nodiscard]] std::string_view path_of(EntityId entity_id, audit::InodeId id, EventTime when) const;

  std::deque<Name> names_;  // oldest first
  std::uint64_t completed_ = 0;
};

}  // namespace audisp_eql::entity
