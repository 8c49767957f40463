// SPDX-License-Identifier: Apache-2.0
// The command that finds one audit event. A serial alone does not: it begins anew
// at each boot, and every host has its own (ausearch(8)).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/alert/alert.h"

namespace audisp_eql::report {

// `LC_ALL=C TZ=UTC ausearch -a SERIAL -ts ... -te ... [--node NODE] [INPUT]`, where
// the two variables fix how ausearch reads a date. Without the times where it
// cannot read them (before 1970, after 2068). Empty for events without serial.
// `node` is raw; one that is no plain name is left out. `input` is as a shell has it.
[[nodiscard]] std::string search_command(const alert::Evidence& event, std::string_view node, std::string_view input);

}  // namespace audisp_eql::report
