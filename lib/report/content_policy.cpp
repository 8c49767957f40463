// SPDX-License-Identifier: Apache-2.0
#include "lib/report/content_policy.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "lib/alert/digest.h"

namespace audisp_eql::report {
namespace {

std::string hash(std::string_view text) {
  return fmt::format("'sha256-{}'", base64(alert::sha256_of(std::array<std::string_view, 1>{text})));
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = bytes.size() - i;
    const unsigned group = (unsigned{bytes[i]} << 16U) | (n > 1 ? unsigned{bytes[i + 1]} << 8U : 0U) |
                           (n > 2 ? unsigned{bytes[i + 2]} : 0U);
    out += kDigits[group >> 18U];
    out += kDigits[(group >> 12U) & 63U];
    out += n > 1 ? kDigits[(group >> 6U) & 63U] : '=';
    out += n > 2 ? kDigits[group & 63U] : '=';
  }
  return out;
}

std::string content_policy(std::string_view style, std::string_view script) {
  return fmt::format("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                     hash(style), hash(script));
}

}  // namespace audisp_eql::report
