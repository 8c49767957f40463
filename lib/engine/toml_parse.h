// SPDX-License-Identifier: Apache-2.0
// The one door to toml++, and the one header that shows its types. For the files
// that turn TOML into values of ours (tests/layering.sh lists them), and for no
// header.
#pragma once

#include <cstddef>

#include <toml++/toml.h>

#include "lib/base/result.h"

namespace audisp_eql::engine {

// Parts of a key, those of the inline tables around it counted. A header and a key
// below it may have as many each.
constexpr std::size_t kMaxKeyParts = 128;

// One diagnostic, with its place, for text that is no TOML and for a key with more
// parts. So tables are nested no deeper than a few hundred, and may be walked by
// recursion, as toml++ itself does when it destroys them.
[[nodiscard]] Result<toml::table> parse_toml(const Source& file);

}  // namespace audisp_eql::engine
