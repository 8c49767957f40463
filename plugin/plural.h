// SPDX-License-Identifier: Apache-2.0
// Counts as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace audisp_eql::plugin {

// "1 rule", "2 rules".
[[nodiscard]] inline std::string plural(std::uint64_t n, std::string_view word) {
  return std::to_string(n).append(" ").append(word).append(n == 1 ? "" : "s");
}

}  // namespace audisp_eql::plugin
