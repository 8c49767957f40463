// SPDX-License-Identifier: Apache-2.0
#include "plugin/byte_ring.h"

#include <algorithm>
#include <cstring>

namespace audisp_eql::plugin {

ByteRing::ByteRing(std::size_t capacity)
    : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}

Pushed ByteRing::push(std::string_view bytes) {
  std::size_t tail = 0;
  {
    const std::lock_guard lock(mutex_);
    if (bytes.size() > capacity_ - size_) return Pushed::kRefused;
    // While it is empty nobody holds a view: begin again, so that a ring that
    // never fills touches little memory.
    if (size_ == 0) head_ = 0;
    tail = (head_ + size_) % capacity_;
  }
  const std::size_t first = std::min(bytes.size(), capacity_ - tail);
  std::memcpy(bytes_.get() + tail, bytes.data(), first);
  std::memcpy(bytes_.get(), bytes.data() + first, bytes.size() - first);
  const std::lock_guard lock(mutex_);
  const Pushed result = size_ == 0 ? Pushed::kToAnEmpty : Pushed::kBehind;
  size_ += bytes.size();
  return result;
}

void ByteRing::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

std::string_view ByteRing::front() const {
  const std::lock_guard lock(mutex_);
  return {bytes_.get() + head_, std::min(size_, capacity_ - head_)};
}

void ByteRing::pop(std::size_t count) {
  const std::lock_guard lock(mutex_);
  head_ = (head_ + count) % capacity_;
  size_ -= count;
}

bool ByteRing::ended() const {
  const std::lock_guard lock(mutex_);
  return closed_ && size_ == 0;
}

std::size_t ByteRing::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace audisp_eql::plugin
