// SPDX-License-Identifier: Apache-2.0
#include "plugin/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "plugin/codec.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kPackedSize = 64u << 10;

class FileBytes final : public ByteSource {
 public:
  FileBytes(UniqueFd fd, SourceOptions options) : fd_(std::move(fd)), options_(std::move(options)) {}

  std::size_t read(char* out, std::size_t size) override {
    if (!head_.empty()) {
      const std::size_t n = head_.copy(out, size);
      head_.erase(0, n);
      return n;
    }
    while (!failure_ && !stopped_ && wait()) {
      const ssize_t n = ::read(fd_.get(), out, size);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) fail();
      if (n <= 0) return 0;
      if (options_.control != nullptr && options_.is_counted) {
        options_.control->bytes.fetch_add(static_cast<std::uint64_t>(n), std::memory_order_relaxed);
      }
      return static_cast<std::size_t>(n);
    }
    return 0;
  }

  // What was read and comes again. REQUIRES: so did all that was put back before.
  void put_back(std::string bytes) { head_ = std::move(bytes); }

 private:
  // Until there is something to read, the end included; false when it is to stop.
  bool wait() {
    std::array<pollfd, 2> fds = {
        {{fd_.get(), POLLIN, 0}, {options_.control == nullptr ? -1 : options_.control->stop_fd, POLLIN, 0}}};
    while (::poll(fds.data(), fds.size(), -1) < 0) {
      if (errno == EINTR) continue;
      fail();
      return false;
    }
    stopped_ = fds[1].revents != 0;
    return !stopped_;
  }

  void fail() { failure_ = os_error("cannot read " + options_.name, errno); }

  UniqueFd fd_;
  SourceOptions options_;
  std::string head_;
};

class Unpacked final : public ByteSource {
 public:
  Unpacked(std::unique_ptr<ByteSource> packed, std::string name) : packed_(std::move(packed)), name_(std::move(name)) {}

  std::size_t read(char* out, std::size_t size) override {
    while (!ended_) {
      if (const std::size_t n = step(out, size); n > 0) return n;
    }
    return 0;
  }

 private:
  std::size_t step(char* out, std::size_t size) {
    if (!in_member_ && !begin_member()) return 0;
    if (in_.empty() && !held_ && !fill()) {
      end_early("ends in the middle", "is it still being written, or was the copy cut short?");
      return 0;
    }
    const CodecStep step = codec_->step(in_, out, size);
    in_.remove_prefix(step.consumed);
    held_ = step.produced == size;
    unpacked_ += step.produced;
    switch (step.state) {
      case CodecState::kMore: break;
      case CodecState::kEnd: in_member_ = held_ = false; break;
      case CodecState::kDamaged: end_early("is damaged: " + step.why, "what was before it is used"); break;
      case CodecState::kTooLarge: refuse_large(); break;
    }
    if (step.state == CodecState::kMore && step.consumed + step.produced == 0 && !in_.empty()) {
      end_early("is damaged: it leads nowhere", "what was before it is used");
    }
    return step.produced;
  }

  // False: there is none.
  bool begin_member() {
    do {
      in_.remove_prefix(std::min(in_.find_first_not_of('\0'), in_.size()));
    } while (in_.empty() && fill());
    while (!in_.empty() && in_.size() < kLongestMagic && fill()) continue;
    const Packing next = packing_of(in_);
    if (in_.empty() || next == Packing::kNone) {
      ended_ = true;
      failure_ = packed_->failure();
      stopped_ = packed_->is_stopped();
      if (!in_.empty()) end_early("is followed by something else", "what was before it is used");
      return false;
    }
    if (next != packing_) codec_ = make_codec(next);
    packing_ = next;
    in_member_ = true;
    return true;
  }

  // More input behind what is there; false at the end.
  bool fill() {
    if (!in_.empty()) std::memmove(buffer_.data(), in_.data(), in_.size());
    const std::size_t n = packed_->read(buffer_.data() + in_.size(), buffer_.size() - in_.size());
    in_ = std::string_view(buffer_.data(), in_.size() + n);
    return n > 0;
  }

  void end_early(std::string_view what, std::string_view hint) {
    ended_ = true;
    stopped_ = packed_->is_stopped();
    failure_ = packed_->failure();
    if (stopped_ || failure_) return;
    Diagnostic d;
    d.message = fmt::format("{}: its {} data {} (after {} bytes of log, which are used)", name_, to_string(packing_),
                            what, unpacked_);
    d.hint = hint;
    failure_ = std::move(d);
  }

  void refuse_large() {
    end_early(fmt::format("needs more than {} MiB of memory to unpack", kUnpackMemory >> 20U),
              fmt::format("unpack it on the way: {} FILE | audisp-eql scan",
                          packing_ == Packing::kXz ? "xzcat" : "zstdcat --long=31"));
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::unique_ptr<Codec> codec_;
  Packing packing_ = Packing::kNone;
  std::vector<char> buffer_ = std::vector<char>(kPackedSize);
  std::string_view in_;  // of buffer_
  std::uint64_t unpacked_ = 0;
  bool in_member_ = false, held_ = false, ended_ = false;
};

}  // namespace

UniqueFd open_file(const std::string& file) {
  if (file == "-") return UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  return UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

bool has_packed_name(std::string_view file) {
  return file.ends_with(".gz") || file.ends_with(".xz") || file.ends_with(".zst");
}

bool ReadControl::is_stopped() const {
  pollfd stop = {stop_fd, POLLIN, 0};
  return ::poll(&stop, 1, 0) == 1;
}

Packing packing_of(std::string_view head) {
  if (head.starts_with("\x1f\x8b\x08")) return Packing::kGzip;
  if (head.starts_with(std::string_view("\xfd\x37\x7a\x58\x5a\0", 6))) return Packing::kXz;
  const bool skippable = head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == "\x2a\x4d\x18";
  if (skippable || head.starts_with("\x28\xb5\x2f\xfd")) return Packing::kZstd;
  return Packing::kNone;
}

std::string read_up_to(ByteSource& source, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const std::size_t n = source.read(bytes.data() + done, size - done);
    if (n == 0) break;
    done += n;
  }
  bytes.resize(done);
  return bytes;
}

std::unique_ptr<ByteSource> open_source(UniqueFd fd, SourceOptions options) {
  const std::string name = options.name;
  auto file = std::make_unique<FileBytes>(std::move(fd), std::move(options));
  std::string magic = read_up_to(*file, kLongestMagic);
  const Packing packing = packing_of(magic);
  file->put_back(std::move(magic));
  if (packing == Packing::kNone) return file;
  return std::make_unique<Unpacked>(std::move(file), name);
}

}  // namespace audisp_eql::plugin
