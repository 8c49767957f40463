// SPDX-License-Identifier: Apache-2.0
#include "plugin/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kMaxFile = 16u << 20;

Diagnostic make(Severity severity, std::string message, std::string hint) {
  Diagnostic d;
  d.severity = severity;
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

// nullopt: the object may be used without a word.
std::optional<Diagnostic> judge(const std::string& path, const struct stat& st, Trust trust) {
  const uid_t self = ::geteuid();
  if (trust == Trust::kUser) {
    if ((st.st_mode & S_IWOTH) == 0 || (st.st_mode & S_ISVTX) != 0) return std::nullopt;
    return make(Severity::kWarning, fmt::format("{} can be changed by every user", path),
                fmt::format("chmod o-w {}", path));
  }
  const bool ours = st.st_uid == self && trust != Trust::kRoot;
  if (st.st_uid != 0 && !ours) {
    const std::string owner = trust == Trust::kState && self != 0 ? fmt::format("user {}", self) : "root";
    return make(Severity::kError, fmt::format("{} belongs to user {}, not to {}", path, st.st_uid, owner),
                fmt::format("chown {} {}", trust == Trust::kState ? std::to_string(self) : "root", path));
  }
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return make(Severity::kError, fmt::format("{} can be changed by its group or by every user", path),
                fmt::format("chmod go-w {}", path));
  }
  return std::nullopt;
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error(os_error("cannot read " + path, errno));
    if (n == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() > kMaxFile) return Error(make(Severity::kError, path + " is larger than 16 MiB", {}));
  }
}

}  // namespace

Diagnostic os_error(const std::string& message, int error) {
  return make(Severity::kError, fmt::format("{}: {}", message, std::generic_category().message(error)), {});
}

Diagnostic cannot_read(const std::string& path, int error, Trust trust) {
  Diagnostic d = os_error("cannot read " + path, error);
  if (error == EACCES && trust == Trust::kRoot) {
    d.hint = fmt::format("the plugin runs with group {0}: chgrp {0} {1}; chmod g+rX {1}; the folders above as well",
                         ::getegid(), path);
  }
  return d;
}

Diagnostic cannot_write(const std::string& path, int error) {
  Diagnostic d = os_error("cannot write " + escape_printable(path), error);
  if (error == EACCES || error == EPERM) {
    d.hint = fmt::format("give it and its folder to the user that we are: chown {0} {1}; chmod go-w {1}", ::geteuid(),
                         escape_printable(path));
  }
  return d;
}

Trust required_trust() { return ::geteuid() == 0 ? Trust::kRoot : Trust::kRequired; }

Result<ReadFile> read_file(const std::string& path, Trust trust) {
  // O_NONBLOCK: a FIFO without a writer must not stop us.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0) return Error(cannot_read(path, errno, trust));
  if (!S_ISREG(st.st_mode)) return Error(make(Severity::kError, path + " is not a regular file", {}));
  ReadFile file;
  if (auto complaint = judge(path, st, trust)) {
    if (complaint->severity == Severity::kError) return Error(std::move(*complaint));
    file.warnings.push_back(std::move(*complaint));
  }
  Result<std::string> text = read_all(fd.get(), path);
  if (!text) return text.error();
  file.source.file = path;
  file.source.text = std::move(*text);
  return file;
}

std::vector<Diagnostic> check_directory(const std::string& path, Trust trust) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return {cannot_read(path, errno, trust)};
  if (auto complaint = judge(path, st, trust)) return {std::move(*complaint)};
  return {};
}

}  // namespace audisp_eql::plugin
