// SPDX-License-Identifier: Apache-2.0
// Random sequences, samples and short logs in which they find something.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "lib/event/event.h"
#include "tests/support/timeline.h"

namespace audisp_eql::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int roll(int below) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(below)); }
  bool one_in(int n) { return roll(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(roll(static_cast<int>(from.size())))];
  }
  template <typename T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), engine_);
  }

 private:
  std::mt19937_64 engine_;
};

struct RandomQuery {
  std::string text;
  bool trailing = false;  // the last stage is missing
};

struct LogLine {
  std::int64_t ms = 0;
  Fields fields;
};

// The value of an environment variable that is a number.
[[nodiscard]] std::uint64_t from_environment(const char* name, std::uint64_t otherwise);

[[nodiscard]] RandomQuery random_sequence(Dice& dice);
[[nodiscard]] RandomQuery random_sample(Dice& dice);
// In order of time.
[[nodiscard]] std::vector<LogLine> random_log(Dice& dice);
[[nodiscard]] std::vector<event::Event> to_events(const std::vector<LogLine>& log, event::FieldTable& table);

}  // namespace audisp_eql::test
