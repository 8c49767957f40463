// SPDX-License-Identifier: Apache-2.0
// Alerts on their way to the sinks, in their order. Those that an autostart entry
// may be the cause of wait while another thread looks for it, as long as a person
// would not notice; then they go without. Nothing here waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "lib/alert/alert.h"
#include "plugin/entry_finder.h"

namespace audisp_eql::plugin {

struct EntryCounters {
  std::uint64_t found = 0, not_found = 0;
  std::uint64_t not_asked = 0;  // too many questions waited
  std::uint64_t too_late = 0;   // no answer in time, or before too many alerts waited
};

class EntryLookups {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPatience{1000};
  static constexpr std::size_t kMaxWaiting = 1024;  // over it the first goes without

  // `finder` outlives it.
  explicit EntryLookups(EntryFinder& finder) : finder_(finder) {}

  void add(alert::Alert alert, Clock::time_point now);
  void handle(EntryFound found);
  // Those that need not wait any more, in order.
  [[nodiscard]] std::vector<alert::Alert> take_ready(Clock::time_point now);
  // All, at the end of the program.
  [[nodiscard]] std::vector<alert::Alert> take_all() { return take_ready(Clock::time_point::max()); }
  // When take_ready() has something at the latest; nullopt: nothing waits.
  [[nodiscard]] std::optional<Clock::time_point> due_at() const;
  [[nodiscard]] const EntryCounters& counters() const { return counters_; }

 private:
  struct Waiting {
    alert::Alert alert;
    std::uint64_t number = 0;  // of the question; 0: none, or answered
    Clock::time_point until;
  };

  [[nodiscard]] bool ask(const alert::Alert& alert);

  EntryFinder& finder_;
  std::deque<Waiting> waiting_;
  std::uint64_t last_number_ = 0;
  EntryCounters counters_;
};

// What to look for; nullopt: nothing points to an autostart entry.
[[nodiscard]] std::optional<EntryQuery> entry_query(const alert::Alert& alert);

}  // namespace audisp_eql::plugin
