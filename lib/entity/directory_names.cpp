// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/directory_names.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::entity {

using Action = audit::FileChange::Action;

void DirectoryNames::learn(EntityId entity_id, const audit::OpenedDirectory& opened, EventTime when) {
  for (Name& name : names_) {
    if (name.descriptor == opened.descriptor && name.entity_id == entity_id) name.descriptor.reset();
  }
  add({entity_id, opened.id, opened.descriptor, opened.path, when});
}

void DirectoryNames::add(Name name) {
  std::erase_if(names_, [&name](const Name& known) {
    return known.id == name.id && known.entity_id == name.entity_id && known.path == name.path;
  });
  names_.push_back(std::move(name));
  if (names_.size() > kMaxNames) names_.pop_front();
}

void DirectoryNames::complete(EntityId entity_id, audit::FileChange& change, EventTime when) {
  complete_paths(entity_id, change, when);
  if (change.moves_directory) return names_.clear();  // with it moved what is below
  if (!change.directory) return;
  // Removed, or its number is a new directory's.
  std::erase_if(names_, [&](const Name& name) { return name.id == *change.directory; });
  if (change.action == Action::kCreation && !change.file.path.empty()) {
    add({entity_id, *change.directory, std::nullopt, change.file.path, when});
  }
}

void DirectoryNames::complete_paths(EntityId entity_id, audit::FileChange& change, EventTime when) {
  std::string now = found_path(entity_id, change.file, change.parents, when);
  std::string before = found_path(entity_id, change.original, change.parents, when);
  // Two directories have not one path: the descriptor is another's by now.
  const auto parent = [](std::string_view path) { return path.substr(0, path.rfind('/') + 1); };
  if (change.parents.size() > 1 && parent(now) == parent(before)) return;
  completed_ += (now != change.file.path ? 1U : 0U) + (before != change.original.path ? 1U : 0U);
  change.file.path = std::move(now);
  change.original.path = std::move(before);
}

std::string DirectoryNames::found_path(EntityId entity_id, const audit::FileName& file,
                                       const std::vector<audit::InodeId>& parents, EventTime when) const {
  if (!file.path.empty() || file.name.empty()) return file.path;
  const auto parent = parent_of(entity_id, file, parents);
  std::string path(parent ? path_of(entity_id, *parent, when) : std::string_view{});
  if (path.empty()) return path;
  if (!path.ends_with('/')) path += '/';
  return path + file.name;
}

// Of two directories, the one that the descriptor was opened for.
std::optional<audit::InodeId> DirectoryNames::parent_of(EntityId entity_id, const audit::FileName& file,
                                                        const std::vector<audit::InodeId>& parents) const {
  if (parents.size() == 1) return parents.front();
  if (!file.descriptor) return std::nullopt;
  const auto opened = std::find_if(names_.begin(), names_.end(), [&](const Name& name) {
    return name.descriptor == file.descriptor && name.entity_id == entity_id;
  });
  if (opened == names_.end()) return std::nullopt;
  const bool is_parent = std::find(parents.begin(), parents.end(), opened->id) != parents.end();
  return is_parent ? std::optional(opened->id) : std::nullopt;
}

// Empty as well where the process has two names for it: through a link, or of two
// directories of the same number.
std::string_view DirectoryNames::path_of(EntityId entity_id, audit::InodeId id, EventTime when) const {
  const Name* found = nullptr;
  for (const Name& name : names_) {
    if (name.id != id || name.entity_id != entity_id) continue;
    if (found != nullptr) return {};
    found = &name;
  }
  if (found == nullptr) return {};
  const EventTime age = when > found->when ? when - found->when : found->when - when;
  return age <= kTrusted ? std::string_view(found->path) : std::string_view{};
}

}  // namespace audisp_eql::entity
