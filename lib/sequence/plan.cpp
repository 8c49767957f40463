// SPDX-License-Identifier: Apache-2.0
// Sorting a query's stages into positive and missing ones.
#include "lib/sequence/plan.h"

#include <algorithm>

namespace audisp_eql::sequence {
namespace {

constexpr std::size_t kLastMaskBit = 63;

std::size_t key_group_of(std::vector<std::span<const eql::JoinKey>>& groups, const std::vector<eql::JoinKey>& keys) {
  const auto same_keys = [&](std::span<const eql::JoinKey> group) {
    return std::equal(group.begin(), group.end(), keys.begin(), keys.end(),
                      [](const auto& a, const auto& b) { return a.field == b.field && a.optional == b.optional; });
  };
  const auto found = std::find_if(groups.begin(), groups.end(), same_keys);
  if (found != groups.end()) return static_cast<std::size_t>(found - groups.begin());
  groups.emplace_back(keys);
  return groups.size() - 1;
}

std::optional<std::size_t> entity_position(const std::vector<std::span<const eql::JoinKey>>& groups) {
  for (const auto group : groups) {
    const auto found = std::find_if(group.begin(), group.end(), [](const eql::JoinKey& key) {
      return key.field == event::FieldId::kProcessEntityId;
    });
    if (found != group.end()) return static_cast<std::size_t>(found - group.begin());
  }
  return std::nullopt;
}

}  // namespace

Plan::Plan(const eql::Query& query) : maxspan(query.maxspan), stage_count(query.stages.size()) {
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    const eql::Stage& stage = query.stages[i];
    const PlannedStage planned{.stage = &stage,
                               .mask_bit = std::uint64_t{1} << std::min(i, kLastMaskBit),
                               .index = i,
                               .key_group = key_group_of(key_groups, stage.keys),
                               .gap = positive.size()};
    (stage.missing ? missing : positive).push_back(planned);
  }
  if (query.until) {
    until = PlannedStage{.stage = &*query.until,
                         .mask_bit = std::uint64_t{1} << kLastMaskBit,
                         .index = query.stages.size(),
                         .key_group = key_group_of(key_groups, query.until->keys),
                         .gap = 0};
  }
  entity_key = entity_position(key_groups);
  leading = !missing.empty() && missing.front().gap == 0;
  trailing = !missing.empty() && missing.back().gap == positive.size();
}

}  // namespace audisp_eql::sequence
