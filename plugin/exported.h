// SPDX-License-Identifier: Apache-2.0
// scan over exported events (JSON lines) instead of audit records: reading
// them, and what is said of them at the end.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/ndjson/sorted_log.h"

namespace audisp_eql::plugin {

struct ExportedInputs {
  std::size_t read = 0;                 // inputs
  std::vector<Diagnostic> diagnostics;  // inputs that cannot be read (errors), lines that were refused (warnings)
};

// Reads every file ("-", or none at all: standard input) whole into `log`, unpacked;
// of one that fails what came before.
[[nodiscard]] ExportedInputs read_exported(const std::vector<std::string>& files, ndjson::SortedLog& log);

// Lines for people, after the run.
[[nodiscard]] std::string exported_summary(const ndjson::ReaderCounters& counters, std::size_t inputs,
                                           std::size_t results, std::size_t rules);

}  // namespace audisp_eql::plugin
