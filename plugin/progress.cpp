// SPDX-License-Identifier: Apache-2.0
#include "plugin/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "plugin/plural.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::string_view kErase = "\r\x1b[K";  // ECMA-48: erase in line

// What a terminal refuses is not missed.
void put(int fd, std::string_view text) { static_cast<void>(!::write(fd, text.data(), text.size())); }

std::string left_text(std::uint64_t seconds) {
  if (seconds < 3600) return fmt::format("{}:{:02} left", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02} left", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return value < 9.95 ? fmt::format("{:.1f} {}", value, kUnits[unit]) : fmt::format("{:.0f} {}", value, kUnits[unit]);
}

std::string progress_text(const Reached& r) {
  const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(r.elapsed.count(), 1));
  const std::uint64_t rate = static_cast<std::uint64_t>(static_cast<double>(r.bytes) * 1000 / static_cast<double>(ms));
  std::string out = bytes_text(r.bytes);
  // A log that is written to meanwhile has more than it had.
  const std::uint64_t total = std::max(r.total.value_or(0), r.bytes);
  if (r.total && total > 0) {
    const double share = static_cast<double>(r.bytes) / static_cast<double>(total);
    out += fmt::format(" of {} ({:.0f} %)", bytes_text(total), share * 100);
  }
  out += fmt::format(", {}/s", bytes_text(rate));
  if (r.total && rate > 0) out += fmt::format(", {}", left_text((total - r.bytes) / rate));
  return out + ", " + plural(r.alerts, "alert");
}

bool shows_progress(int fd) {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

void Progress::update(const Reached& reached) {
  if (fd_ < 0 || reached.elapsed < next_) return;
  next_ = reached.elapsed + kInterval;
  is_shown_ = true;
  put(fd_, fmt::format("{}{}", kErase, progress_text(reached)));
}

void Progress::clear() {
  if (!is_shown_) return;
  is_shown_ = false;
  put(fd_, kErase);
}

}  // namespace audisp_eql::plugin
