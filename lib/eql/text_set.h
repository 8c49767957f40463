// SPDX-License-Identifier: Apache-2.0
// A fixed set of texts, for long `in` lists and exact patterns: one hash and
// one comparison however many there are. Case is ignored or not, as for all of
// EQL in ASCII only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/glob.h"

namespace audisp_eql::eql {

class TextSet {
 public:
  TextSet() = default;
  TextSet(std::vector<std::string> texts, CaseMode mode);

  [[nodiscard]] bool contains(std::string_view text) const;
  [[nodiscard]] bool empty() const { return texts_.empty(); }
  // As given, without duplicates.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  [[nodiscard]] std::uint32_t hash(std::string_view text) const;

  CaseMode mode_ = CaseMode::kSensitive;
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> slots_;  // index + 1, open addressing; empty for a short list
  std::uint64_t lengths_ = 0;         // bit n: some text has n bytes (63: or more)
};

}  // namespace audisp_eql::eql
