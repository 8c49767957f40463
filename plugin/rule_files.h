// SPDX-License-Identifier: Apache-2.0
// Finds rule files and exceptions. Knows nothing of what is in them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {

struct RuleFiles {
  std::vector<Source> sources;
  std::optional<Source> exceptions;
  std::vector<Diagnostic> diagnostics;  // files and directories that could not be read, and warnings
};

// Each path is a file, or a directory of which *.toml are read in order of
// name, not deeper. The same file met again is left out.
[[nodiscard]] RuleFiles collect_rules(const std::vector<std::string>& paths, Trust trust);

}  // namespace audisp_eql::plugin
