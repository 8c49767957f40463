// SPDX-License-Identifier: Apache-2.0
// An alert as text: JSON (ECS), lines for people, CEF, CSV. All bytes are escaped
// here (lib/base/escape), before any formatter sees them; output is valid UTF-8.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "lib/alert/alert.h"

namespace audisp_eql::alert {

inline constexpr std::size_t kUnlimited = 0;

// One line without newline, nested ECS objects, absent fields left out. At
// most `max_bytes` (kUnlimited: whole): arguments are cut first, from the
// longest, then other long text; what was cut is marked (audisp_eql.truncated,
// and "..." in place) and the JSON stays valid. A budget below 512 is raised to 512.
[[nodiscard]] std::string format_json(const Alert& alert, std::size_t max_bytes = kUnlimited);

// A bare query's result: {"ids":[...]} in the order of the stages, null for a
// missing one; numbers where the events' own ids are numbers.
[[nodiscard]] std::string format_ids(const Alert& alert);

// ArcSight Common Event Format 0, one line, same budget rules.
[[nodiscard]] std::string format_cef(const Alert& alert, std::string_view product_version,
                                     std::size_t max_bytes = kUnlimited);

// One record of CSV (RFC 4180: cells in quotes where they need them, CRLF), with the
// fixed columns of csv_header(), which is the first record of a file; new ones will
// come last. No cell of text is taken for a formula by a spreadsheet: one that
// begins with = + - @ (also fullwidth) has an apostrophe before it. That holds for who
// reads it with commas: another separator would find more cells, wherever it stands.
[[nodiscard]] std::string format_csv(const Alert& alert);
[[nodiscard]] std::string csv_header();

// Seconds east of UTC at a time; lib/ knows no time zone.
using UtcOffset = std::function<int(EventTime)>;

enum class Colour { kOff, kOn };

// Several lines for a person, ending in a newline: rule, severity, host, user,
// process with parent and args, destination, each evidence event with its
// `ausearch -a SERIAL` hint, notes.
[[nodiscard]] std::string format_text(const Alert& alert, const UtcOffset& offset, Colour colour = Colour::kOff);
// One line for syslog's text format, same budget rules.
[[nodiscard]] std::string format_line(const Alert& alert, std::size_t max_bytes = kUnlimited);

// RFC 3339 with milliseconds: 2026-11-24T13:19:30.123Z, or with +01:00.
[[nodiscard]] std::string format_time(EventTime time, int utc_offset_seconds = 0);

}  // namespace audisp_eql::alert
