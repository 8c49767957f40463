// SPDX-License-Identifier: Apache-2.0
// A whole pipeline with small caps and rules of every kind that keeps state.
#pragma once

#include <string>
#include <vector>

#include "lib/engine/pipeline.h"
#include "lib/engine/rule.h"
#include "tests/fuzz/small_limits.h"

namespace audisp_eql::fuzz {

inline constexpr const char* kQueries[] = {
    "sequence by host.id, process.entity_id with maxspan=1s [process where event.action == \\\"exec\\\"] "
    "[network where event.action == \\\"connection_attempted\\\"]",
    "sequence by process.entity_id with maxspan=5s [process where event.type == \\\"start\\\"] "
    "![network where destination.port == 53 and network.transport != \\\"tcp\\\"] "
    "[network where true] until [process where event.type == \\\"end\\\"]",
    "process where process.args : (\\\"*-c*\\\", \\\"export*\\\") or process.parent.executable == null | head 9",
    "sequence by host.id, process.entity_id with maxspan=5s [file where file.path : \\\"*.desktop\\\" or "
    "file.Ext.original.name != null] [any where event.category != \\\"file\\\"]",
    "file where file.path == null or file.target_path != null or file.extension == \\\"desktop\\\"",
};

inline engine::RuleSet some_rules() {
  std::vector<Source> sources;
  for (const char* query : kQueries) {
    const std::string id = std::to_string(sources.size());
    sources.push_back({id,
                       "[rule]\nname = \"n\"\nrule_id = \"" + id +
                           "\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\nquery = \"" + query + "\"\n",
                       1, 1});
  }
  engine::RuleSet set = engine::load_rules(sources);
  check(set.refused == 0);
  return set;
}

inline engine::PipelineOptions small_pipeline() {
  engine::PipelineOptions out;
  out.max_line = 9000;
  out.grouper = kSmallLimits;
  out.engine.max_hosts = 3;
  out.engine.table = {.max_processes = 8, .max_image_bytes = 4096, .ended_kept = seconds(1)};
  out.engine.sequence.max_partials = 8;
  out.engine.sequence.max_bytes = 16'384;
  return out;
}

}  // namespace audisp_eql::fuzz
