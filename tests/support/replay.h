// SPDX-License-Identifier: Apache-2.0
// A recording through the whole of lib/, as `scan` does it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/engine/pipeline.h"

namespace audisp_eql::test {

// A pipeline with the first rule.
class Replay {
 public:
  explicit Replay(const std::string& rule_file);

  void feed(std::string_view bytes) { pipeline_.feed(bytes, alerts_); }
  [[nodiscard]] const std::vector<alert::Alert>& finish();
  // As live stops: what waits for more is saved, not given out.
  [[nodiscard]] std::string stop();
  [[nodiscard]] const std::vector<alert::Alert>& alerts() const { return alerts_; }
  [[nodiscard]] engine::Pipeline& pipeline() { return pipeline_; }

 private:
  engine::Pipeline pipeline_;
  std::vector<alert::Alert> alerts_;
};

[[nodiscard]] std::vector<std::string> ids(const std::vector<alert::Alert>& alerts);
// In order of id, for inputs whose events complete in another order.
[[nodiscard]] std::vector<std::string> sorted_ids(const std::vector<alert::Alert>& alerts);

}  // namespace audisp_eql::test
