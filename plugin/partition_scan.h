// SPDX-License-Identifier: Apache-2.0
// One partition of a topic through an engine of its own: messages in, alerts out,
// and where a successor has to begin. Knows no Kafka, no sink and no clock.
//
// A message holds one or more lines of audit records of one host, as auditd writes
// them to audit.log or to a plugin; its key is the host's name, for lines without
// node=. All messages of one key are in one partition, in the order in which they
// were sent: that is why its hosts' sequences can be found here. A record may not be
// spread over two messages, an event may.
//
// Two offsets say how far it came, see ResumePoint. A successor reads from the first
// on, which brings its engine to where ours was, and gives alerts from the second on:
// those of messages before it are out. So a takeover loses no sequence that is not
// older than the lookback (commit_window.h), and repeats only what was given after
// the last commit, under the same event.id.
//
// Nothing of a message is trusted. NUL bytes, lines without end or without sense are
// the grouper's daily bread; lines over the limit are dropped. A message ends its
// last line, and no forged line of one message takes a line of the next. So forged
// lines (forged_lines.h) are found within a message alone: who sends the enriched
// audit.log a line a message sends them as genuine (docs/fleets.md). What is NOT
// checked is who wrote it: whoever may write to the topic can use any key and any
// node=, and so can be any host. Lines of another host than their key are believed
// (a host's short name beside its whole one) and counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/engine/pipeline.h"
#include "plugin/commit_window.h"

namespace audisp_eql::plugin {

struct TopicMessage {
  std::int64_t offset = 0;
  std::string_view key, value;  // may be empty
  EventTime came;               // Kafka's time of the message, not later than now
};

struct ResumePoint {
  std::int64_t begin = 0;  // the first message to read again
  std::int64_t next = 0;   // the first whose alerts may not be out

  bool operator==(const ResumePoint&) const = default;
};

struct PartitionCounters {
  std::uint64_t messages = 0;
  std::uint64_t malformed = 0;      // no record in it, or a key that can be no node=: left out
  std::uint64_t foreign_lines = 0;  // node= is not the key
  std::uint64_t read_again = 0;     // messages of before ResumePoint::next
  std::uint64_t alerts_again = 0;   // made of these, and not given
  std::uint64_t let_go = 0;         // messages that a successor will not read again, although it may need them
};

PartitionCounters& operator+=(PartitionCounters& sum, const PartitionCounters& more);

class PartitionScan {
 public:
  // `from`: where the predecessor was; {0, 0} if there was none.
  PartitionScan(engine::PipelineOptions options, engine::RuleSet rules, const WindowLimits& window, ResumePoint from);

  void take(const TopicMessage& message, std::vector<alert::Alert>& out);
  // No message for a while: events whose last records did not come are taken as they are.
  void idle(std::vector<alert::Alert>& out);
  // Nothing comes any more: what waits for an event to be missing is given.
  void finish(std::vector<alert::Alert>& out);

  // Once the alerts given so far are where they belong.
  [[nodiscard]] ResumePoint resume_point() const { return {window_.begin(next_), std::max(next_, from_.next)}; }
  [[nodiscard]] bool has_open_events() const { return pipeline_.stats().open_events > 0; }

  [[nodiscard]] const PartitionCounters& counters() const { return counters_; }
  [[nodiscard]] const engine::Pipeline& pipeline() const { return pipeline_; }

 private:
  // What is in it, at a look. nullopt: no record.
  [[nodiscard]] std::optional<EventTime> newest_in(const TopicMessage& message);
  void give_at_end(std::vector<alert::Alert>& out);
  void give(std::vector<alert::Alert>& out);
  void forget();

  engine::Pipeline pipeline_;
  CommitWindow window_;
  ResumePoint from_;
  std::int64_t next_ = 0;
  std::vector<alert::Alert> alerts_;
  PartitionCounters counters_;
};

// How long these rules' sequences can take, with what records may come late by;
// nullopt: there is no limit to it.
[[nodiscard]] std::optional<EventTime> needed_lookback(const engine::RuleSet& rules,
                                                       const engine::PipelineOptions& options);

}  // namespace audisp_eql::plugin
