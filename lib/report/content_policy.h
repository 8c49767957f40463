// SPDX-License-Identifier: Apache-2.0
// The page's Content Security Policy (W3C, CSP Level 3): one style and one script,
// known by their hashes, and nothing else from anywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace audisp_eql::report {

// For <meta http-equiv>. Both are the exact text between their elements' tags.
[[nodiscard]] std::string content_policy(std::string_view style, std::string_view script);

// RFC 4648, section 4, padded.
[[nodiscard]] std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace audisp_eql::report
