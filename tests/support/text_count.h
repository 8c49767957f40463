// SPDX-License-Identifier: Apache-2.0
// How often a text has a part.
#pragma once

#include <cstddef>
#include <string_view>

namespace audisp_eql::test {

// REQUIRES: a part that is not empty.
[[nodiscard]] inline std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

}  // namespace audisp_eql::test
