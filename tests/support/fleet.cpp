// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fleet.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

const Actor kSession{.pid = 500, .uid = 1000, .exe = "/usr/bin/xfce4-session"};
const Actor kProgram{.pid = 600, .uid = 1000, .exe = "/usr/bin/app"};
const Actor kOther{.pid = 601, .uid = 1000, .exe = "/usr/bin/app"};

Stamp at(unsigned ms) { return {1'795'506'100'000 + ms, 5000 + ms}; }

std::string by_session(std::string lines) {
  const std::string init = " ppid=1 ";
  lines.replace(lines.find(init), init.size(), fmt::format(" ppid={} ", kSession.pid));
  return lines;
}

std::string story(Part part, bool connects_alone) {
  if (part == Part::kBefore) {
    std::string lines = exec_event(kSession, at(0)) + by_session(exec_event(kProgram, at(10)));
    if (!connects_alone) lines += by_session(exec_event(kOther, at(20)));
    return lines;
  }
  std::string lines = by_session(connect_event(kProgram, at(30), 4008));
  if (connects_alone) lines += by_session(connect_event(kOther, at(40), 4009));
  return lines;
}

}  // namespace

std::vector<std::string> fleet_hosts(unsigned from, unsigned to) {
  std::vector<std::string> names;
  for (unsigned i = from; i < to; ++i) names.push_back(fmt::format("host{:03}", i));
  return names;
}

std::vector<std::string> host_lines(const std::string& node, Part part, bool connects_alone) {
  std::vector<std::string> lines;
  std::istringstream text(story(part, connects_alone));
  for (std::string line; std::getline(text, line);) {
    lines.push_back((node.empty() ? "" : "node=" + node + " ") + line + "\n");
  }
  return lines;
}

std::string fleet_stream(const std::vector<std::string>& hosts, Part part) {
  std::vector<std::vector<std::string>> all;
  for (std::size_t i = 0; i < hosts.size(); ++i) all.push_back(host_lines(hosts[i], part, i % 2 == 1));
  std::string out;
  for (std::size_t row = 0, rows = 1; row < rows; ++row) {
    for (const auto& lines : all) {
      rows = std::max(rows, lines.size());
      if (row < lines.size()) out += lines[row];
    }
  }
  return out;
}

}  // namespace audisp_eql::test
