// SPDX-License-Identifier: Apache-2.0
#include "plugin/passwd.h"

#include <algorithm>
#include <charconv>

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
    const std::string_view id = take_until(line, ':');
    std::uint32_t uid = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), uid);
    if (name.empty() || id.empty() || error != std::errc() || end != id.data() + id.size()) continue;
    names.emplace(uid, name);
  }
  return names;
}

Result<UserNames> read_passwd(const std::string& path) {
  const Result<ReadFile> file = read_file(path, Trust::kUser);
  if (!file) return file.error();
  return parse_passwd(file->source.text);
}

}  // namespace audisp_eql::plugin
