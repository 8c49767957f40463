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

}  // namespace

UserNames parse_passwd(std::string_view text) {
  UserNames names;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view name = take_until(line, ':');
    take_until(line, ':');
    const auto uid = audit::parse_number<std::uint32_t>(take_until(line, ':'));
    if (!name.empty() && uid) names.emplace(*uid, name);
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
    std::string_view line = take_until(text, '\n');
    if (take_until(line, ':') != name) continue;
    take_until(line, ':');
    const auto uid = audit::parse_number<std::uint32_t>(take_until(line, ':'));
    const auto gid = audit::parse_number<std::uint32_t>(take_until(line, ':'));
    if (!uid || !gid || *uid == kNoChange || *gid == kNoChange) return std::nullopt;
    return Account{*uid, *gid};
  }
  return std::nullopt;
}

std::optional<std::string> find_home(std::string_view text, std::uint32_t uid) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    take_until(line, ':');
    take_until(line, ':');
    if (audit::parse_number<std::uint32_t>(take_until(line, ':')) != uid) continue;
    take_until(line, ':');
    take_until(line, ':');
    const std::string_view home = take_until(line, ':');
    if (!home.starts_with('/')) return std::nullopt;
    return std::string(home);
  }
  return std::nullopt;
}

std::vector<std::string> login_homes(std::string_view text) {
  constexpr std::uint32_t kFirst = 1000;
  constexpr std::uint32_t kNobody = 65'534;
  std::vector<std::string> homes;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    take_until(line, ':');
    take_until(line, ':');
    const auto uid = audit::parse_number<std::uint32_t>(take_until(line, ':'));
    take_until(line, ':');
    take_until(line, ':');
    std::string_view home = take_until(line, ':');
    while (home.ends_with('/')) home.remove_suffix(1);
    if (!uid || (*uid != 0 && *uid < kFirst) || *uid >= kNobody || !home.starts_with('/')) continue;
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
