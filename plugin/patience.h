// SPDX-License-Identifier: Apache-2.0
// Runs what may never come back, for it reads what is in the hands of others, on a
// thread of its own, and leaves that one behind when it takes too long.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace audisp_eql::plugin {

class Patience {
 public:
  static constexpr std::chrono::milliseconds kAtMost{100};
  static constexpr std::size_t kMaxLeftBehind = 16;  // then nothing is run any more

  // nullopt: no answer in time, too many threads left behind, or none to be had. `work`
  // must need nothing that could be gone when it comes back.
  [[nodiscard]] std::optional<std::string> run(std::function<std::string()> work);

 private:
  std::size_t left_behind_ = 0;
};

}  // namespace audisp_eql::plugin
