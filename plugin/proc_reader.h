// SPDX-License-Identifier: Apache-2.0
// /proc as values for the entity table. Reads only; a process that goes away
// meanwhile is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/entity/process_table.h"
#include "plugin/patience.h"

namespace audisp_eql::plugin {

class ProcReader {
 public:
  // Of a command line; what is beyond is left out. An entry that has as many counts
  // as cut.
  static constexpr std::size_t kMaxFile = 128u << 10;
  static constexpr std::size_t kMaxArgs = 4096;
  // `boot` is when the host started by the wall clock (nullopt: as the clocks
  // say at each read), `ticks` the clock ticks a second of stat's start time.
  ProcReader(std::string root, std::optional<EventTime> boot, std::int64_t ticks);
  // The machine's own.
  [[nodiscard]] static ProcReader of_this_host();

  // Without arguments where the process keeps them from being read (patience.h).
  [[nodiscard]] std::optional<entity::ProcEntry> read(std::uint32_t pid) const;
  [[nodiscard]] std::vector<entity::ProcEntry> read_all() const;
  // Which unit it is in now.
  [[nodiscard]] std::optional<entity::ProcUnit> unit(std::uint32_t pid) const;
  // Of the environment that it was given when it last executed; nullopt when there
  // is no such variable, or when it started after `not_after` (of records) and so is
  // another. May never come back: a process can keep readers of its memory waiting.
  [[nodiscard]] std::optional<std::string> variable(std::uint32_t pid, std::string_view name,
                                                    EventTime not_after) const;

 private:
  [[nodiscard]] std::string directory(std::uint32_t pid) const { return root_ + "/" + std::to_string(pid); }
  [[nodiscard]] EventTime boot_time() const;
  [[nodiscard]] EventTime start_of(const entity::ProcEntry& entry) const;
  // With the pid, its parent and its start.
  [[nodiscard]] std::optional<entity::ProcEntry> identify(std::uint32_t pid) const;

  std::string root_;
  std::optional<EventTime> boot_;
  std::int64_t ticks_;
  mutable Patience patience_;  // how many reads did not come back
};

}  // namespace audisp_eql::plugin
