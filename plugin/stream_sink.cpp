// SPDX-License-Identifier: Apache-2.0
#include "plugin/stream_sink.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <string_view>

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kFlushAt = 65'536;
constexpr int kPatienceMs = 1000;

}  // namespace

int local_utc_offset(EventTime time) {
  const std::time_t seconds = static_cast<std::time_t>(time.ms / 1000);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return static_cast<int>(local.tm_gmtoff);
}

alert::UtcOffset utc_offset(TimeZone zone) { return zone == TimeZone::kUtc ? alert::UtcOffset() : local_utc_offset; }

std::string shown_time(EventTime time, TimeZone zone) {
  return alert::format_time(time, zone == TimeZone::kUtc ? 0 : local_utc_offset(time));
}

StreamSink::StreamSink(int fd, StreamFormat format, TimeZone zone) : fd_(fd), format_(format), zone_(zone) {
  if (format_ == StreamFormat::kCsv) buffer_ = alert::csv_header();
}

void StreamSink::emit(const alert::Alert& alert) {
  switch (format_) {
    case StreamFormat::kJson:
      buffer_ += alert.rule.bare_query ? alert::format_ids(alert) : alert::format_json(alert);
      buffer_ += '\n';
      break;
    case StreamFormat::kText:
    case StreamFormat::kColouredText: {
      const bool coloured = format_ == StreamFormat::kColouredText;
      buffer_ += alert::format_text(alert, utc_offset(zone_), coloured ? alert::Colour::kOn : alert::Colour::kOff);
      break;
    }
    case StreamFormat::kCsv: buffer_ += alert::format_csv(alert); break;
    case StreamFormat::kCef: buffer_ += alert::format_cef(alert, AUDISP_EQL_VERSION) + '\n'; break;
  }
  if (buffer_.size() >= kFlushAt) flush();
}

int StreamSink::wait() const {
  std::array<pollfd, 2> fds = {{{fd_, POLLOUT, 0}, {stop_fd_, POLLIN, 0}}};
  int patience = -1;
  for (;;) {
    const int ready = ::poll(fds.data(), fds.size(), patience);
    if (ready < 0 && errno != EINTR) return errno;
    if (fds[0].revents != 0) return 0;
    if (ready == 0) return ECANCELED;
    if (fds[1].revents != 0) {
      patience = kPatienceMs;
      fds[1].fd = -1;
    }
  }
}

void StreamSink::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    error_ = wait();
    if (error_ != 0) break;
    // As much as a pipe that has room takes without blocking.
    const ssize_t n = ::write(fd_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      error_ = errno;
    } else {
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  buffer_.clear();
}

}  // namespace audisp_eql::plugin
