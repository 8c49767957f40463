// SPDX-License-Identifier: Apache-2.0
// Text as the programs gzip, xz and zstd would pack it.
#pragma once

#include <string>
#include <string_view>

namespace audisp_eql::test {

[[nodiscard]] std::string gzip(std::string_view text);
[[nodiscard]] std::string xz(std::string_view text, unsigned preset = 6);
[[nodiscard]] std::string zstd(std::string_view text);
// So that unpacking needs this much memory at least: a power of two.
[[nodiscard]] std::string zstd_of_window(std::string_view text, int window_log);

}  // namespace audisp_eql::test
