// SPDX-License-Identifier: Apache-2.0
// What the record stream lacks, said once until it is mended: "no alerts" must
// not be mistaken for "nothing happened". Time and counters come as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/engine/pipeline.h"

namespace audisp_eql::plugin {

// Sockets: of connects, for network.transport.
enum class Needs : std::uint8_t { kExecs, kExecsAndConnects, kSocketsToo };

class BlindSpots {
 public:
  using Clock = std::chrono::steady_clock;

  // Other records that must have come before the lack of one kind means anything.
  static constexpr std::uint64_t kOtherRecords = 100;
  // Events of a kind between two looks, half of them incomplete, before it is said.
  static constexpr std::uint64_t kIncomplete = 10;

  // `patience`: how long a kind of record may be missing; zero: for ever.
  BlindSpots(std::chrono::minutes patience, Clock::time_point now)
      : patience_(patience), exec_{now}, connect_{now}, socket_{now} {}

  // Each in one line for the operator, with what to do. Call about once a minute.
  [[nodiscard]] std::vector<std::string> look(const engine::Stats& stats, std::uint64_t dropped_lines, Needs needs,
                                              Clock::time_point now);

 private:
  struct Kind {
    Clock::time_point seen;
    std::uint64_t records = 0;
    std::uint64_t others = 0;  // other records in all when it was seen
    bool said = false;
  };
  // How many of a kind came, and how many lacked something.
  struct Share {
    std::uint64_t all = 0, lacking = 0;
    bool said = false;
  };

  [[nodiscard]] bool is_missing(Kind& kind, std::uint64_t records, std::uint64_t others, Clock::time_point now) const;
  [[nodiscard]] static bool is_incomplete(Share& share, std::uint64_t all, std::uint64_t lacking);

  std::chrono::minutes patience_;
  Kind exec_, connect_, socket_;
  Share without_arguments_, without_address_;
  std::uint64_t dropped_lines_ = 0;
  bool said_version_ = false;
};

}  // namespace audisp_eql::plugin
