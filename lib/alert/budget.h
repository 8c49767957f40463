// SPDX-License-Identifier: Apache-2.0
// Makes an alert printable and small enough for one message: text is escaped
// once, here, and what does not fit goes in a fixed order, least loss first.
// Knows no output format; the formatter is a function it calls.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "lib/alert/alert.h"

namespace audisp_eql::alert {

inline constexpr std::size_t kLeastBudget = 512;

// All text of the alert it is given is printable UTF-8.
using Render = std::function<std::string(const Alert&)>;

// The alert rendered in at most `max_bytes` (kUnlimited: whole; below
// kLeastBudget: kLeastBudget). Cuts set Alert::truncated and show as "...": the
// longest arguments, then their number, then evidence between the first and the
// last, then other long text, then whole sections. Takes time linear in the
// alert's size. REQUIRES: what `render` makes of an alert grows with its texts;
// a summary (Alert::suppressed) has no process, destination, file or evidence.
[[nodiscard]] std::string fit(const Alert& alert, std::size_t max_bytes, const Render& render);

// At most `max_bytes` of printable text, "..." included, cut neither inside a
// UTF-8 sequence nor inside an escape. REQUIRES: max_bytes >= 3.
[[nodiscard]] std::string cut_text(std::string_view printable, std::size_t max_bytes);

// Arguments joined by one space.
[[nodiscard]] std::string command_line(const std::vector<std::string>& args);

// Users of a summary: "0, 1000 and 3 more".
[[nodiscard]] std::string users_text(const Suppressed& suppressed);

}  // namespace audisp_eql::alert
