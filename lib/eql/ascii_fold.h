// SPDX-License-Identifier: Apache-2.0
// Lower-casing ASCII in bulk: everything in EQL that ignores case folds so.
// Bytes of other characters stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace audisp_eql::eql {

// Writes text.size() bytes to `out`, which may not overlap with `text`.
void lower_ascii(std::string_view text, char* out);
[[nodiscard]] std::string lower_ascii(std::string_view text);

}  // namespace audisp_eql::eql
