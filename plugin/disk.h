// SPDX-License-Identifier: Apache-2.0
// The thread that waits for the disk, so that no other does: spool, alert file,
// metrics, and reading rules again. Two bounded queues of values, requests in
// and replies out, are all that is between it and the engine's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "lib/engine/rule.h"
#include "plugin/event_fd.h"
#include "plugin/file_sink.h"
#include "plugin/options.h"
#include "plugin/settings.h"
#include "plugin/spool.h"

namespace audisp_eql::plugin {

struct SpoolAppend {
  std::vector<NumberedAlert> alerts;
};
struct SpoolRead {
  std::size_t max_bytes = 0;
};
struct SpoolSent {
  std::uint64_t number = 0;
};
struct FileLine {
  std::string json;
};
// A new path, or the same after rotation; empty: no file.
struct FileOpen {
  std::string path;
};
// Replaces a file by a rename.
struct FileReplace {
  std::string path;
  std::string text;
};
struct RulesLoad {
  Trust required = Trust::kRoot;  // as at the start of the program
};

using DiskRequest = std::variant<SpoolAppend, SpoolRead, SpoolSent, FileLine, FileOpen, FileReplace, RulesLoad>;

// To SpoolAppend, when not all were taken: those that were not.
struct SpoolRefused {
  std::vector<std::uint64_t> numbers;
  int error = 0;
};
// To SpoolRead; empty when there is nothing more.
struct SpoolBatch {
  std::vector<NumberedAlert> alerts;
};
// To FileLine, FileOpen and FileReplace, when something is the matter.
struct FileFailed {
  std::string path;
  int error = 0;
};
// To RulesLoad.
struct RulesLoaded {
  Settings settings;
  RuleFiles files;
  engine::RuleSet rules;
};

using DiskReply = std::variant<SpoolRefused, SpoolBatch, FileFailed, RulesLoaded>;

struct DiskCounters {
  std::uint64_t refused_requests = 0;  // the queue was full
  std::uint64_t file_written = 0;
  std::uint64_t file_errors = 0;
  SpoolCounters spool;
};

class Disk {
 public:
  // `spool` is open, or null. `queue_bytes` bounds what waits for the thread: lines for
  // the alert file and metrics have half of it; what is small and rare is not bounded.
  Disk(Options options, std::unique_ptr<Spool> spool, std::size_t queue_bytes);
  // Does what is queued and joins.
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // False when the queue is full: the request is dropped, counted.
  bool post(DiskRequest request);
  [[nodiscard]] bool has_spool() const { return has_spool_; }

  // Readable when there are replies.
  [[nodiscard]] int ready_fd() const { return ready_.fd(); }
  [[nodiscard]] std::vector<DiskReply> take();
  // Waits until all requests posted so far are done; false when that takes longer.
  [[nodiscard]] bool drain(std::chrono::milliseconds at_most);

  [[nodiscard]] DiskCounters counters() const;

 private:
  struct Worker;  // what the thread alone touches

  void run();
  [[nodiscard]] std::vector<DiskReply> serve(DiskRequest& request);

  const std::unique_ptr<Worker> worker_;
  const bool has_spool_;
  const std::size_t queue_bytes_;
  EventFd ready_;
  mutable std::mutex mutex_;  // guards all below but the thread
  std::condition_variable wake_, idle_;
  std::deque<DiskRequest> requests_;
  std::size_t waiting_bytes_ = 0;
  std::vector<DiskReply> replies_;
  DiskCounters counters_;
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace audisp_eql::plugin
