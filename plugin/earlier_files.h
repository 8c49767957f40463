// SPDX-License-Identifier: Apache-2.0
// What a log has in common with files that were read before it: a copy under
// another name, packed or not, or the same log as it was earlier. That part is
// left out, by comparing bytes, so that nothing is left out that was not read.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/byte_source.h"

namespace audisp_eql::plugin {

class EarlierFiles {
 public:
  using Take = std::function<void(std::string_view)>;

  // From their first bytes on. Those that fail end there.
  explicit EarlierFiles(std::vector<std::unique_ptr<ByteSource>> files) : files_(std::move(files)) {}

  // The next bytes of a log; `take` gets those, from the beginning of a line on, that are new.
  void feed(std::string_view bytes, const Take& take);

  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }  // bytes that are not new

 private:
  [[nodiscard]] std::size_t common(std::string_view bytes);

  std::vector<std::unique_ptr<ByteSource>> files_;  // that are equal so far
  std::vector<char> buffer_;
  std::string line_;  // the beginning of the last one, equal so far
  std::uint64_t repeated_ = 0;
};

}  // namespace audisp_eql::plugin
