// SPDX-License-Identifier: Apache-2.0
// Bytes of logs and rules as HTML. The only way by which they get into a page:
// printable first (lib/base/escape), then cut, then encoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/format.h"
#include "lib/base/time.h"

namespace audisp_eql::report {

inline constexpr std::size_t kTextBytes = 512;  // of one name, path or note

// Printable, at most `max_bytes`, where "..." marks a cut. REQUIRES: max_bytes >= 3.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t max_bytes = kTextBytes);

// Printable text for an element's content or an attribute in double quotes.
[[nodiscard]] std::string encode(std::string_view printable);

// Both, and behind a cut how long the whole is.
[[nodiscard]] std::string html_text(std::string_view bytes, std::size_t max_bytes = kTextBytes);

// Arguments as a shell would take them, each an element of its own, so that no
// writing direction reaches into the next. Long ones are cut, with their length.
[[nodiscard]] std::string html_command(const std::vector<std::string>& args);

// Bytes for a URL's fragment: all but letters and digits as %XX.
[[nodiscard]] std::string percent_encode(std::string_view bytes);

// 1,048,576
[[nodiscard]] std::string grouped(std::uint64_t number);
// "1 alert", "1,024 alerts"
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view word);

// <time>, as people read it: 2026-11-24 08:40:25.106 +01:00
[[nodiscard]] std::string html_time(EventTime time, const alert::UtcOffset& offset);
// The same to the second, without the zone; for tables.
[[nodiscard]] std::string html_short_time(EventTime time, const alert::UtcOffset& offset);
// All of it as text.
[[nodiscard]] std::string shown_time(EventTime time, const alert::UtcOffset& offset);

}  // namespace audisp_eql::report
