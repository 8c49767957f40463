// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/path.h"

#include <algorithm>

namespace audisp_eql::audit {
namespace {

void append_components(std::string_view path, std::string& out) {
  std::size_t pos = 0;
  while (pos < path.size()) {
    const std::size_t slash = path.find('/', pos);
    const std::size_t end = slash == std::string_view::npos ? path.size() : slash;
    const std::string_view part = path.substr(pos, end - pos);
    pos = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      out.erase(out.empty() ? 0 : out.rfind('/'));
      continue;
    }
    out += '/';
    out.append(part);
  }
}

}  // namespace

std::string resolve_path(std::string_view name, std::string_view cwd) {
  std::string out;
  if (name.empty()) return out;
  if (name.front() != '/') {
    if (cwd.empty() || cwd.front() != '/') return out;
    append_components(cwd, out);
  }
  append_components(name, out);
  if (out.empty()) out.push_back('/');
  return out;
}

bool climbs_out_of_a_name(std::string_view path) {
  bool named = false;
  for (std::size_t pos = 0; pos < path.size();) {
    const std::size_t end = std::min(path.find('/', pos), path.size());
    const std::string_view part = path.substr(pos, end - pos);
    pos = end + 1;
    if (part == ".." && named) return true;
    named = named || !(part.empty() || part == "." || part == "..");
  }
  return false;
}

}  // namespace audisp_eql::audit
