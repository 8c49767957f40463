// SPDX-License-Identifier: Apache-2.0
// Memory for the texts that functions make (concat, string) while one leaf is
// evaluated. Grows to what leaves usually need and then allocates no more.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace audisp_eql::eql {

class TextArena {
 public:
  // `size` bytes, valid until reset().
  [[nodiscard]] char* allocate(std::size_t size);
  // Keeps one block as large as all that was handed out, up to kKeptBytes: one
  // huge event must not pin its memory.
  void reset();

  static constexpr std::size_t kKeptBytes = 64 << 10;

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // of the last block
};

}  // namespace audisp_eql::eql
