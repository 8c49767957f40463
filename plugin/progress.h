// SPDX-License-Identifier: Apache-2.0
// One line on a terminal that says how far a scan is. Written over in place, at
// most five times a second, and not in the first half second: what is over at
// once needs none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace audisp_eql::plugin {

struct Reached {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> total;  // of bytes; nullopt where a pipe is among the inputs
  std::uint64_t alerts = 0;
  std::chrono::milliseconds elapsed{0};
};

// 1.2 MB, 999 B: SI units, two digits at least.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

// "412 MB of 1.9 GB (21 %), 96 MB/s, 0:16 left, 3 alerts".
[[nodiscard]] std::string progress_text(const Reached& reached);

// Whether this is a terminal that can write a line over.
[[nodiscard]] bool shows_progress(int fd);

class Progress {
 public:
  // Does not own `fd`; -1: nothing is shown.
  explicit Progress(int fd) : fd_(fd) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `elapsed` since the scan began, never less than before.
  void update(const Reached& reached);
  // Before anything else is written to the same terminal.
  void clear();

 private:
  int fd_;
  std::chrono::milliseconds next_{500};
  bool is_shown_ = false;
};

}  // namespace audisp_eql::plugin
