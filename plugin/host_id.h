// SPDX-License-Identifier: Apache-2.0
// Which machine this is.
#pragma once

#include <string>

namespace audisp_eql::plugin {

// /etc/machine-id, else the host name; never empty.
[[nodiscard]] std::string this_host_id();

}  // namespace audisp_eql::plugin
