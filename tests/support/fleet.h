// SPDX-License-Identifier: Apache-2.0
// Records of many hosts that do the same at the same time: equal pids, serials and
// stamps, so that only node= tells them apart. On each a program that the desktop
// session started connects (an alert of the shipped rule); and what would be one
// more, were hosts mixed: of each two hosts one has the exec alone, the other the
// connect of that pid.
#pragma once

#include <string>
#include <vector>

namespace audisp_eql::test {

// host000, host001, ...
[[nodiscard]] std::vector<std::string> fleet_hosts(unsigned from, unsigned to);

enum class Part {
  kBefore,   // the session begins, and its program: nothing is complete
  kConnect,  // and connects
};
// One host's lines; without node= where `node` is empty.
[[nodiscard]] std::vector<std::string> host_lines(const std::string& node, Part part, bool connects_alone);

// Of all these hosts, a line of one after a line of the other.
[[nodiscard]] std::string fleet_stream(const std::vector<std::string>& hosts, Part part);

}  // namespace audisp_eql::test
