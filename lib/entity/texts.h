// SPDX-License-Identifier: Apache-2.0
// A list of texts that never changes, such as a process's arguments, in two pieces
// of memory however many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace audisp_eql::entity {

class Texts {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    Iterator() = default;
    Iterator(const Texts& texts, std::size_t index) : texts_(&texts), index_(index) {}
    std::string_view operator*() const { return (*texts_)[index_]; }
    Iterator& operator++() { return ++index_, *this; }
    Iterator operator++(int) { return {*texts_, index_++}; }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const Texts* texts_ = nullptr;
    std::size_t index_ = 0;
  };

  // Room for `count` texts with `bytes` bytes in all. REQUIRES: no more than 4 GiB.
  void reserve(std::size_t count, std::size_t bytes) {
    ends_.reserve(count);
    bytes_.reserve(bytes);
  }
  void push_back(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] bool empty() const { return ends_.empty(); }
  // Memory, without what the object itself has.
  [[nodiscard]] std::size_t bytes() const { return bytes_.capacity() + ends_.capacity() * sizeof ends_.front(); }
  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
  }
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

  bool operator==(const Texts&) const = default;
  bool operator==(const std::vector<std::string>& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace audisp_eql::entity
