// SPDX-License-Identifier: Apache-2.0
// Objects by number. Numbers of released objects are given out again; addresses
// stay valid while an object is held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace audisp_eql::sequence {

template <typename T>
class Pool {
 public:
  using Id = std::uint32_t;

  // A default-constructed object.
  [[nodiscard]] Id acquire() {
    if (free_.empty()) {
      items_.emplace_back();
      return static_cast<Id>(items_.size() - 1);
    }
    const Id id = free_.back();
    free_.pop_back();
    return id;
  }

  // REQUIRES: `id` is held.
  void release(Id id) {
    items_[id] = T();
    free_.push_back(id);
  }

  [[nodiscard]] T& operator[](Id id) { return items_[id]; }
  [[nodiscard]] const T& operator[](Id id) const { return items_[id]; }
  [[nodiscard]] std::size_t size() const { return items_.size() - free_.size(); }

 private:
  std::deque<T> items_;
  std::vector<Id> free_;
};

}  // namespace audisp_eql::sequence
