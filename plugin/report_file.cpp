// SPDX-License-Identifier: Apache-2.0
#include "plugin/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/byte_source.h"
#include "plugin/clocks.h"
#include "plugin/fresh_file.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kAuditLog = "audit.log";

std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

// audit.log, audit.log.1 and so on, which ausearch follows by itself.
bool is_rotated_log(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.substr(0, kAuditLog.size()) != kAuditLog) return false;
  name.remove_prefix(kAuditLog.size());
  return name.empty() ||
         (name.size() > 1 && name.front() == '.' && name.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

bool can_be_searched(const std::string& path) {
  struct stat there {};
  const bool is_directory = ::stat(path.c_str(), &there) == 0 && S_ISDIR(there.st_mode);
  return is_directory ? ::access(fmt::format("{}/{}", path, kAuditLog).c_str(), F_OK) == 0
                      : !path.empty() && !has_packed_name(path);
}

// A name that would have to be escaped could not be pasted into a shell.
std::string input_option(const std::string& path) {
  if (escape_printable(path) != path) return {};
  return "-if " + shell_quoted(path.front() == '-' ? "./" + path : path);
}

// What is empty has nothing to lose.
bool may_be_replaced(const std::string& path, const struct stat& there) {
  if (!S_ISREG(there.st_mode)) return false;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::array<char, 256> head{};
  const ssize_t n = fd ? ::read(fd.get(), head.data(), head.size()) : -1;
  return n == 0 || (n > 0 && report::begins_as_report({head.data(), static_cast<std::size_t>(n)}));
}

}  // namespace

std::string ausearch_input(const std::vector<std::string>& inputs) {
  if (inputs.empty() || std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) return {};
  if (inputs.size() == 1) return can_be_searched(inputs[0]) ? input_option(inputs[0]) : "";
  const std::string directory = directory_of(inputs[0]);
  const bool are_rotated = std::all_of(inputs.begin(), inputs.end(), [&](const std::string& path) {
    return is_rotated_log(path) && directory_of(path) == directory;
  });
  const bool has_newest = std::any_of(inputs.begin(), inputs.end(), [](std::string_view path) {
    return path.substr(path.rfind('/') + 1) == kAuditLog;
  });
  return are_rotated && has_newest ? input_option(directory) : "";
}

ReportFile::ReportFile(std::string path, std::vector<std::string> inputs, TimeZone zone)
    : path_(std::move(path)),
      temporary_(path_ + ".XXXXXX"),
      inputs_(std::move(inputs)),
      report_({utc_offset(zone), ausearch_input(inputs_), {}}) {}

ReportFile::~ReportFile() {
  if (fd_) ::unlink(temporary_.c_str());
}

std::optional<Diagnostic> ReportFile::open() {
  struct stat there {};
  if (::lstat(path_.c_str(), &there) == 0 && !may_be_replaced(path_, there)) {
    Diagnostic refused;
    refused.message = fmt::format("cannot write {}: it is there, and is no earlier report", escape_printable(path_));
    refused.hint = "give a name that is free or of an earlier report";
    return refused;
  }
  fd_.reset(::mkostemp(temporary_.data(), O_CLOEXEC));
  return fd_ ? std::nullopt : std::optional(cannot_write(path_, errno));
}

std::optional<Diagnostic> ReportFile::finish(const std::string& summary) {
  report::Frame frame;
  frame.made_by = "audisp-eql " AUDISP_EQL_VERSION;
  frame.made = read_clock(CLOCK_REALTIME);
  frame.inputs = inputs_;
  frame.summary = summary;
  if (!write_all(fd_.get(), report_.html(frame)) || ::fsync(fd_.get()) != 0) return cannot_write(path_, errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_, errno);
  fd_ = UniqueFd();
  return std::nullopt;
}

}  // namespace audisp_eql::plugin
