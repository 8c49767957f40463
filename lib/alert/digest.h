// SPDX-License-Identifier: Apache-2.0
// SHA-256 over several texts, whole or cut to 16 bytes: ids that nobody can make collide,
// of texts that others choose. Knows nothing of what they mean.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace audisp_eql::alert {

using Sha256 = std::array<std::uint8_t, 32>;
using Digest = std::array<std::uint8_t, 16>;

// Of the parts, NUL-separated; whole.
[[nodiscard]] Sha256 sha256_of(std::span<const std::string_view> parts);
// Its first 16 bytes.
[[nodiscard]] Digest digest_of(std::span<const std::string_view> parts);

// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace audisp_eql::alert
