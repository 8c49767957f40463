// SPDX-License-Identifier: Apache-2.0
// The engine over logs: alerts on standard output and nothing else there,
// everything that is said to people on standard error.
#pragma once

#include "plugin/exit_code.h"
#include "plugin/options.h"

namespace audisp_eql::plugin {

[[nodiscard]] ExitCode run_scan(const Options& options);

}  // namespace audisp_eql::plugin
