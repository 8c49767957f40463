// SPDX-License-Identifier: Apache-2.0
// scan's input from a Kafka topic, as a member of a consumer group. All that knows
// librdkafka is in kafka_input.cpp; without AUDISP_EQL_KAFKA there is
// kafka_absent.cpp, whose open() says so.
//
// Partitions come and go: each that is assigned gets a PartitionScan, which begins
// where its predecessor's last commit says. When one is taken away, its state goes.
// - Alerts are given, and flushed, before an offset is committed: once a second, a tenth
//   of one after alerts, when a partition goes, and at the end. A broker may refuse a
//   commit while its group is being rebalanced. What was given after the last commit before
//   a kill is given again by the successor, under the same event.id.
// - Both offsets of ResumePoint are committed: the first as the offset, the second as
//   its metadata (`next=N`). Another consumer of the group, or a tool that resets its
//   offsets, writes none: then alerts are given from the offset on.
// - A topic that ends before `next` is another one of the same name: it is read from its
//   beginning.
// - An offset that is no longer there (retention) becomes the oldest that is;
//   `auto.offset.reset` in the settings file may say otherwise.
//
// One thread reads and judges; librdkafka has its own for the network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "plugin/byte_source.h"
#include "plugin/kafka_url.h"
#include "plugin/partition_scan.h"

namespace audisp_eql::plugin {

struct KafkaCounters {
  std::uint64_t commits_failed = 0;
  std::uint64_t errors = 0;      // of librdkafka's after the start, that reading survived
  std::uint64_t partitions = 0;  // assigned, each time
};

// What the input asks of its owner, all in run()'s thread.
struct KafkaOwner {
  std::function<std::unique_ptr<PartitionScan>(ResumePoint from)> make;
  // Writes these out, flushes, and empties the list. False: that failed; then nothing
  // is committed any more, and run() ends.
  std::function<bool(std::vector<alert::Alert>& alerts)> give;
  // A partition's last word: its counters.
  std::function<void(const PartitionScan& scan)> end;
  std::function<void(const Diagnostic& warning)> warn;
};

class KafkaInput {
 public:
  // `control` outlives it; its bytes are counted.
  KafkaInput(KafkaUrl url, EventTime idle, ReadControl& control, KafkaOwner owner);
  ~KafkaInput();
  KafkaInput(const KafkaInput&) = delete;
  KafkaInput& operator=(const KafkaInput&) = delete;

  // First. What is wrong with the settings, with the file's name and line.
  [[nodiscard]] std::vector<Diagnostic> open();
  // Reads until the control says stop; with `until=end` to the end of the partitions
  // that were assigned. Why it could not begin or go on, if so: no broker within ten
  // seconds, no such topic, or what librdkafka calls fatal. A broker that goes away
  // later is waited for. REQUIRES: open() found nothing wrong.
  [[nodiscard]] std::vector<Diagnostic> run();

  [[nodiscard]] const KafkaCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::plugin
