// SPDX-License-Identifier: Apache-2.0
// A bounded queue of bytes between one producer and one consumer thread.
// Nothing here waits: a push that does not fit is refused whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace audisp_eql::plugin {

enum class Pushed : std::uint8_t {
  kRefused,    // no room, nothing was taken
  kBehind,     // the consumer has something to take already
  kToAnEmpty,  // the consumer found nothing, or would have: wake it
};

class ByteRing {
 public:
  // Memory is touched only as it is used.
  explicit ByteRing(std::size_t capacity);

  // Producer.
  [[nodiscard]] Pushed push(std::string_view bytes);
  // Producer: nothing more will come.
  void close();

  // Consumer. The oldest bytes, as far as they lie in one piece; empty when
  // there are none. Valid until pop().
  [[nodiscard]] std::string_view front() const;
  // REQUIRES: count <= front().size()
  void pop(std::size_t count);
  // Consumer: closed, and all was taken.
  [[nodiscard]] bool ended() const;

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  const std::size_t capacity_;
  const std::unique_ptr<char[]> bytes_;
  mutable std::mutex mutex_;  // guards the three below; not the bytes: each side touches its own part
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  bool closed_ = false;
};

}  // namespace audisp_eql::plugin
