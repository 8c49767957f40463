// SPDX-License-Identifier: Apache-2.0
#include "plugin/disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <limits>

#include <utility>

#include "plugin/fresh_file.h"

namespace audisp_eql::plugin {
namespace {

// Of a request beyond its text.
constexpr std::size_t kRequestBytes = 128;

std::size_t bytes_of(const DiskRequest& request) {
  struct Sizes {
    std::size_t operator()(const SpoolAppend& r) const {
      std::size_t bytes = 0;
      for (const NumberedAlert& alert : r.alerts) bytes += alert.text.size() + sizeof alert;
      return bytes;
    }
    std::size_t operator()(const FileLine& r) const { return r.json.size(); }
    std::size_t operator()(const FileOpen& r) const { return r.path.size(); }
    std::size_t operator()(const FileReplace& r) const { return r.path.size() + r.text.size(); }
    std::size_t operator()(const SpoolRead&) const { return 0; }
    std::size_t operator()(const SpoolSent&) const { return 0; }
    std::size_t operator()(const RulesLoad&) const { return 0; }
  };
  return kRequestBytes + std::visit(Sizes{}, request);
}

// Alerts for the spool find room when lines for the file do not; requests that
// are few and small are never refused.
std::size_t room_for(const DiskRequest& request, std::size_t queue_bytes) {
  if (std::holds_alternative<SpoolAppend>(request)) return queue_bytes;
  const bool bulk = std::holds_alternative<FileLine>(request) || std::holds_alternative<FileReplace>(request);
  return bulk ? queue_bytes / 2 : std::numeric_limits<std::size_t>::max();
}

// errno, or 0. Readers see the old text or the new one.
int replace_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const UniqueFd fd = create_fresh_file(temporary, 0644);
  if (!fd) return errno;
  // Our umask is 077; node_exporter is another user.
  if (::fchmod(fd.get(), 0644) != 0) return errno;
  if (!write_all(fd.get(), text)) return errno;
  return std::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
}

}  // namespace

struct Disk::Worker {
  Worker(Options live_options, std::unique_ptr<Spool> open_spool)
      : options(std::move(live_options)), spool(std::move(open_spool)) {}

  Options options;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<FileSink> file;
  bool file_failed = false, replace_failed = false;  // the last time; said once

  // What there is to say, if anything.
  std::vector<DiskReply> handle(SpoolAppend& request) {
    if (!spool) return {};
    const std::size_t taken = spool->append(request.alerts);
    if (taken == request.alerts.size()) return {};
    SpoolRefused refused;
    refused.error = spool->error();
    for (std::size_t i = taken; i < request.alerts.size(); ++i) refused.numbers.push_back(request.alerts[i].number);
    return make(std::move(refused));
  }
  std::vector<DiskReply> handle(SpoolRead& request) {
    return make(SpoolBatch{spool ? spool->read(request.max_bytes) : std::vector<NumberedAlert>{}});
  }
  std::vector<DiskReply> handle(SpoolSent& request) {
    if (spool) spool->note_sent(request.number);
    return {};
  }
  std::vector<DiskReply> handle(FileLine& request) {
    if (!file) return {};
    const bool failed = !file->append(request.json);
    const bool is_news = failed && !std::exchange(file_failed, failed);
    file_failed = failed;
    return is_news ? make(FileFailed{file->path(), file->last_error()}) : std::vector<DiskReply>{};
  }
  std::vector<DiskReply> handle(FileOpen& request) {
    if (file && file->path() == request.path) {
      file->reopen();
    } else {
      file = request.path.empty() ? nullptr : std::make_unique<FileSink>(request.path);
    }
    if (file && file->last_error() != 0) return make(FileFailed{file->path(), file->last_error()});
    return {};
  }
  std::vector<DiskReply> handle(FileReplace& request) {
    const int error = replace_file(request.path, request.text);
    const bool is_news = error != 0 && !replace_failed;
    replace_failed = error != 0;
    return is_news ? make(FileFailed{request.path, error}) : std::vector<DiskReply>{};
  }
  std::vector<DiskReply> handle(RulesLoad& request) const {
    RulesLoaded loaded{load_settings(options, request.required), {}, {}};
    loaded.files = collect_rules(loaded.settings);
    loaded.rules = load_rules(loaded.settings, loaded.files);
    add_exceptions(loaded.files, loaded.rules);
    return make(std::move(loaded));
  }

  template <typename Reply>
  static std::vector<DiskReply> make(Reply reply) {
    std::vector<DiskReply> replies;
    replies.emplace_back(std::move(reply));
    return replies;
  }
};

Disk::Disk(Options options, std::unique_ptr<Spool> spool, std::size_t queue_bytes)
    : worker_(std::make_unique<Worker>(std::move(options), std::move(spool))),
      has_spool_(worker_->spool != nullptr),
      queue_bytes_(queue_bytes),
      thread_([this] { run(); }) {}

Disk::~Disk() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Disk::post(DiskRequest request) {
  const std::size_t bytes = bytes_of(request);
  const std::size_t room = room_for(request, queue_bytes_);
  {
    const std::lock_guard lock(mutex_);
    if (waiting_bytes_ + bytes > room && !requests_.empty()) {
      ++counters_.refused_requests;
      return false;
    }
    waiting_bytes_ += bytes;
    requests_.push_back(std::move(request));
  }
  wake_.notify_one();
  return true;
}

void Disk::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !requests_.empty(); });
    if (requests_.empty()) return;
    DiskRequest request = std::move(requests_.front());
    requests_.pop_front();
    busy_ = true;
    lock.unlock();
    const std::size_t bytes = bytes_of(request);
    std::vector<DiskReply> replies = serve(request);
    lock.lock();
    waiting_bytes_ -= bytes;
    busy_ = false;
    if (worker_->spool) counters_.spool = worker_->spool->counters();
    if (worker_->file) {
      counters_.file_written = worker_->file->written();
      counters_.file_errors = worker_->file->errors();
    }
    for (DiskReply& each : replies) replies_.push_back(std::move(each));
    if (!replies.empty()) ready_.notify();
    if (requests_.empty()) idle_.notify_all();
  }
}

// This thread has no main to catch what it throws, and a reload must not cost
// the detection that runs.
std::vector<DiskReply> Disk::serve(DiskRequest& request) {
  try {
    return std::visit([this](auto& r) { return worker_->handle(r); }, request);
  } catch (const std::exception& e) {
    if (!std::holds_alternative<RulesLoad>(request)) return Worker::make(FileFailed{e.what(), EIO});
    RulesLoaded failed;
    failed.settings.diagnostics.push_back(os_error(std::string("cannot load rules: ") + e.what(), EIO));
    return Worker::make(std::move(failed));
  }
}

std::vector<DiskReply> Disk::take() {
  ready_.clear();
  const std::lock_guard lock(mutex_);
  return std::exchange(replies_, {});
}

bool Disk::drain(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, at_most, [this] { return requests_.empty() && !busy_; });
}

DiskCounters Disk::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace audisp_eql::plugin
