// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/text_set.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace audisp_eql::eql {

namespace {

// Up to here comparing all is faster than hashing.
constexpr std::size_t kLinear = 4;

std::uint64_t length_bit(std::size_t length) { return std::uint64_t{1} << std::min<std::size_t>(length, 63); }

}  // namespace

TextSet::TextSet(std::vector<std::string> texts, CaseMode mode) : mode_(mode) {
  slots_.assign(std::bit_ceil(texts.size() * 2 + 1), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::string& text : texts) {
    std::size_t at = hash(text) & mask;
    while (slots_[at] != 0 && !text_equal(texts_[slots_[at] - 1], text, mode_)) at = (at + 1) & mask;
    if (slots_[at] != 0) continue;
    lengths_ |= length_bit(text.size());
    texts_.push_back(std::move(text));
    slots_[at] = static_cast<std::uint32_t>(texts_.size());
  }
  if (texts_.size() <= kLinear) slots_.clear();
}

// FNV-1a. The texts come from rules and a probe ends at the first empty slot, so
// an attacker's value costs at most the longest run the rule itself has.
std::uint32_t TextSet::hash(std::string_view text) const {
  std::uint32_t h = 2'166'136'261u;
  for (const char c : text) {
    const char folded = mode_ == CaseMode::kSensitive ? c : ascii_lower(c);
    h = (h ^ static_cast<unsigned char>(folded)) * 16'777'619u;
  }
  return h ^ (h >> 15);
}

bool TextSet::contains(std::string_view text) const {
  if ((lengths_ & length_bit(text.size())) == 0) return false;
  if (slots_.empty()) {
    return std::any_of(texts_.begin(), texts_.end(),
                       [&](const std::string& each) { return text_equal(each, text, mode_); });
  }
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash(text) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    if (text_equal(texts_[slots_[at] - 1], text, mode_)) return true;
  }
  return false;
}

}  // namespace audisp_eql::eql
