// SPDX-License-Identifier: Apache-2.0
// A list of texts that never changes, such as a process's arguments, in one piece
// of memory however many there are, and in none when there are none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

  Texts() = default;
  // REQUIRES: no more than 4 GiB.
  explicit Texts(std::span<const std::string> texts) {
    if (texts.empty()) return;
    std::size_t length = 0;
    for (const std::string_view text : texts) length += text.size();
    words_ = std::make_unique_for_overwrite<std::uint32_t[]>(words(texts.size(), length));
    words_[0] = static_cast<std::uint32_t>(texts.size());
    char* const begin = reinterpret_cast<char*>(words_.get() + 1 + texts.size());
    char* at = begin;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      at = std::copy(texts[i].begin(), texts[i].end(), at);
      words_[1 + i] = static_cast<std::uint32_t>(at - begin);
    }
  }
  Texts(const Texts& other) {
    if (other.empty()) return;
    const std::size_t count = other.bytes() / sizeof words_[0];
    words_ = std::make_unique_for_overwrite<std::uint32_t[]>(count);
    std::copy_n(other.words_.get(), count, words_.get());
  }
  Texts(Texts&&) noexcept = default;
  Texts& operator=(Texts other) noexcept {
    std::swap(words_, other.words_);
    return *this;
  }
  ~Texts() = default;

  [[nodiscard]] std::size_t size() const { return words_ == nullptr ? 0 : words_[0]; }
  [[nodiscard]] bool empty() const { return words_ == nullptr; }
  // Memory, without what the object itself has.
  [[nodiscard]] std::size_t bytes() const { return empty() ? 0 : words(size(), words_[size()]) * sizeof words_[0]; }
  [[nodiscard]] std::string_view operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : words_[index];
    return {reinterpret_cast<const char*>(words_.get() + 1 + size()) + begin, words_[1 + index] - begin};
  }
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

  bool operator==(const Texts& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }
  bool operator==(const std::vector<std::string>& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  static std::size_t words(std::size_t count, std::size_t length) {
    return 1 + count + (length + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t);
  }

  // Null when there are none. Their number, where each ends, then the text.
  std::unique_ptr<std::uint32_t[]> words_;
};

}  // namespace audisp_eql::entity
