// SPDX-License-Identifier: Apache-2.0
// Record type names to numbers: a look at those that fill logs, libaudit for all
// others.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace audisp_eql::audit {

// The type whose name stands at `pos`, which is moved behind the space after it:
// AUDIT_* of linux/audit.h; `UNKNOWN[1399]` is 1399; -1 for no known name. nullopt
// when there is no name, or no space after it.
[[nodiscard]] std::optional<int> take_record_type(std::string_view line, std::size_t& pos);

}  // namespace audisp_eql::audit
