// SPDX-License-Identifier: Apache-2.0
// Which autostart entry started a process: a .desktop file of the user's or the
// system's autostart directories (freedesktop.org, Desktop Application Autostart
// Specification). Reads files that users wrote: bounded in size and number, and
// only what is a regular file with something in it; nothing else is even opened.
// May wait for the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

// After the user's own, whose files hide theirs of the same name.
inline constexpr const char* kSystemAutostart[] = {"/etc/xdg/autostart", "/usr/share/gnome/autostart",
                                                   "/usr/share/autostart"};
// Below a home.
inline constexpr char kUserAutostart[] = "/.config/autostart";

struct EntryQuery {
  std::optional<std::uint32_t> uid;                // whose session it is
  std::vector<std::vector<std::string>> launches;  // arguments of the process and of its parents
  std::string unit;                                // its systemd unit; may be empty
  std::string environment_path;                    // GIO_LAUNCHED_DESKTOP_FILE; may be empty
};

class AutostartEntries {
 public:
  static constexpr std::size_t kMaxFile = 1u << 20;
  static constexpr std::size_t kMaxNames = 1024;       // in a directory, of whatever kind
  static constexpr std::size_t kMaxBytes = 16u << 20;  // read for one question

  // "/" is this host; else a copy of its file system, links in it stay in it.
  explicit AutostartEntries(std::string root);

  // The surest way first: the unit, the environment, then the only entry whose
  // Exec line is what was executed. nullopt: none, more than one, or too much to look at.
  [[nodiscard]] std::optional<alert::DesktopEntryInfo> find(const EntryQuery& query) const;

 private:
  struct File;

  [[nodiscard]] UniqueFd open(const std::string& path, int flags) const;
  [[nodiscard]] std::optional<File> read(const std::string& path, std::size_t max_bytes) const;
  [[nodiscard]] std::vector<std::string> directories(std::optional<std::uint32_t> uid) const;
  [[nodiscard]] std::optional<std::vector<std::string>> names(const std::string& directory) const;
  [[nodiscard]] std::optional<alert::DesktopEntryInfo> load(const std::string& path) const;
  [[nodiscard]] std::optional<alert::DesktopEntryInfo> by_exec_line(const EntryQuery& query,
                                                                    const std::vector<std::string>& directories) const;

  std::string root_;
  UniqueFd root_fd_;
};

}  // namespace audisp_eql::plugin
