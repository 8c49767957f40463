// SPDX-License-Identifier: Apache-2.0
// Fixture files as values.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"

namespace audisp_eql::test {

// The whole file; fails the running test case when it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& text);
[[nodiscard]] Source read_source(const std::filesystem::path& path);

// Files below `dir` (not deeper) that end in `extension`, sorted by name.
[[nodiscard]] std::vector<std::filesystem::path> files_in(const std::filesystem::path& dir,
                                                          const std::string& extension);

}  // namespace audisp_eql::test
