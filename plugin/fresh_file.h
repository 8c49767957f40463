// SPDX-License-Identifier: Apache-2.0
// A temporary file that nobody else put there: what lies under its name is
// removed, whatever it is, and the new one is ours alone.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

// For reading and writing; empty, with errno, when it cannot be made. No FIFO, link
// or file of somebody else is ever opened.
[[nodiscard]] inline UniqueFd create_fresh_file(const std::string& path, mode_t mode) {
  ::unlink(path.c_str());
  return UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
}

}  // namespace audisp_eql::plugin
