// SPDX-License-Identifier: Apache-2.0
#include "plugin/autostart.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "lib/alert/digest.h"
#include "lib/desktop/desktop_entry.h"
#include "lib/desktop/systemd_unit.h"
#include "plugin/passwd.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kSuffix = ".desktop";
struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

std::string_view directory_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

// Of the text that was judged, whatever the file holds by now.
alert::DesktopEntryInfo info_of(const std::string& path, const desktop::DesktopEntry& entry, std::string_view text,
                                const struct stat& st) {
  alert::DesktopEntryInfo info;
  info.path = path;
  info.name = entry.name;
  info.exec = entry.exec;
  info.owner = std::to_string(st.st_uid);
  info.mtime = milliseconds(std::int64_t{st.st_mtim.tv_sec} * 1000 + st.st_mtim.tv_nsec / 1'000'000);
  info.sha256 = alert::to_hex(alert::sha256_of({&text, 1}));
  return info;
}

}  // namespace

AutostartEntries::AutostartEntries(std::string root)
    : root_(std::move(root)), root_fd_(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

struct AutostartEntries::File {
  std::string text;
  struct stat st {};
};

UniqueFd AutostartEntries::open(const std::string& path, int flags) const {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT;
  const long fd = ::syscall(SYS_openat2, root_fd_.get(), path.c_str(), &how, sizeof how);
  // Linux before 5.6: a copy is not searched there, its links could lead out of it.
  if (fd < 0 && errno == ENOSYS && root_ == "/") return UniqueFd(::open(path.c_str(), static_cast<int>(how.flags)));
  return UniqueFd(static_cast<int>(fd));
}

// Looked at before it is opened: an entry may be a link to a device, and a watchdog's
// starts to count when it is opened. Files of proc(5) and tracefs, some of which are
// used up by reading, have no size. O_NONBLOCK, so that no lease holds us up.
std::optional<AutostartEntries::File> AutostartEntries::read(const std::string& path, std::size_t max_bytes) const {
  const UniqueFd place = open(path, O_PATH);
  File file;
  if (!place || ::fstat(place.get(), &file.st) != 0 || !S_ISREG(file.st.st_mode)) return std::nullopt;
  if (file.st.st_size <= 0 || static_cast<std::uint64_t>(file.st.st_size) > max_bytes) return std::nullopt;
  const std::string same = "/proc/self/fd/" + std::to_string(place.get());
  const UniqueFd fd(::open(same.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  std::array<char, 16'384> buffer;
  for (;;) {
    const ssize_t n = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
    if (n < 0 && fd && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return file;
    file.text.append(buffer.data(), static_cast<std::size_t>(n));
    if (file.text.size() > max_bytes) return std::nullopt;  // it grows
  }
}

std::vector<std::string> AutostartEntries::directories(std::optional<std::uint32_t> uid) const {
  constexpr std::size_t kMaxPasswd = 16u << 20;
  std::vector<std::string> out;
  if (const auto passwd = uid ? read("/etc/passwd", kMaxPasswd) : std::nullopt) {
    if (const auto home = find_home(passwd->text, *uid)) out.push_back(*home + kUserAutostart);
  }
  out.insert(out.end(), std::begin(kSystemAutostart), std::end(kSystemAutostart));
  return out;
}

// nullopt: there are more than are looked at.
std::optional<std::vector<std::string>> AutostartEntries::names(const std::string& directory) const {
  std::vector<std::string> out;
  UniqueFd fd = open(directory, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, CloseDirectory> listing(fd ? ::fdopendir(fd.get()) : nullptr);
  if (!listing) return out;
  static_cast<void>(fd.release());
  std::size_t seen = 0;
  while (const dirent* const each = ::readdir(listing.get())) {
    const std::string_view name = each->d_name;
    if (++seen > kMaxNames) return std::nullopt;
    if (name.ends_with(kSuffix)) out.emplace_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<alert::DesktopEntryInfo> AutostartEntries::load(const std::string& path) const {
  const auto file = read(path, kMaxFile);
  const auto entry = file ? desktop::parse_desktop_entry(file->text) : std::nullopt;
  if (!entry) return std::nullopt;
  return info_of(path, *entry, file->text, file->st);
}

std::optional<alert::DesktopEntryInfo> AutostartEntries::by_exec_line(
    const EntryQuery& query, const std::vector<std::string>& directories) const {
  std::set<std::string> seen;
  std::optional<alert::DesktopEntryInfo> found;
  std::size_t bytes = 0;
  for (const std::string& directory : directories) {
    const auto listed = names(directory);
    if (!listed) return std::nullopt;
    for (const std::string& name : *listed) {
      if (!seen.insert(name).second) continue;
      const std::string path = directory + "/" + name;
      const auto file = read(path, kMaxFile);
      if (!file) continue;
      bytes += file->text.size();
      if (bytes > kMaxBytes) return std::nullopt;
      const auto entry = desktop::parse_desktop_entry(file->text);
      const auto is_started = [&](const std::vector<std::string>& args) { return desktop::starts(*entry, path, args); };
      if (!entry || std::none_of(query.launches.begin(), query.launches.end(), is_started)) continue;
      if (found) return std::nullopt;
      found = info_of(path, *entry, file->text, file->st);
    }
  }
  return found;
}

std::optional<alert::DesktopEntryInfo> AutostartEntries::find(const EntryQuery& query) const {
  const std::vector<std::string> where = directories(query.uid);
  const auto as = [](std::optional<alert::DesktopEntryInfo> info, const char* how) {
    if (info) info->found_by = how;
    return info;
  };
  if (const std::string name = desktop::autostart_entry_of(query.unit); !name.empty()) {
    for (const std::string& directory : where) {
      if (auto info = load(directory + "/" + name)) return as(std::move(info), "systemd_unit");
    }
  }
  // Whoever wrote the environment may name any file; only entries count.
  const std::string& path = query.environment_path;
  if (path.ends_with(kSuffix) && std::find(where.begin(), where.end(), directory_of(path)) != where.end()) {
    if (auto info = load(path)) return as(std::move(info), "environment");
  }
  return as(by_exec_line(query, where), "exec_line");
}

}  // namespace audisp_eql::plugin
