// SPDX-License-Identifier: Apache-2.0
#include "plugin/host_id.h"

#include <unistd.h>

#include <array>
#include <climits>
#include <fstream>

namespace audisp_eql::plugin {

std::string this_host_id() {
  std::string id;
  std::ifstream file("/etc/machine-id");
  if (std::getline(file, id) && !id.empty()) return id;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0') return name.data();
  return "localhost";
}

std::vector<std::string> this_host_nodes() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return {};
  const std::string whole = name.data();
  return {whole, whole.substr(0, whole.find('.'))};
}

std::string this_boot_id() {
  std::string id;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, id);
  return id;
}

}  // namespace audisp_eql::plugin
