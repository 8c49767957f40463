// SPDX-License-Identifier: Apache-2.0
#include "plugin/proc_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "lib/audit/numbers.h"
#include "lib/desktop/systemd_unit.h"
#include "plugin/clocks.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

// Empty when it cannot be read: a process may die between any two calls, and
// even between open and read (ESRCH).
// At most kMaxFile bytes: a process says how long its arguments are.
std::string slurp(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string text;
  std::array<char, 16'384> buffer;
  while (fd && text.size() < ProcReader::kMaxFile) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return {};
    if (n == 0) return text;
    text.append(buffer.data(), std::min(static_cast<std::size_t>(n), ProcReader::kMaxFile - text.size()));
  }
  return text;
}

std::string read_link(const std::string& path) {
  std::error_code error;
  return fs::read_symlink(path, error).string();
}

// The word at `index` of those separated by blanks.
std::string_view word(std::string_view text, std::size_t index) {
  constexpr std::string_view kBlank = " \t";
  for (std::size_t i = 0;; ++i) {
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    if (i == index) return text.substr(0, end);
    text.remove_prefix(end);
  }
}

// `PID (COMM) STATE PPID ...`, where COMM may hold anything: the last ')' ends it.
bool take_stat(const std::string& stat, entity::ProcEntry& entry) {
  constexpr std::size_t kPpid = 1;        // counted from the state
  constexpr std::size_t kStartTime = 19;  // field 22 of proc(5)
  const std::size_t close = stat.rfind(')');
  if (close == std::string::npos) return false;
  const std::string_view rest = std::string_view(stat).substr(close + 1);
  const auto ppid = audit::parse_number<std::uint32_t>(word(rest, kPpid));
  const auto start = audit::parse_number<std::uint64_t>(word(rest, kStartTime));
  if (!ppid || !start) return false;
  entry.ppid = *ppid;
  entry.start_ticks = *start;
  return true;
}

void take_status(const std::string& status, entity::ProcEntry& entry) {
  const std::size_t at = status.find("\nUid:");
  if (at == std::string::npos) return;
  const std::string_view line = std::string_view(status).substr(at + 5);
  entry.uid = audit::parse_number<std::uint32_t>(word(line, 0)).value_or(audit::kUnsetId);
  entry.euid = audit::parse_number<std::uint32_t>(word(line, 1)).value_or(audit::kUnsetId);
}

std::vector<std::string> split_args(std::string_view cmdline) {
  std::vector<std::string> args;
  while (!cmdline.empty() && args.size() < ProcReader::kMaxArgs) {
    const std::size_t end = std::min(cmdline.find('\0'), cmdline.size());
    args.emplace_back(cmdline.substr(0, end));
    cmdline.remove_prefix(std::min(end + 1, cmdline.size()));
  }
  return args;
}

std::string unit_in(const std::string& directory) {
  return std::string(desktop::unit_of_cgroup(slurp(directory + "/cgroup")));
}

}  // namespace

ProcReader::ProcReader(std::string root, std::optional<EventTime> boot, std::int64_t ticks)
    : root_(std::move(root)), boot_(boot), ticks_(ticks) {}

ProcReader ProcReader::of_this_host() { return {"/proc", std::nullopt, ::sysconf(_SC_CLK_TCK)}; }

// Asked anew each time: audit stamps follow the wall clock, which may be set.
EventTime ProcReader::boot_time() const {
  if (boot_) return *boot_;
  return read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}

EventTime ProcReader::start_of(const entity::ProcEntry& entry) const {
  // Split so that ticks since boot times 1000 cannot overflow.
  const auto ticks = static_cast<std::uint64_t>(ticks_);
  const std::uint64_t ms = entry.start_ticks / ticks * 1000 + entry.start_ticks % ticks * 1000 / ticks;
  return boot_time() + milliseconds(static_cast<std::int64_t>(ms));
}

std::optional<entity::ProcEntry> ProcReader::identify(std::uint32_t pid) const {
  entity::ProcEntry entry;
  entry.pid = pid;
  if (!take_stat(slurp(directory(pid) + "/stat"), entry)) return std::nullopt;
  entry.start = start_of(entry);
  return entry;
}

std::optional<entity::ProcUnit> ProcReader::unit(std::uint32_t pid) const {
  const auto entry = identify(pid);
  if (!entry) return std::nullopt;
  return entity::ProcUnit{entry->start, unit_in(directory(pid))};
}

std::optional<std::string> ProcReader::variable(std::uint32_t pid, std::string_view name, EventTime not_after) const {
  const std::string environment = slurp(directory(pid) + "/environ");
  const auto entry = identify(pid);
  if (!entry || entry->start > not_after + entity::kProcTick) return std::nullopt;
  std::string_view rest = environment;
  while (!rest.empty()) {
    const std::string_view each = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(each.size() + 1, rest.size()));
    if (each.starts_with(name) && each.substr(name.size()).starts_with('=')) {
      return std::string(each.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

std::optional<entity::ProcEntry> ProcReader::read(std::uint32_t pid) const {
  auto known = identify(pid);
  if (!known) return std::nullopt;
  entity::ProcEntry& entry = *known;
  const std::string place = directory(pid);
  take_status(slurp(place + "/status"), entry);
  entry.exe = read_link(place + "/exe");
  entry.cwd = read_link(place + "/cwd");
  entry.systemd_unit = unit_in(place);
  // The one of these files that is in the process's own memory.
  const std::string cmdline = patience_.run([path = place + "/cmdline"] { return slurp(path); }).value_or("");
  entry.args = split_args(cmdline);
  entry.args_truncated = cmdline.size() == kMaxFile || entry.args.size() == kMaxArgs;
  return known;
}

std::vector<entity::ProcEntry> ProcReader::read_all() const {
  std::vector<entity::ProcEntry> all;
  std::error_code error;
  for (fs::directory_iterator it(root_, error), end; !error && it != end; it.increment(error)) {
    const auto pid = audit::parse_number<std::uint32_t>(it->path().filename().native());
    if (!pid) continue;
    if (auto entry = read(*pid)) all.push_back(std::move(*entry));
  }
  return all;
}

}  // namespace audisp_eql::plugin
