// SPDX-License-Identifier: Apache-2.0
// Alerts on standard output: JSON, CEF or CSV, one a line, or text for people.
#pragma once

#include <cstdint>
#include <string>

#include "lib/alert/format.h"
#include "lib/alert/sink.h"

namespace audisp_eql::plugin {

enum class StreamFormat : std::uint8_t { kJson, kText, kColouredText, kCsv, kCef };
enum class TimeZone : std::uint8_t { kLocal, kUtc };

class StreamSink : public alert::Sink {
 public:
  // Does not own `fd`, which may block.
  StreamSink(int fd, StreamFormat format, TimeZone zone);
  // Once `stop_fd` is readable, nothing waits longer than a second for whoever reads
  // the output: then it is lost, with ECANCELED. Not owned; -1: there is none.
  void set_stop(int stop_fd) { stop_fd_ = stop_fd; }
  void emit(const alert::Alert& alert) override;
  // Writes what is buffered; of CSV at least the header, alerts or not.
  void flush();

  // errno of the first write that failed, after which nothing is written; 0: none.
  [[nodiscard]] int error() const { return error_; }

 private:
  // Until a write does not block, or the patience is at an end; errno, 0: it does not.
  [[nodiscard]] int wait() const;

  int fd_;
  int stop_fd_ = -1;
  StreamFormat format_;
  TimeZone zone_;
  std::string buffer_;
  int error_ = 0;
};

// Seconds east of UTC here, at that time.
[[nodiscard]] int local_utc_offset(EventTime time);
// The same for formatters; none for UTC.
[[nodiscard]] alert::UtcOffset utc_offset(TimeZone zone);
// As alerts show it.
[[nodiscard]] std::string shown_time(EventTime time, TimeZone zone);

}  // namespace audisp_eql::plugin
