// SPDX-License-Identifier: Apache-2.0
// Places in a TOML text, for diagnostics. Parses nothing and knows no toml++.
#pragma once

#include <cstddef>
#include <string>

#include "lib/base/diagnostic.h"

namespace audisp_eql::engine {

// Both from 1, as toml++ counts.
struct TomlPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

// The content of the string that begins, with its quotes, at `begin`: a source of
// its own whose diagnostics name the file's lines.
[[nodiscard]] Source string_content(const Source& file, TomlPlace begin, std::string content);

}  // namespace audisp_eql::engine
