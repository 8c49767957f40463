// SPDX-License-Identifier: Apache-2.0
#include "plugin/reader.h"

#include <poll.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kReadSize = 65'536;
constexpr std::size_t kPiece = 65'536;  // what is dropped at once when there is no room

}  // namespace

Reader::Reader(int fd, std::size_t queue_bytes, std::size_t max_line)
    : fd_(fd), max_line_(max_line), ring_(queue_bytes), thread_([this] { run(); }) {}

Reader::~Reader() {
  stop();
  thread_.join();
}

void Reader::stop() { stop_.notify(); }

void Reader::run() {
  bool open = true;
  std::uint64_t limit = UINT64_MAX;
  while (open && bytes_ < limit) {
    const bool stopping = limit != UINT64_MAX;
    std::array<pollfd, 2> fds = {{{fd_, POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
    const int ready = ::poll(fds.data(), stopping ? 1 : 2, stopping ? 0 : -1);
    if (ready < 0 && errno == EINTR) continue;
    if (fds[0].revents != 0) {
      open = read_once();
    } else if (stopping) {
      open = false;
    }
    if (fds[1].revents != 0) limit = std::min<std::uint64_t>(limit, bytes_ + kAfterStop);
  }
  if (!rest_.empty()) push(rest_);
  ring_.close();
  ready_.notify();
}

// False at the end.
bool Reader::read_once() {
  std::array<char, kReadSize> buffer;
  const ssize_t n = ::read(fd_, buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n < 0) error_ = errno;
  if (n <= 0) return false;
  bytes_ += static_cast<std::uint64_t>(n);
  take({buffer.data(), static_cast<std::size_t>(n)});
  return true;
}

// Whole lines go to the ring as they are; only the begun one is copied.
void Reader::take(std::string_view chunk) {
  if (skipping_ || !rest_.empty()) {
    const std::size_t end = chunk.find('\n');
    if (end == std::string_view::npos) return keep_rest(chunk);
    keep_rest(chunk.substr(0, end + 1));
    if (!skipping_) push(rest_);
    skipping_ = false;
    rest_.clear();
    chunk.remove_prefix(end + 1);
  }
  const std::size_t last = chunk.rfind('\n');
  const std::size_t whole = last == std::string_view::npos ? 0 : last + 1;
  push(chunk.substr(0, whole));
  keep_rest(chunk.substr(whole));
}

void Reader::keep_rest(std::string_view rest) {
  if (skipping_) return;
  rest_.append(rest);
  const std::size_t length = rest_.size() - (rest_.ends_with('\n') ? 1 : 0);
  if (length <= max_line_) return;
  ++overlong_lines_;
  skipping_ = true;
  rest_.clear();
}

void Reader::push(std::string_view lines) {
  while (!lines.empty()) {
    std::size_t size = lines.size();
    if (size > kPiece) {
      std::size_t end = lines.rfind('\n', kPiece - 1);
      if (end == std::string_view::npos) end = lines.find('\n');
      if (end != std::string_view::npos) size = end + 1;
    }
    const std::string_view piece = lines.substr(0, size);
    const Pushed pushed = ring_.push(piece);
    if (pushed == Pushed::kToAnEmpty) ready_.notify();
    if (pushed == Pushed::kRefused) {
      dropped_lines_ +=
          static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n')) + (piece.ends_with('\n') ? 0 : 1);
      dropped_bytes_ += piece.size();
    }
    lines.remove_prefix(size);
  }
}

ReaderCounters Reader::counters() const {
  ReaderCounters c;
  c.bytes = bytes_;
  c.dropped_lines = dropped_lines_;
  c.dropped_bytes = dropped_bytes_;
  c.overlong_lines = overlong_lines_;
  c.error = error_;
  return c;
}

}  // namespace audisp_eql::plugin
