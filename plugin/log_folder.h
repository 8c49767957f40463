// SPDX-License-Identifier: Apache-2.0
// The files below a folder that may be logs. Opens none of them: what a file is
// says its content, see inputs.h.
#pragma once

#include <string>
#include <vector>

#include "lib/base/diagnostic.h"

namespace audisp_eql::plugin {

struct LeftOut {
  std::string path, why;  // "is a FIFO"
};

struct LogFolder {
  std::vector<std::string> files;  // regular, not empty; sorted
  std::vector<LeftOut> left_out;  // FIFOs, sockets, devices, links to folders or to nothing, empty files, too deep ones
  std::vector<Diagnostic> errors;  // folders that cannot be read
};

// With all folders in it, but links to folders are not followed: no loop, and
// nothing twice.
[[nodiscard]] LogFolder list_folder(const std::string& folder);

}  // namespace audisp_eql::plugin
