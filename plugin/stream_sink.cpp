// SPDX-License-Identifier: Apache-2.0
#include "plugin/stream_sink.h"

#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string_view>

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kFlushAt = 65'536;

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

void StreamSink::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
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
