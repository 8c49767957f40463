// SPDX-License-Identifier: Apache-2.0
// A query seen as the machine works on it: the positive stages in a row, the
// missing ones by the gap they stand in. Views into the query, which outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/time.h"
#include "lib/eql/query.h"

namespace audisp_eql::sequence {

struct PlannedStage {
  const eql::Stage* stage = nullptr;
  std::uint64_t mask_bit = 0;  // of Machine::handle's stage_mask
  std::size_t index = 0;       // in Query::stages
  std::size_t key_group = 0;   // in Plan::key_groups
  std::size_t gap = 0;         // missing stage: number of positive stages before it
};

struct Plan {
  explicit Plan(const eql::Query& query);

  std::vector<PlannedStage> positive;
  std::vector<PlannedStage> missing;
  std::optional<PlannedStage> until;
  // The different key lists, each worked out once per event.
  std::vector<std::span<const eql::JoinKey>> key_groups;
  // Position of process.entity_id among the keys of some stage.
  std::optional<std::size_t> entity_key;
  std::optional<EventTime> maxspan;
  std::size_t stage_count = 0;
  bool leading = false;   // the first stage is missing
  bool trailing = false;  // the last stage is missing
};

}  // namespace audisp_eql::sequence
