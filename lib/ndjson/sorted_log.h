// SPDX-License-Identifier: Apache-2.0
// JSON lines in the order of their events: exports are rarely sorted. Holds the
// whole text in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/ndjson/reader.h"

namespace audisp_eql::ndjson {

// A line that was refused: which of which input, and why.
struct BadLine {
  std::string file;
  std::size_t line = 0;  // from 1
  std::string why;
};

enum class ReplayOrder {
  kEvent,    // by time, tiebreaker, arrival: what sequences need
  kArrival,  // as the inputs have them
};

class SortedLog {
 public:
  explicit SortedLog(Reader reader) : reader_(std::move(reader)) {}

  // Takes a whole input. Bad lines are reported (the first `kReported` of each input) and skipped.
  void add(std::string_view file, std::string text);
  // Every event. The Event is good for the call only.
  void replay(ReplayOrder order, const std::function<void(const event::Event&)>& visit);

  [[nodiscard]] const std::vector<BadLine>& bad_lines() const { return bad_; }
  [[nodiscard]] const ReaderCounters& counters() const { return counters_; }

  static constexpr std::size_t kReported = 10;

 private:
  struct Entry {
    event::Order order;
    std::size_t input = 0;
    std::size_t offset = 0;
    std::size_t length = 0;
  };

  Reader reader_;
  std::vector<std::string> texts_;
  std::vector<Entry> entries_;
  std::vector<BadLine> bad_;
  ReaderCounters counters_;  // of the first pass: replay reads lines again
};

}  // namespace audisp_eql::ndjson
