// SPDX-License-Identifier: Apache-2.0
// One case through the engine that live and scan use.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/cases/case_file.h"
#include "lib/engine/pipeline.h"

namespace audisp_eql::cases {

struct Outcome {
  bool passed = false;
  std::size_t alerts = 0;            // that came
  std::vector<std::string> details;  // why it did not pass, and which alerts came; printable
  std::string problem;               // the records say nothing, so neither does the case; else empty
};

// Time in records and events is the case's own. REQUIRES: `rules` are compiled from
// the same sources as those whose fields the case was parsed for; `records_file` has
// been read into `records`.
[[nodiscard]] Outcome run_case(const Case& one, engine::RuleSet rules, engine::PipelineOptions options);

}  // namespace audisp_eql::cases
