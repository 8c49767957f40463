// SPDX-License-Identifier: Apache-2.0
// Choosing a different candidate for each of several places (bipartite
// matching), as samples need it. Knows nothing of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace audisp_eql::sequence {

using Candidate = std::uint32_t;
using Choice = std::vector<Candidate>;  // one per place

// Up to `most` choices in which no candidate is used twice, first candidates
// first: in lexicographic order of positions. Empty when there is none.
// Polynomial in the sizes for each choice; depth of recursion is the number of
// places, which a rule's text bounds.
[[nodiscard]] std::vector<Choice> distinct_choices(std::span<const std::vector<Candidate>> places, std::size_t most);

}  // namespace audisp_eql::sequence
