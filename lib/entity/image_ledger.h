// SPDX-License-Identifier: Apache-2.0
// Keeps the memory of large images bounded, however many processes share or
// pin them: past the cap the oldest forget their arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "lib/entity/image.h"

namespace audisp_eql::entity {

class ImageLedger {
 public:
  explicit ImageLedger(std::size_t max_bytes) : max_bytes_(max_bytes), sweep_at_(max_bytes / 4) {}

  // Registers a new image; small ones are not worth an entry.
  void add(boost::intrusive_ptr<Image> image);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  void sweep();
  void forget_oldest();

  struct Entry {
    boost::intrusive_ptr<Image> image;
    std::size_t bytes = 0;
  };
  std::size_t max_bytes_;
  std::size_t sweep_at_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
  std::deque<Entry> entries_;  // oldest first
};

}  // namespace audisp_eql::entity
