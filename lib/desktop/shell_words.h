// SPDX-License-Identifier: Apache-2.0
// A command line into words as GLib's g_shell_parse_argv(3) does it, which is
// how GNOME, Xfce, MATE and LXQt's library read Exec lines: quotes and
// backslashes of a POSIX shell, no expansion of anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace audisp_eql::desktop {

// nullopt: a quote that does not end, or a backslash at the end.
[[nodiscard]] std::optional<std::vector<std::string>> shell_words(std::string_view line);

}  // namespace audisp_eql::desktop
