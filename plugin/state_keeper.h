// SPDX-License-Identifier: Apache-2.0
// State over restarts: what the engine knows is written when the plugin stops
// and taken up when it starts soon after, in the same boot. Each file is used
// once: it is removed before it is taken up, so that state which brings the
// program down brings it down once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/engine/pipeline.h"
#include "plugin/config.h"
#include "plugin/log.h"

namespace audisp_eql::plugin {

class StateKeeper {
 public:
  // `log` outlives it.
  StateKeeper(StateConfig config, Log& log) : config_(std::move(config)), log_(log) {}

  // At the start, after the rules were loaded. Says in the log what became of a
  // file that is there, and once if none can be written later.
  void restore(engine::Pipeline& pipeline);
  // At the stop, after the last input. False: not saved, because it is switched
  // off or cannot be; the log says why unless that was said at the start.
  [[nodiscard]] bool save(const engine::Pipeline& pipeline);

  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const {
    return {{"state_restored", restored_}, {"state_refused", refused_}};
  }

 private:
  // Why no state can be kept; empty when it can.
  [[nodiscard]] std::vector<Diagnostic> obstacles() const;
  void take(const std::string& bytes, engine::Pipeline& pipeline);

  StateConfig config_;
  Log& log_;
  bool usable_ = false;
  std::uint64_t restored_ = 0, refused_ = 0;
};

}  // namespace audisp_eql::plugin
