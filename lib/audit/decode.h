// SPDX-License-Identifier: Apache-2.0
// Raw values to bytes, by the kernel's rule for untrusted strings
// (kernel/audit.c audit_log_untrustedstring): in quotes it is literal, bare it
// is hex. Never guessed from the content: "3005" in quotes is four characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace audisp_eql::audit {

enum class Decoded {
  kText,
  kAbsent,  // no such field, or bare (null), (none), ?
  kBad,     // an open quote, an odd number of digits, a digit that is none
};

// Appends the bytes of `raw` to `out`; nothing unless kText. A view with null
// data() is an absent field.
[[nodiscard]] Decoded append_decoded(std::string_view raw, std::string& out);

// Digits in pairs, upper or lower case; nullopt for anything else. Empty is
// the empty string.
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view digits);

}  // namespace audisp_eql::audit
