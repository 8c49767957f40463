// SPDX-License-Identifier: Apache-2.0
// Numbers are LEB128, signed ones folded (0, -1, 1, -2 ...), doubles their bits.
#include "lib/base/binary.h"

#include <bit>

#include "lib/base/escape.h"

namespace audisp_eql {
namespace {

constexpr unsigned kBits = 7;
constexpr std::uint64_t kMore = 0x80;
constexpr std::int32_t kNsPerMs = 1'000'000;

}  // namespace

void BinaryWriter::number(std::uint64_t n) {
  for (; n >= kMore; n >>= kBits) bytes_.push_back(static_cast<char>((n & (kMore - 1)) | kMore));
  bytes_.push_back(static_cast<char>(n));
}

void BinaryWriter::integer(std::int64_t i) {
  const auto bits = static_cast<std::uint64_t>(i);
  number(bits << 1U ^ (i < 0 ? ~std::uint64_t{0} : 0));
}

void BinaryWriter::real(double d) { number(std::bit_cast<std::uint64_t>(d)); }

void BinaryWriter::text(std::string_view bytes) {
  number(bytes.size());
  raw(bytes);
}

void BinaryWriter::time(EventTime t) {
  integer(t.ms);
  number(static_cast<std::uint64_t>(t.ns));
}

std::uint64_t BinaryReader::number() {
  std::uint64_t n = 0;
  for (unsigned shift = 0; shift < 64; shift += kBits) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    n |= (byte & (kMore - 1)) << shift;
    if ((byte & kMore) == 0) return n;
  }
  fail();
  return 0;
}

std::uint64_t BinaryReader::number_up_to(std::uint64_t most) {
  const std::uint64_t n = number();
  return require(n <= most) ? n : 0;
}

std::size_t BinaryReader::count() {
  const std::uint64_t n = number();
  return require(n <= rest_.size()) ? static_cast<std::size_t>(n) : 0;
}

std::int64_t BinaryReader::integer() {
  const std::uint64_t n = number();
  return static_cast<std::int64_t>(n >> 1U ^ ((n & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

double BinaryReader::real() { return std::bit_cast<double>(number()); }

std::string_view BinaryReader::text() { return raw(static_cast<std::size_t>(number())); }

std::string_view BinaryReader::utf8() {
  const std::string_view bytes = text();
  return require(is_valid_utf8(bytes)) ? bytes : std::string_view{};
}

EventTime BinaryReader::time() {
  EventTime t;
  t.ms = integer();
  t.ns = static_cast<std::int32_t>(number_up_to(kNsPerMs - 1));
  return t;
}

std::string_view BinaryReader::raw(std::size_t size) {
  if (!require(size <= rest_.size())) return {};
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

void BinaryReader::fail() {
  failed_ = true;
  rest_ = {};
}

bool BinaryReader::require(bool holds) {
  if (!holds) fail();
  return ok();
}

}  // namespace audisp_eql
