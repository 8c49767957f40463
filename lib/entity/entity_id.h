// SPDX-License-Identifier: Apache-2.0
// What a process is called for its whole life: 60 bits of a hash, so that ids of
// all hosts differ; opaque to all but who makes it. Eight bytes: there are many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace audisp_eql::entity {

class EntityId {
 public:
  constexpr EntityId() = default;  // of no process
  // The lower 60 bits count. Of a process, whatever the hash.
  [[nodiscard]] static constexpr EntityId from_hash(std::uint64_t hash) { return EntityId(kKnown | (hash & kHash)); }
  // What number() gave; nullopt for any other.
  [[nodiscard]] static constexpr std::optional<EntityId> from_number(std::uint64_t number) {
    if (number != 0 && (number & ~kHash) != kKnown) return std::nullopt;
    return EntityId(number);
  }

  [[nodiscard]] constexpr std::uint64_t number() const { return number_; }
  [[nodiscard]] constexpr explicit operator bool() const { return number_ != 0; }
  constexpr bool operator==(const EntityId&) const = default;

  // 15 hex digits, the lowest first, or nothing: fits a std::string without allocation.
  [[nodiscard]] std::string text() const {
    if (number_ == 0) return {};
    std::string digits(kDigits, '0');
    for (std::size_t i = 0; i < kDigits; ++i) digits[i] = "0123456789abcdef"[(number_ >> (4 * i)) & 0xFU];
    return digits;
  }

 private:
  explicit constexpr EntityId(std::uint64_t number) : number_(number) {}

  static constexpr std::size_t kDigits = 15;
  static constexpr std::uint64_t kKnown = std::uint64_t{1} << (4 * kDigits);
  static constexpr std::uint64_t kHash = kKnown - 1;

  std::uint64_t number_ = 0;
};

}  // namespace audisp_eql::entity
