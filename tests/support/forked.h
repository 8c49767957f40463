// SPDX-License-Identifier: Apache-2.0
// For what cannot be undone: runs it in a child process, and gives back what the child has to say.
#pragma once

#include <functional>
#include <string>

namespace audisp_eql::test {

// The child does not come back to the test: no doctest macros in `body`.
[[nodiscard]] std::string in_child(const std::function<std::string()>& body);

}  // namespace audisp_eql::test
