// SPDX-License-Identifier: Apache-2.0
// One host's logs through the engine. With more than one job, reading (and
// unpacking), grouping, parsing, and rules each have a thread (libauparse is used
// by one of them alone), and what is done goes from one to the next: alerts, their
// order and their ids are those of a single thread.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/base/diagnostic.h"
#include "lib/engine/pipeline.h"
#include "plugin/inputs.h"

namespace audisp_eql::plugin {

// Gets the alerts that came, and empties the list. Called in the caller's thread.
using TakeAlerts = std::function<void(std::vector<alert::Alert>& alerts)>;

class HostScan {
 public:
  HostScan(engine::PipelineOptions options, engine::RuleSet rules, unsigned jobs);

  // Reads all inputs, in this order, as one log, or as much of it as their control
  // lets it. What could not be read is returned; the rest was.
  [[nodiscard]] std::vector<Diagnostic> run(std::vector<Input>& inputs, const TakeAlerts& take);

  // After run().
  [[nodiscard]] engine::Stats stats() const { return engine::stats_of(intake_, decoder_, engine_); }
  [[nodiscard]] bool wants_sockets() const { return engine_.selection().sockets; }
  [[nodiscard]] std::vector<engine::ExceptionHits> exception_hits() const { return engine_.exception_hits(); }

 private:
  struct Batch;
  struct Piece;
  class Batches;
  using TakePiece = std::function<void(const Piece& piece)>;

  static void read(std::vector<Input>& inputs, const TakePiece& take, std::vector<Diagnostic>& failures);
  void group(const Piece& piece, Batches& batches);
  void decode(Batch& batch);
  void judge(Batch& batch, const TakeAlerts& take);
  void run_in_one_thread(std::vector<Input>& inputs, const TakeAlerts& take, std::vector<Diagnostic>& failures);
  void run_in_four(std::vector<Input>& inputs, const TakeAlerts& take, std::vector<Diagnostic>& failures);

  unsigned jobs_;
  engine::Intake intake_;
  engine::Decoder decoder_;
  engine::Engine engine_;
  std::vector<alert::Alert> alerts_;
  std::size_t pieces_ = 0;  // without anything in them
};

}  // namespace audisp_eql::plugin
