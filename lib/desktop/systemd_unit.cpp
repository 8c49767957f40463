// SPDX-License-Identifier: Apache-2.0
#include "lib/desktop/systemd_unit.h"

#include <charconv>

namespace audisp_eql::desktop {
namespace {

constexpr std::string_view kAppPrefix = "app-";
constexpr std::string_view kAutostartSuffix = "@autostart.service";

// `0::/PATH`, or of the first version's hierarchies that of systemd.
std::string_view path_of(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty() || controllers == "name=systemd") return line.substr(second + 1);
  }
  return {};
}

bool is_unit(std::string_view name) {
  // `.service` alone is no name.
  return (name.ends_with(".service") && name.size() > 8) || (name.ends_with(".scope") && name.size() > 6);
}

// `\xHH`; and `-` for `/`, which no entry's name has.
std::string unescape(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned value = 0;
    const char* const digits = name.data() + i + 2;
    if (name.substr(i).starts_with("\\x") && name.size() - i >= 4 &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out += static_cast<char>(value);
      i += 3;
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

std::string_view unit_of_cgroup(std::string_view text) {
  std::string_view path = path_of(text);
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
    if (is_unit(name)) return name;
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return {};
}

std::string autostart_entry_of(std::string_view unit) {
  if (!unit.starts_with(kAppPrefix) || !unit.ends_with(kAutostartSuffix)) return {};
  const std::size_t size = unit.size() - kAppPrefix.size();
  if (size <= kAutostartSuffix.size()) return {};
  const std::string name = unescape(unit.substr(kAppPrefix.size(), size - kAutostartSuffix.size()));
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos) return {};
  return name + ".desktop";
}

}  // namespace audisp_eql::desktop
