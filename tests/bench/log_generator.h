// SPDX-License-Identifier: Apache-2.0
// Audit logs for benchmarks, the same ones for the same seed. Not a simulation of a
// host: a mix of records in realistic shares, one event in twenty interleaved with
// the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string_view>

namespace audisp_eql::bench {

struct LogShape {
  std::string_view mix = "typical";  // or exec-heavy, firehose
  std::size_t bytes = 0;             // at least
  std::uint64_t seed = 1;
  bool enriched = true;
  bool eoe = false;           // as plugins get it; the log on disk has none
  bool terminated = true;     // false: neither PROCTITLE nor EOE
  unsigned hosts = 1;         // more: node= names, in turn
  unsigned per_second = 750;  // events, on the log's clock
};

// False for a mix of another name.
[[nodiscard]] bool write_log(const LogShape& shape, std::ostream& out);

}  // namespace audisp_eql::bench
