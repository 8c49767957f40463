// SPDX-License-Identifier: Apache-2.0
// /proc as values for the entity table. Reads only; a process that goes away
// meanwhile is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"
#include "lib/entity/process_table.h"

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

  [[nodiscard]] std::optional<entity::ProcEntry> read(std::uint32_t pid) const;
  [[nodiscard]] std::vector<entity::ProcEntry> read_all() const;

 private:
  [[nodiscard]] EventTime boot_time() const;

  std::string root_;
  std::optional<EventTime> boot_;
  std::int64_t ticks_;
};

}  // namespace audisp_eql::plugin
