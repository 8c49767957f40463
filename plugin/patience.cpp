// SPDX-License-Identifier: Apache-2.0
#include "plugin/patience.h"

#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace audisp_eql::plugin {

std::optional<std::string> Patience::run(std::function<std::string()> work) {
  if (left_behind_ == kMaxLeftBehind) return std::nullopt;
  std::packaged_task<std::string()> task(std::move(work));
  std::future<std::string> answer = task.get_future();
  try {
    std::thread(std::move(task)).detach();
  } catch (const std::system_error&) {
    return std::nullopt;  // users may have made all the threads that there can be
  }
  if (answer.wait_for(kAtMost) == std::future_status::ready) return answer.get();
  ++left_behind_;
  return std::nullopt;
}

}  // namespace audisp_eql::plugin
