// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/text_arena.h"

#include <algorithm>

namespace audisp_eql::eql {

char* TextArena::allocate(std::size_t size) {
  if (blocks_.empty() || blocks_.back().size - used_ < size) {
    const std::size_t wanted = std::max<std::size_t>(size, 4096);
    blocks_.push_back({std::make_unique<char[]>(wanted), wanted});
    used_ = 0;
  }
  char* const out = blocks_.back().data.get() + used_;
  used_ += size;
  return out;
}

void TextArena::reset() {
  used_ = 0;
  std::size_t total = 0;
  for (const Block& block : blocks_) total += block.size;
  if (blocks_.size() < 2 && total <= kKeptBytes) return;
  blocks_.clear();
  if (total <= kKeptBytes) blocks_.push_back({std::make_unique<char[]>(total), total});
}

}  // namespace audisp_eql::eql
