// SPDX-License-Identifier: Apache-2.0
#include "plugin/passwd.h"

#include <algorithm>

#include "lib/audit/numbers.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

// name:password:uid:gid:gecos:home:shell; views into the text.
struct Line {
  std::string_view name, home;
  std::optional<std::uint32_t> uid, gid;
};

Line take_line(std::string_view& text) {
  std::string_view rest = take_until(text, '\n');
  Line line;
  line.name = take_until(rest, ':');
  take_until(rest, ':');
  line.uid = audit::parse_number<std::uint32_t>(take_until(rest, ':'));
  line.gid = audit::parse_number<std::uint32_t>(take_until(rest, ':'));
  take_until(rest, ':');
  line.home = take_until(rest, ':');
  return line;
}

}  // namespace

UserNames parse_passwd(std::string_view text) {
  UserNames names;
  while (!text.empty()) {
    const Line line = take_line(text);
    if (!line.name.empty() && line.uid) names.emplace(*line.uid, line.name);
  }
  return names;
}

Result<UserNames> read_passwd(const std::string& path) {
  const Result<ReadFile> file = read_file(path, Trust::kUser);
  if (!file) return file.error();
  return parse_passwd(file->source.text);
}

std::optional<Account> find_account(std::string_view text, std::string_view name) {
  constexpr std::uint32_t kNoChange = 0xFFFF'FFFF;
  while (!text.empty()) {
    const Line line = take_line(text);
    if (line.name != name) continue;
    if (!line.uid || !line.gid || *line.uid == kNoChange || *line.gid == kNoChange) return std::nullopt;
    return Account{*line.uid, *line.gid};
  }
  return std::nullopt;
}

std::optional<std::string> find_home(std::string_view text, std::uint32_t uid) {
  while (!text.empty()) {
    const Line line = take_line(text);
    if (line.uid != uid) continue;
    if (!line.home.starts_with('/')) return std::nullopt;
    return std::string(line.home);
  }
  return std::nullopt;
}

std::vector<std::string> login_homes(std::string_view text) {
  constexpr std::uint32_t kFirst = 1000;
  constexpr std::uint32_t kNobody = 65'534;
  std::vector<std::string> homes;
  while (!text.empty()) {
    const Line line = take_line(text);
    std::string_view home = line.home;
    while (home.ends_with('/')) home.remove_suffix(1);
    if (!line.uid || (*line.uid != 0 && *line.uid < kFirst) || *line.uid >= kNobody || !home.starts_with('/')) continue;
    if (std::find(homes.begin(), homes.end(), home) == homes.end()) homes.emplace_back(home);
  }
  return homes;
}

Result<std::vector<std::string>> read_login_homes(const std::string& path) {
  const Result<ReadFile> file = read_file(path, Trust::kUser);
  if (!file) return file.error();
  return login_homes(file->source.text);
}

}  // namespace audisp_eql::plugin
