// SPDX-License-Identifier: Apache-2.0
// The thread that reads what auditd writes. It does nothing else and waits for
// nothing else: when the ring is full, whole lines are dropped and counted, for
// auditd stops serving the whole host while a plugin does not read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "plugin/byte_ring.h"
#include "plugin/event_fd.h"

namespace audisp_eql::plugin {

struct ReaderCounters {
  std::uint64_t bytes = 0;
  std::uint64_t dropped_lines = 0;  // the ring was full
  std::uint64_t dropped_bytes = 0;
  std::uint64_t overlong_lines = 0;  // longer than max_line
  int error = 0;                     // errno of the read that ended it; 0: end of file
};

class Reader {
 public:
  // Does not own `fd`. Reads from now on; the thread takes no signals that are
  // blocked in the caller.
  Reader(int fd, std::size_t queue_bytes, std::size_t max_line);
  // Stops and joins.
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Readable when there is something to take, or the end has come.
  [[nodiscard]] int ready_fd() const { return ready_.fd(); }
  // Call when ready_fd() is readable, then take until front() is empty.
  void clear_ready() { ready_.clear(); }
  [[nodiscard]] std::string_view front() const { return ring_.front(); }
  void pop(std::size_t count) { ring_.pop(count); }
  [[nodiscard]] bool ended() const { return ring_.ended(); }
  [[nodiscard]] std::size_t queued_bytes() const { return ring_.size(); }

  // Reads what is there without waiting (at most kAfterStop bytes) and ends.
  void stop();
  static constexpr std::size_t kAfterStop = 4u << 20;

  [[nodiscard]] ReaderCounters counters() const;

 private:
  void run();
  bool read_once();
  void take(std::string_view chunk);
  void keep_rest(std::string_view rest);
  void push(std::string_view lines);

  const int fd_;
  const std::size_t max_line_;
  ByteRing ring_;
  EventFd ready_;
  EventFd stop_;
  std::string rest_;       // a line whose end has not come
  bool skipping_ = false;  // in a line that was too long
  std::atomic<std::uint64_t> bytes_ = 0, dropped_lines_ = 0, dropped_bytes_ = 0, overlong_lines_ = 0;
  std::atomic<int> error_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace audisp_eql::plugin
