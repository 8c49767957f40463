// SPDX-License-Identifier: Apache-2.0
// What a scan says at its end, on standard error: what was found, what was read,
// and what was not there, so that "0 alerts" is not mistaken for "clean".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/engine/pipeline.h"
#include "plugin/stream_sink.h"
#include "plugin/time_range.h"

namespace audisp_eql::plugin {

class Summary {
 public:
  void add_alert(const alert::Alert& alert);
  // The counters of one pipeline, at its end.
  void add(const engine::Stats& stats);
  void add_exceptions(const std::vector<engine::ExceptionHits>& hits);
  void set_inputs(std::size_t read, std::size_t failed) { inputs_ = read, failed_ = failed; }
  void set_rules(std::size_t used, std::size_t refused, std::size_t disabled) {
    rules_ = used, refused_ = refused, disabled_ = disabled;
  }

  // A rule reads network.transport.
  void expect_sockets() { expects_sockets_ = true; }
  void set_range(const TimeRange& range) { range_ = range; }
  void set_interrupted() { interrupted_ = true; }
  // Bytes of logs that repeat others.
  void set_repeated(std::uint64_t bytes) { repeated_bytes_ = bytes; }
  // An alert that is not shown: its time is outside of the range; it was shown before.
  void add_outside() { ++outside_; }
  void add_repeated() { ++repeated_; }

  [[nodiscard]] std::uint64_t alerts() const { return alerts_; }
  [[nodiscard]] std::string text(TimeZone zone) const;
  // The part of it that says which exceptions took alerts, and how many.
  [[nodiscard]] std::string excepted() const;
  // The part that says which alerts are not shown, and why.
  [[nodiscard]] std::string left_out(TimeZone zone) const;

 private:
  struct RuleCount {
    std::string name;
    std::uint64_t alerts = 0;
  };
  [[nodiscard]] std::uint64_t value(const std::string& name) const;
  [[nodiscard]] std::string found() const;
  [[nodiscard]] std::string read(TimeZone zone) const;
  [[nodiscard]] std::string missing() const;
  [[nodiscard]] std::string damaged() const;

  std::map<std::string, std::uint64_t> values_;              // by the names of Stats::values(), summed
  std::map<std::string, RuleCount> by_rule_;                 // by rule id
  std::map<std::size_t, engine::ExceptionHits> exceptions_;  // by line: they are of one file
  std::set<std::string> hosts_;
  std::optional<EventTime> first_, last_;
  TimeRange range_;
  std::uint64_t alerts_ = 0, outside_ = 0, repeated_ = 0, repeated_bytes_ = 0;
  bool expects_sockets_ = false, interrupted_ = false;
  std::size_t inputs_ = 0, failed_ = 0, rules_ = 0, refused_ = 0, disabled_ = 0;
};

}  // namespace audisp_eql::plugin
