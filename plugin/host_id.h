// SPDX-License-Identifier: Apache-2.0
// Which machine this is, and which of its boots.
#pragma once

#include <string>
#include <vector>

namespace audisp_eql::plugin {

// /etc/machine-id, else the host name; never empty.
[[nodiscard]] std::string this_host_id();

// What auditd's name_format may call this machine in node=: its name, short and whole. `numeric` and `user`
// are not among them.
[[nodiscard]] std::vector<std::string> this_host_nodes();

// The kernel's id of this boot; empty when it cannot be read.
[[nodiscard]] std::string this_boot_id();

}  // namespace audisp_eql::plugin
