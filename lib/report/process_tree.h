// SPDX-License-Identifier: Apache-2.0
// Who started what, as nested lists that the page's style draws as a tree: parent,
// autostart entry, process, and below each process its events, in their order.
#pragma once

#include <string>
#include <string_view>

#include "lib/alert/alert.h"
#include "lib/alert/format.h"

namespace audisp_eql::report {

// `ausearch_input`: see Settings. Of more than 24 events the first and the last are shown.
[[nodiscard]] std::string process_tree(const alert::Alert& alert, const alert::UtcOffset& offset,
                                       std::string_view ausearch_input);

}  // namespace audisp_eql::report
