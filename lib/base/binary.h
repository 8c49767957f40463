// SPDX-License-Identifier: Apache-2.0
// Values to bytes and back, for what the program saves of itself. Not a format
// for others: no types, no names, only what the reader asks for in turn. Reading
// damaged bytes is safe: it fails, stays failed, and yields zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/time.h"

namespace audisp_eql {

class BinaryWriter {
 public:
  void number(std::uint64_t n);  // small ones are short
  void integer(std::int64_t i);
  void real(double d);
  void flag(bool b) { number(b ? 1 : 0); }
  void text(std::string_view bytes);  // any bytes, with their length
  void time(EventTime t);
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  template <typename Enum>
  void word(Enum e) {
    number(static_cast<std::uint64_t>(e));
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class BinaryReader {
 public:
  // `bytes` outlive the reader and the texts it yields.
  explicit BinaryReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::uint64_t number();
  // A number up to `most`; a larger one fails.
  [[nodiscard]] std::uint64_t number_up_to(std::uint64_t most);
  // How many things follow, each of at least a byte: never more than bytes are left.
  [[nodiscard]] std::size_t count();
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] double real();
  [[nodiscard]] bool flag() { return number_up_to(1) == 1; }
  [[nodiscard]] std::string_view text();
  // Text that must be valid UTF-8.
  [[nodiscard]] std::string_view utf8();
  [[nodiscard]] EventTime time();
  [[nodiscard]] std::string_view raw(std::size_t size);
  template <typename Enum>
  [[nodiscard]] Enum word(Enum last) {
    return static_cast<Enum>(number_up_to(static_cast<std::uint64_t>(last)));
  }

  // What was read cannot be.
  void fail();
  // Fails unless it holds. Returns ok().
  bool require(bool holds);
  [[nodiscard]] bool ok() const { return !failed_; }
  // Nothing is left, and nothing was wrong.
  [[nodiscard]] bool is_done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace audisp_eql
