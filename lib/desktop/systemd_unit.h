// SPDX-License-Identifier: Apache-2.0
// Which systemd unit a process belongs to, by its control group, and which
// autostart entry such a unit was made of. Sources: cgroups(7), systemd.unit(5),
// systemd-xdg-autostart-generator(8).
#pragma once

#include <string>
#include <string_view>

namespace audisp_eql::desktop {

// The innermost unit (`x.service`, `x.scope`) in the text of /proc/PID/cgroup,
// escapes in it kept; empty when there is none. A view into `text`.
[[nodiscard]] std::string_view unit_of_cgroup(std::string_view text);

// `app-NAME@autostart.service` to `NAME.desktop`, escapes undone; empty for
// every other unit.
[[nodiscard]] std::string autostart_entry_of(std::string_view unit);

}  // namespace audisp_eql::desktop
