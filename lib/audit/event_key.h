// SPDX-License-Identifier: Apache-2.0
// What tells one event from another: host, time and serial. Two hosts may well
// use the same time and serial.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace audisp_eql::audit {

struct EventKey {
  std::uint32_t node = 0;  // by NodeIds
  std::int64_t ms = 0;
  std::uint64_t serial = 0;

  bool operator==(const EventKey&) const = default;
};

[[nodiscard]] inline std::uint64_t hash_of(const EventKey& key) {
  std::uint64_t h = key.serial * 0x9E3779B97F4A7C15U ^ static_cast<std::uint64_t>(key.ms) ^
                    static_cast<std::uint64_t>(key.node) << 48;
  h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9U;
  h = (h ^ (h >> 27)) * 0x94D049BB133111EBU;
  return h ^ (h >> 31);
}

// Names of hosts to small numbers. A number is never used for another name;
// after `max_names` names they are forgotten and numbered anew, which tears
// the events open at that moment and nothing else.
class NodeIds {
 public:
  explicit NodeIds(std::size_t max_names = 65'536) : max_names_(max_names) {}

  [[nodiscard]] std::uint32_t id_of(std::string_view name) {
    if (name.empty()) return 0;
    if (name == last_name_) return last_id_;
    last_name_ = name;
    const auto found = ids_.find(last_name_);
    if (found != ids_.end()) return last_id_ = found->second;
    if (ids_.size() >= max_names_) ids_.clear();
    return last_id_ = ids_[last_name_] = ++newest_id_;
  }

 private:
  std::size_t max_names_;
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::string last_name_;
  std::uint32_t last_id_ = 0;
  std::uint32_t newest_id_ = 0;
};

}  // namespace audisp_eql::audit
