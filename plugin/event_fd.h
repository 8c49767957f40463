// SPDX-License-Identifier: Apache-2.0
// Wakes another thread that waits for a descriptor. Any number of notify()s
// before a clear() are one.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

class EventFd {
 public:
  EventFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!fd_) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  [[nodiscard]] int fd() const { return fd_.get(); }  // readable after notify()

  void notify() {
    const std::uint64_t one = 1;
    // Fails only when the counter is at its end, and then the fd is readable anyway.
    [[maybe_unused]] const ssize_t n = ::write(fd_.get(), &one, sizeof one);
  }
  void clear() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &count, sizeof count);
  }

 private:
  UniqueFd fd_;
};

}  // namespace audisp_eql::plugin
