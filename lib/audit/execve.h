// SPDX-License-Identifier: Apache-2.0
// An argument vector from EXECVE records: `argc`, `aN`, and `aN[i]` where the
// kernel split one argument over several fields or records. Ordered by index,
// never by arrival. Costs no more than the fields that are there, whatever
// `argc` and the indexes claim.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/audit/record.h"

namespace audisp_eql::audit {

struct ArgumentLimits {
  std::size_t max_args = 1u << 20;        // over it the last argument and the first ones are kept
  std::size_t max_arg_bytes = 32u << 20;  // decoded; an argument that does not fit is empty, the last one fits first
};

struct Arguments {
  std::vector<std::string> args;
  bool present = false;        // there is an EXECVE record
  bool truncated = false;      // something is missing or was left out
  bool argc_mismatch = false;  // fewer or other arguments than argc says, or no argc
  std::uint64_t bad_values = 0;
};

// Missing arguments are empty ones, but a gap of more than this many is closed
// up instead (truncated is set): argc is only a number in a record.
inline constexpr std::uint64_t kMaxFilledGap = 1024;

[[nodiscard]] Arguments collect_arguments(const ParsedGroup& group, const ArgumentLimits& limits = {});

}  // namespace audisp_eql::audit
