// SPDX-License-Identifier: Apache-2.0
// The thread that looks for autostart entries. What it reads is in the hands of
// users, who can keep a read from ever coming back: a home may be on a server that
// is down, and /proc/PID/environ waits while the process maps memory, which it
// can have wait for a file system that is a program of theirs. So no other thread
// does it, and this one has nothing else to do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/time.h"
#include "plugin/autostart.h"
#include "plugin/event_fd.h"

namespace audisp_eql::plugin {

struct EntryQuestion {
  std::uint64_t number = 0;  // comes back with the answer
  EntryQuery query;          // environment_path is filled in by the thread
  std::optional<std::uint32_t> pid;
  EventTime seen;  // when the process was that one
};
struct EntryFound {
  std::uint64_t number = 0;
  std::optional<alert::DesktopEntryInfo> entry;
};

class EntryFinder {
 public:
  static constexpr std::size_t kMaxQuestions = 64;  // waiting; it may be that none is ever answered

  // GIO_LAUNCHED_DESKTOP_FILE of a process, empty if it is not that one any more. Called
  // by the thread.
  using Environment = std::function<std::string(std::uint32_t pid, EventTime seen)>;

  // `root` as for AutostartEntries.
  EntryFinder(std::string root, Environment environment);
  // Joins; what waits is dropped. After a drain() that failed it may hang.
  ~EntryFinder();
  EntryFinder(const EntryFinder&) = delete;
  EntryFinder& operator=(const EntryFinder&) = delete;

  // False when too many wait.
  [[nodiscard]] bool post(EntryQuestion question);
  // Readable when there are answers.
  [[nodiscard]] int ready_fd() const { return ready_.fd(); }
  // One to each question, in their order.
  [[nodiscard]] std::vector<EntryFound> take();
  // Waits until all questions are answered; false when that takes longer.
  [[nodiscard]] bool drain(std::chrono::milliseconds at_most);

 private:
  void run();
  [[nodiscard]] EntryFound answer(EntryQuestion question) const;

  const AutostartEntries entries_;  // the thread's, as the next
  const Environment environment_;
  EventFd ready_;
  std::mutex mutex_;  // guards all below but the thread
  std::condition_variable wake_, idle_;
  std::deque<EntryQuestion> questions_;
  std::vector<EntryFound> answers_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace audisp_eql::plugin
