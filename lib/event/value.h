// SPDX-License-Identifier: Apache-2.0
// One value of an event field: null, boolean, integer, double or text. A Value
// owns nothing: text is a view into the event (or whoever filled it).
#pragma once

#include <cstdint>
#include <string_view>

namespace audisp_eql::event {

class Value {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kInt, kDouble, kString };

  constexpr Value() : int_(0) {}
  static constexpr Value boolean(bool b) {
    Value v;
    v.kind_ = Kind::kBool;
    v.int_ = b ? 1 : 0;
    return v;
  }
  static constexpr Value integer(std::int64_t i) {
    Value v;
    v.kind_ = Kind::kInt;
    v.int_ = i;
    return v;
  }
  static constexpr Value real(double d) {
    Value v;
    v.kind_ = Kind::kDouble;
    v.double_ = d;
    return v;
  }
  // `text` is valid UTF-8 and outlives the Value.
  static constexpr Value string(std::string_view text) {
    Value v;
    v.kind_ = Kind::kString;
    v.text_ = text.data();
    v.size_ = text.size();
    return v;
  }

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  [[nodiscard]] constexpr bool is_null() const { return kind_ == Kind::kNull; }
  [[nodiscard]] constexpr bool is_string() const { return kind_ == Kind::kString; }
  [[nodiscard]] constexpr bool is_number() const { return kind_ == Kind::kInt || kind_ == Kind::kDouble; }

  // Each REQUIRES the matching kind().
  [[nodiscard]] constexpr bool as_bool() const { return int_ != 0; }
  [[nodiscard]] constexpr std::int64_t as_int() const { return int_; }
  [[nodiscard]] constexpr double as_double() const { return double_; }
  [[nodiscard]] constexpr std::string_view as_string() const { return {text_, size_}; }
  // Int or double, as double.
  [[nodiscard]] constexpr double number() const { return kind_ == Kind::kInt ? static_cast<double>(int_) : double_; }

  // Same kind and same content (1 and 1.0 differ here; EQL's equality is eval's).
  friend constexpr bool operator==(const Value& a, const Value& b) {
    if (a.kind_ != b.kind_) return false;
    switch (a.kind_) {
      case Kind::kNull: return true;
      case Kind::kBool:
      case Kind::kInt: return a.int_ == b.int_;
      case Kind::kDouble: return a.double_ == b.double_;
      case Kind::kString: return a.as_string() == b.as_string();
    }
    return false;
  }

 private:
  Kind kind_ = Kind::kNull;
  std::size_t size_ = 0;
  union {
    std::int64_t int_;
    double double_;
    const char* text_;
  };
};

}  // namespace audisp_eql::event
