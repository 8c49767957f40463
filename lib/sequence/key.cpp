// SPDX-License-Identifier: Apache-2.0
// Order-preserving encoding of key values, and the cartesian product of
// multi-valued ones.
//
//   null    00
//   boolean 01 (00 | 01)
//   number  02, 8 bytes of the nearest double, 2 bytes of what an integer has more
//   text    03, bytes with 00 written as 00 01, then 00 00
#include "lib/sequence/key.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace audisp_eql::sequence {
namespace {

using event::Value;

constexpr char kNullTag = '\0';
constexpr char kBoolTag = '\1';
constexpr char kNumberTag = '\2';
constexpr char kTextTag = '\3';
constexpr std::size_t kNumberBytes = 11;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr std::int32_t kRestBias = 0x8000;

template <typename T>
void append_big_endian(std::string& out, T number) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((number >> shift) & 0xFF));
  }
}

template <typename T>
T read_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<T>(number);
}

std::uint64_t sortable(double d) {
  if (std::isnan(d)) d = std::numeric_limits<double>::quiet_NaN();
  const auto bits = std::bit_cast<std::uint64_t>(d == 0 ? 0.0 : d);
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

double from_sortable(std::uint64_t bits) {
  return std::bit_cast<double>((bits & kSignBit) != 0 ? bits & ~kSignBit : ~bits);
}

// What `i` has more than its nearest double; at most 512 either way.
std::int32_t rest_of(std::int64_t i, double nearest) {
  if (nearest >= kTwoTo63) return static_cast<std::int32_t>(i - std::numeric_limits<std::int64_t>::max() - 1);
  return static_cast<std::int32_t>(i - static_cast<std::int64_t>(nearest));
}

void append_number(std::string& out, double nearest, std::int32_t rest) {
  out.push_back(kNumberTag);
  append_big_endian(out, sortable(nearest));
  append_big_endian(out, static_cast<std::uint16_t>(rest + kRestBias));
}

void append_text(std::string& out, std::string_view text) {
  out.push_back(kTextTag);
  for (std::size_t nul = text.find('\0'); nul != std::string_view::npos; nul = text.find('\0')) {
    out.append(text.substr(0, nul + 1)).push_back('\1');
    text.remove_prefix(nul + 1);
  }
  out.append(text).append(2, '\0');
}

// Position after the text's end mark. REQUIRES: `key` was encoded here.
std::size_t end_of_text(std::string_view key, std::size_t begin) {
  std::size_t nul = key.find('\0', begin);
  while (key[nul + 1] != '\0') nul = key.find('\0', nul + 2);
  return nul + 2;
}

std::size_t end_of_component(std::string_view key, std::size_t begin) {
  switch (key[begin]) {
    case kNullTag: return begin + 1;
    case kBoolTag: return begin + 2;
    case kNumberTag: return begin + kNumberBytes;
    default: return end_of_text(key, begin + 1);
  }
}

// Whether append_number can have written this.
bool is_number(std::string_view bytes) {
  constexpr std::int64_t kMaxRest = 512;
  const double nearest = from_sortable(read_big_endian<std::uint64_t>(bytes));
  const std::int64_t rest = read_big_endian<std::uint16_t>(bytes.substr(8)) - kRestBias;
  if (rest == 0) return true;
  const bool whole = nearest >= -kTwoTo63 && nearest <= kTwoTo63 && std::trunc(nearest) == nearest;
  if (!whole || rest < -kMaxRest || rest > kMaxRest) return false;
  return nearest == kTwoTo63 ? rest < 0 : nearest > -kTwoTo63 || rest > 0;
}

// As end_of_component, of bytes that may be anything: npos if there is none.
std::size_t find_end(std::string_view bytes, std::size_t begin) {
  constexpr std::size_t kNone = std::string_view::npos;
  if (begin >= bytes.size()) return kNone;
  const std::size_t left = bytes.size() - begin;
  switch (bytes[begin]) {
    case kNullTag: return begin + 1;
    case kBoolTag: return left >= 2 ? begin + 2 : kNone;
    case kNumberTag:
      return left >= kNumberBytes && is_number(bytes.substr(begin + 1, kNumberBytes - 1)) ? begin + kNumberBytes
                                                                                          : kNone;
    case kTextTag: break;
    default: return kNone;
  }
  for (std::size_t nul = bytes.find('\0', begin + 1); nul < bytes.size() - 1; nul = bytes.find('\0', nul + 2)) {
    if (bytes[nul + 1] == '\0') return nul + 2;
    if (bytes[nul + 1] != '\1') return kNone;
  }
  return kNone;
}

std::string number_text(std::string_view bytes) {
  const double nearest = from_sortable(read_big_endian<std::uint64_t>(bytes));
  const std::int64_t rest = read_big_endian<std::uint16_t>(bytes.substr(8)) - kRestBias;
  const bool whole = nearest >= -kTwoTo63 && nearest <= kTwoTo63 && std::trunc(nearest) == nearest;
  if (!whole) return fmt::format("{}", nearest);
  if (nearest < kTwoTo63) return fmt::format("{}", static_cast<std::int64_t>(nearest) + rest);
  return fmt::format("{}", (std::uint64_t{1} << 63) + static_cast<std::uint64_t>(rest));
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.push_back(text[i]);
    if (text[i] == '\0') ++i;
  }
  return out;
}

std::string component_text(std::string_view bytes) {
  switch (bytes.front()) {
    case kNullTag: return "null";
    case kBoolTag: return bytes[1] != '\0' ? "true" : "false";
    case kNumberTag: return number_text(bytes.substr(1));
    default: return unescape(bytes.substr(1, bytes.size() - 3));
  }
}

void sip_round(std::array<std::uint64_t, 4>& v) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = std::rotl(v[1], 13) ^ v[0];
  v[3] = std::rotl(v[3], 16) ^ v[2];
  v[0] = std::rotl(v[0], 32) + v[3];
  v[2] += v[1];
  v[3] = std::rotl(v[3], 21) ^ v[0];
  v[1] = std::rotl(v[1], 17) ^ v[2];
  v[2] = std::rotl(v[2], 32);
}

}  // namespace

void append_component(std::string& key, Value value) {
  switch (value.kind()) {
    case Value::Kind::kNull: key.push_back(kNullTag); return;
    case Value::Kind::kBool:
      key.push_back(kBoolTag);
      key.push_back(value.as_bool() ? '\1' : '\0');
      return;
    case Value::Kind::kInt: {
      const auto nearest = static_cast<double>(value.as_int());
      append_number(key, nearest, rest_of(value.as_int(), nearest));
      return;
    }
    case Value::Kind::kDouble: append_number(key, value.as_double(), 0); return;
    case Value::Kind::kString: append_text(key, value.as_string()); return;
  }
}

std::string_view component(std::string_view key, std::size_t position) {
  std::size_t begin = 0;
  for (; begin < key.size(); --position) {
    const std::size_t end = end_of_component(key, begin);
    if (position == 0) return key.substr(begin, end - begin);
    begin = end;
  }
  return {};
}

std::vector<std::string> key_texts(std::string_view key) {
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin < key.size();) {
    const std::size_t end = end_of_component(key, begin);
    texts.push_back(component_text(key.substr(begin, end - begin)));
    begin = end;
  }
  return texts;
}

bool is_key(std::string_view bytes, std::size_t components) {
  std::size_t begin = 0;
  for (; components > 0 && begin != std::string_view::npos; --components) begin = find_end(bytes, begin);
  return begin == bytes.size();
}

std::size_t KeyHash::operator()(std::string_view bytes) const {
  std::array<std::uint64_t, 4> v{seed_[0] ^ 0x736f6d6570736575, seed_[1] ^ 0x646f72616e646f6d,
                                 seed_[0] ^ 0x6c7967656e657261, seed_[1] ^ 0x7465646279746573};
  const auto absorb = [&v](std::uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
  };
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    absorb(word);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  absorb(last);
  v[2] ^= 0xFF;
  for (int i = 0; i < 3; ++i) sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

EventKeys::EventKeys(const Plan& plan, const Limits& limits, Counters& counters)
    : plan_(plan), limits_(limits), counters_(counters), groups_(plan.key_groups.size()) {}

void EventKeys::begin(const event::Event& event) {
  event_ = &event;
  ++epoch_;
}

std::span<const std::string> EventKeys::tuples(std::size_t key_group) {
  TupleList& list = groups_[key_group];
  if (list.epoch != epoch_) {
    build(plan_.key_groups[key_group], list);
    list.epoch = epoch_;
  }
  return {list.items.data(), list.count};
}

void EventKeys::build(std::span<const eql::JoinKey> keys, TupleList& list) {
  if (list.items.empty()) list.items.emplace_back();
  list.items.front().clear();
  list.count = 1;
  for (const eql::JoinKey& key : keys) {
    const auto bag = event_->get(key.field);
    if (bag.empty() && !key.optional) {
      list.count = 0;
      return;
    }
    if (bag.size() > 1) {
      multiply(bag, list);
    } else {
      append_all(bag.empty() ? Value() : bag.front(), list);
    }
    drop_oversized(list);
  }
}

void EventKeys::append_all(Value value, TupleList& list) const {
  if (value.is_string() && value.as_string().size() > limits_.max_key_bytes) {
    // Too long without encoding it: let drop_oversized see it, copy no more than that.
    value = Value::string(value.as_string().substr(0, limits_.max_key_bytes));
  }
  for (std::size_t i = 0; i < list.count; ++i) append_component(list.items[i], value);
}

void EventKeys::multiply(std::span<const Value> bag, TupleList& list) {
  values_.clear();
  for (const Value& value : bag) {
    if (value.is_string() && value.as_string().size() >= limits_.max_key_bytes) {
      ++counters_.oversized_keys;
      continue;
    }
    append_component(values_.emplace_back(), value);
  }
  std::sort(values_.begin(), values_.end());
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  const std::size_t all = list.count * values_.size();
  const std::size_t kept = std::min(all, limits_.max_key_tuples);
  counters_.dropped_tuples += all - kept;
  if (list.items.size() < kept) list.items.resize(kept);
  // From the end, so that a tuple is read before it is overwritten.
  for (std::size_t i = kept; i-- > 0;) {
    if (values_.size() > 1 && i > 0) list.items[i] = list.items[i / values_.size()];
    list.items[i] += values_[i % values_.size()];
  }
  list.count = kept;
}

void EventKeys::drop_oversized(TupleList& list) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.count; ++i) {
    if (list.items[i].size() > limits_.max_key_bytes) {
      ++counters_.oversized_keys;
    } else if (kept++ != i) {
      list.items[kept - 1].swap(list.items[i]);
    }
  }
  list.count = kept;
}

}  // namespace audisp_eql::sequence
