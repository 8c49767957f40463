// SPDX-License-Identifier: Apache-2.0
// Record type names to numbers: a switch for those that fill logs, libaudit
// for all others.
#pragma once

#include <string_view>

namespace audisp_eql::audit {

// AUDIT_* of linux/audit.h; `UNKNOWN[1399]` is 1399; -1 for no known name.
[[nodiscard]] int record_type_of(std::string_view name);

}  // namespace audisp_eql::audit
