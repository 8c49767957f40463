// SPDX-License-Identifier: Apache-2.0
// Alerts that a scan gave already, by host and id: several inputs may hold the
// same events, in parts that no comparison of files finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "lib/alert/alert.h"

namespace audisp_eql::plugin {

class SeenAlerts {
 public:
  static constexpr std::size_t kMost = 1u << 20;

  explicit SeenAlerts(std::size_t most = kMost) : most_(most) {}

  // False when it was there already. Of more than `most` the later ones are new each time.
  bool insert(const alert::Alert& alert) {
    const std::size_t key = std::hash<std::string>()(alert.host_id + '\0' + alert.id);
    if (keys_.size() >= most_) return keys_.count(key) == 0;
    return keys_.insert(key).second;
  }

 private:
  std::size_t most_;
  std::unordered_set<std::size_t> keys_;
};

}  // namespace audisp_eql::plugin
