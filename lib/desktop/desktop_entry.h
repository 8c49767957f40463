// SPDX-License-Identifier: Apache-2.0
// Desktop entries (freedesktop.org, Desktop Entry Specification 1.5): what an
// autostart file starts, and whether a process executed just that. Users write
// these files, so anything may be in them. Knows no file system.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace audisp_eql::desktop {

struct DesktopEntry {
  std::string name;  // not localised
  std::string exec;  // Exec's value, unescaped as a string, field codes in it
  std::string icon;
  bool hidden = false;  // as if it were not there
};

// The group [Desktop Entry]; of keys given twice the first counts. nullopt:
// there is no such group. Lines that are none are skipped.
[[nodiscard]] std::optional<DesktopEntry> parse_desktop_entry(std::string_view text);

// Whether a process with these arguments is what the entry starts: by itself,
// through GLib's helpers (`gio-launch-desktop`, the shell of GLib 2.64-2.73), or
// as a script that the kernel gave to its interpreter. `path` is the entry's
// own, for %k. Arguments are equal or not; nothing is guessed.
[[nodiscard]] bool starts(const DesktopEntry& entry, std::string_view path, std::span<const std::string> args);

}  // namespace audisp_eql::desktop
