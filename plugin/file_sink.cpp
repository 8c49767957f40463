// SPDX-License-Identifier: Apache-2.0
#include "plugin/file_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "lib/alert/format.h"

namespace audisp_eql::plugin {
namespace {

constexpr mode_t kMode = 0640;

// '\n' when it cannot be told.
char last_byte(const std::string& path, const struct stat& st) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  char byte = '\n';
  if (fd) static_cast<void>(::pread(fd.get(), &byte, 1, st.st_size - 1));
  return byte;
}

}  // namespace

FileSink::FileSink(std::string path) : path_(std::move(path)) { open(); }

void FileSink::reopen() {
  stale_ = true;
  if (!open()) ++errors_;
}

bool FileSink::open() {
  UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kMode));
  last_error_ = fd ? 0 : errno;
  if (!fd) return false;
  fd_ = std::move(fd);
  struct stat st {};
  // Our umask is 077: the group that may read alerts is given its bit here, and
  // only to a file that is still empty.
  const bool regular = ::fstat(fd_.get(), &st) == 0 && S_ISREG(st.st_mode);
  if (regular && st.st_size == 0) ::fchmod(fd_.get(), kMode);
  torn_ = regular && st.st_size > 0 && last_byte(path_, st) != '\n';
  stale_ = false;
  return true;
}

void FileSink::emit(const alert::Alert& alert) { static_cast<void>(append(alert::format_json(alert))); }

bool FileSink::append(const std::string& json) {
  if (stale_ || !fd_) open();
  const bool done = fd_ && write(json + "\n");
  ++(done ? written_ : errors_);
  return done;
}

bool FileSink::write(const std::string& line) {
  // A full disk may have torn the line before: end it, so that this one can be read.
  const std::string whole = torn_ ? "\n" + line : line;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      last_error_ = errno;
      torn_ = torn_ || rest.size() < whole.size();
      return false;
    }
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  torn_ = false;
  return true;
}

}  // namespace audisp_eql::plugin
