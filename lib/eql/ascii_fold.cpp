// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/ascii_fold.h"

#include <cstdint>
#include <cstring>

#include "lib/base/glob.h"

namespace audisp_eql::eql {

namespace {

constexpr std::uint64_t each_byte(std::uint64_t byte) { return byte * 0x0101010101010101u; }

// Eight bytes at once: bit 7 of a byte says whether it is at least 'A', and
// whether it is beyond 'Z'; one set without the other is a capital, and bit 5 away
// from its small letter.
std::uint64_t lower_word(std::uint64_t word) {
  const std::uint64_t low_bits = word & each_byte(0x7f);
  const std::uint64_t from_a = low_bits + each_byte(0x80 - 'A');
  const std::uint64_t beyond_z = low_bits + each_byte(0x7f - 'Z');
  const std::uint64_t capitals = (from_a ^ beyond_z) & ~word & each_byte(0x80);
  return word | (capitals >> 2);
}

}  // namespace

void lower_ascii(std::string_view text, char* out) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    word = lower_word(word);
    std::memcpy(out + at, &word, sizeof word);
  }
  for (; at < text.size(); ++at) out[at] = ascii_lower(text[at]);
}

std::string lower_ascii(std::string_view text) {
  std::string out(text.size(), '\0');
  lower_ascii(text, out.data());
  return out;
}

}  // namespace audisp_eql::eql
