// SPDX-License-Identifier: Apache-2.0
// A temporary file that nobody else put there: what lies under its name is
// removed, whatever it is, and the new one is ours alone. And how it is filled.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

// For reading and writing; empty, with errno, when it cannot be made. No FIFO, link
// or file of somebody else is ever opened.
[[nodiscard]] inline UniqueFd create_fresh_file(const std::string& path, mode_t mode) {
  ::unlink(path.c_str());
  return UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
}

// False on an error, with errno.
[[nodiscard]] inline bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace audisp_eql::plugin
