// SPDX-License-Identifier: Apache-2.0
// Says per rule whether it can run and what it needs of the audit records, and
// for the installed rules what the kernel records of that; validates the config;
// sends a test alert. Reads no records.
#pragma once

#include "plugin/exit_code.h"
#include "plugin/options.h"

namespace audisp_eql::plugin {

[[nodiscard]] ExitCode run_check(const Options& options);

}  // namespace audisp_eql::plugin
