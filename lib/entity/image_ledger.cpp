// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/image_ledger.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::entity {
namespace {

constexpr std::size_t kLarge = 512;

}  // namespace

void ImageLedger::add(boost::intrusive_ptr<Image> image) {
  const std::size_t size = image->bytes();
  if (size < kLarge) return;
  entries_.push_back({std::move(image), size});
  bytes_ += size;
  if (bytes_ > sweep_at_) sweep();
  // The newest stays whole whatever its size: its own event is yet to be judged.
  while (bytes_ > max_bytes_ && entries_.size() > 1) forget_oldest();
}

// Drops entries that nobody else holds. Doubling the threshold keeps the cost a
// constant per image.
void ImageLedger::sweep() {
  std::erase_if(entries_, [this](const Entry& entry) {
    if (entry.image->use_count() > 1) return false;
    bytes_ -= entry.bytes;
    return true;
  });
  sweep_at_ = std::max(max_bytes_ / 4, bytes_ * 2);
}

void ImageLedger::forget_oldest() {
  Entry& oldest = entries_.front();
  if (oldest.image->use_count() > 1) {
    oldest.image->args = {};
    oldest.image->has_args = false;
    oldest.image->args_truncated = true;
    ++forgotten_;
  }
  bytes_ -= oldest.bytes;
  entries_.pop_front();
}

}  // namespace audisp_eql::entity
