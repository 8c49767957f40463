// SPDX-License-Identifier: Apache-2.0
#include "plugin/file_watches.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "lib/audit/path.h"
#include "lib/base/escape.h"
#include "lib/base/glob.h"
#include "plugin/autostart.h"
#include "plugin/passwd.h"

namespace audisp_eql::plugin {
namespace {

using audit::FileWatch;
using engine::FileNeed;
using engine::FilePlace;

std::string_view parent_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

bool has_letters(std::string_view pattern) { return pattern.find_first_not_of("*?/") != std::string_view::npos; }

class Finder {
 public:
  explicit Finder(std::string root) : root_(std::move(root)) {
    const auto passwd = read_login_homes(root_ + "/etc/passwd");
    if (!passwd) {
      out_.remarks.emplace_back("/etc/passwd cannot be read: no home is watched");
      return;
    }
    for (const std::string& home : *passwd) {
      if (is_directory(home)) homes_.push_back(home);
    }
  }

  void add(const FileNeed& need) {
    const std::vector<std::string> paths = need.place ? paths_of(*need.place) : std::vector<std::string>();
    for (const std::string& path : paths) add(need.place->kind, path);
    if (!paths.empty()) return;
    out_.unfed.push_back(need.pattern.empty()
                             ? fmt::format("{}: any file", escape_printable(need.rule))
                             : fmt::format("{}: {}", escape_printable(need.rule), escape_printable(need.pattern)));
  }

  FileWatches finish() {
    for (const FileWatch& watch : watches_) {
      // By its name it is watched more closely already.
      const bool is_covered =
          watch.kind == FileWatch::Kind::kName && watches_.contains({FileWatch::Kind::kEntries, watch.path});
      if (!is_covered) out_.watches.push_back(watch);
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<std::string> paths_of(const FilePlace& place) const {
    if (!has_wildcard(place.path)) {
      if (!place.path.starts_with('/')) return {};
      return {audit::resolve_path(place.path, "/")};
    }
    std::vector<std::string> paths = autostart_paths(place);
    if (paths.empty()) paths = home_paths(place.path);
    return paths;
  }

  // Of a named file, the directory that it is in may be the one with wildcards.
  [[nodiscard]] std::vector<std::string> autostart_paths(const FilePlace& place) const {
    std::vector<std::string> directories(std::begin(kSystemAutostart), std::end(kSystemAutostart));
    for (const std::string& home : homes_) directories.push_back(home + kUserAutostart);
    const std::string_view path = place.path;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const bool is_in_one = place.kind == FilePlace::Kind::kNamed && has_letters(parent_of(path));
    std::vector<std::string> out;
    for (const std::string& directory : directories) {
      if (glob_match(path, directory, CaseMode::kAsciiInsensitive)) {
        out.push_back(directory);
      } else if (is_in_one && glob_match(parent_of(path), directory, CaseMode::kAsciiInsensitive)) {
        out.push_back(directory + "/" + std::string(name));
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<std::string> home_paths(std::string_view path) const {
    const std::size_t end = std::min(path.find('/', path.find_last_of("*?")), path.size());
    const std::string_view head = path.substr(0, end);
    const std::string_view tail = path.substr(end);
    std::vector<std::string> out;
    if (!has_letters(head) && !tail.starts_with("/.")) return out;
    for (const std::string& home : homes_) {
      if (glob_match(head, home, CaseMode::kAsciiInsensitive)) out.push_back(home + std::string(tail));
    }
    return out;
  }

  void add(FilePlace::Kind kind, const std::string& path) {
    if (!audit::can_be_written(path)) {
      remark(fmt::format("{} has letters that auditctl cannot read", escape_printable(path)));
      return;
    }
    if (kind == FilePlace::Kind::kNamed) {
      add_name(FileWatch::Kind::kName, path);
      return;
    }
    if (is_directory(path) && stays_in_home(path)) watches_.insert({FileWatch::Kind::kBelow, path});
    add_name(FileWatch::Kind::kEntries, path);
  }

  // The kernel can watch a name that is not there, in a directory that is.
  void add_name(FileWatch::Kind kind, std::string_view path) {
    std::string_view parent = parent_of(path);
    while (!parent.empty() && !is_directory(std::string(parent))) {
      kind = FileWatch::Kind::kMade;
      path = parent;
      parent = parent_of(path);
    }
    watches_.insert({kind, std::string(path)});
  }

  bool is_directory(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(root_ + path, error);
    if (status.type() == std::filesystem::file_type::none) {
      remark(fmt::format("{} cannot be looked at ({})", escape_printable(path), error.message()));
    }
    return std::filesystem::is_directory(status);
  }

  // A link of a user's must not have the kernel watch all of the disk.
  bool stays_in_home(const std::string& path) {
    const auto home = std::find_if(homes_.begin(), homes_.end(), [&](const auto& h) { return is_below(path, h); });
    if (home == homes_.end()) return true;
    std::error_code error;
    const std::string there = std::filesystem::canonical(root_ + path, error).string();
    if (!error && is_below(there, std::filesystem::canonical(root_ + *home, error).string()) && !error) return true;
    remark(fmt::format("{} leads out of the home, to {}: what is in it is not watched", escape_printable(path),
                       escape_printable(there)));
    return false;
  }

  void remark(std::string text) {
    if (std::find(out_.remarks.begin(), out_.remarks.end(), text) == out_.remarks.end()) {
      out_.remarks.push_back(std::move(text));
    }
  }

  std::string root_;
  std::vector<std::string> homes_;
  std::set<FileWatch> watches_;
  FileWatches out_;
};

}  // namespace

FileWatches find_file_watches(const std::vector<FileNeed>& needs, const std::string& root) {
  Finder finder(root);
  for (const FileNeed& need : needs) finder.add(need);
  return finder.finish();
}

}  // namespace audisp_eql::plugin
