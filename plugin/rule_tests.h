// SPDX-License-Identifier: Apache-2.0
// Runs the cases that are kept with rules, and says of each what came. Reads no
// log but those that cases name.
#pragma once

#include "plugin/exit_code.h"
#include "plugin/options.h"

namespace audisp_eql::plugin {

// A line for each case on standard output, and a summary; what is wrong with
// files goes to standard error. kFailed: a case failed. kUsage: a rule or a case
// cannot be used, or there is no case at all.
[[nodiscard]] ExitCode run_test(const Options& options);

}  // namespace audisp_eql::plugin
