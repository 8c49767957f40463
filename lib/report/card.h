// SPDX-License-Identifier: Apache-2.0
// One alert as an element of the page: a line that says it all, and behind it
// the process tree and the facts.
#pragma once

#include <string>
#include <string_view>

#include "lib/alert/alert.h"
#include "lib/alert/format.h"

namespace audisp_eql::report {

struct CardContext {
  const alert::UtcOffset& offset;
  std::string_view ausearch_input;
  std::string_view anchor;         // its element's id
  std::string_view rule_id, host;  // printable: what the filter compares
};

// The rule's name; a query from the command line has a number.
[[nodiscard]] std::string rule_title(const alert::RuleInfo& rule);

// A <details> element, closed; some tens of kB at most for the largest alert.
[[nodiscard]] std::string card(const alert::Alert& alert, const CardContext& context);

}  // namespace audisp_eql::report
