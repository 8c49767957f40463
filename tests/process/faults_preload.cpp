// SPDX-License-Identifier: Apache-2.0
// Loaded with LD_PRELOAD into the plugin: faults that no test can make for real.
// Of the folder that FAULTS names, while the file is there:
//   hang   fdatasync(2) does not return
//   clock  the wall clock is as many seconds off as the file says
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace {

std::string fault(const char* name) {
  const char* folder = std::getenv("FAULTS");
  return folder == nullptr ? std::string() : std::string(folder) + "/" + name;
}

long clock_offset() {
  const int fd = ::open(fault("clock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 32> text{};
  static_cast<void>(::read(fd, text.data(), text.size() - 1));
  ::close(fd);
  return std::strtol(text.data(), nullptr, 10);
}

template <typename Function>
Function next(Function /*same type*/, const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fdatasync(int fd) {
  while (::access(fault("hang").c_str(), F_OK) == 0) ::usleep(10'000);
  return next(&::fdatasync, "fdatasync")(fd);
}

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const int result = next(&::clock_gettime, "clock_gettime")(clock, out);
  if (result == 0 && clock == CLOCK_REALTIME) out->tv_sec += clock_offset();
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
}
