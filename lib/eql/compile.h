// SPDX-License-Identifier: Apache-2.0
// Typed tree to program. Takes any checked filter, folded or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/eql/program.h"
#include "lib/eql/typed.h"

namespace audisp_eql::eql {

struct CompileBudget {
  std::size_t instructions = 0;  // what is left; each test and term instruction takes one
  std::int64_t regex_memory_bytes = 0;
};

// Nullopt when the budget is used up. `fields` gives the names for dump().
[[nodiscard]] std::optional<Program> compile(const typed::Filter& filter, const event::FieldTable& fields,
                                             CompileBudget& budget);

}  // namespace audisp_eql::eql
