// SPDX-License-Identifier: Apache-2.0
// The plugin under auditd: a reader thread, and the engine with its event loop.
// Reads until end of file, whatever its config, rules or syslog are like.
#pragma once

#include "plugin/exit_code.h"
#include "plugin/options.h"

namespace audisp_eql::plugin {

[[nodiscard]] ExitCode run_live(const Options& options);

}  // namespace audisp_eql::plugin
