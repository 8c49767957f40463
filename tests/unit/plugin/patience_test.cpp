// SPDX-License-Identifier: Apache-2.0
#include "plugin/patience.h"

#include <future>
#include <string>

#include <doctest/doctest.h>

namespace audisp_eql::plugin {
namespace {

TEST_CASE("what comes back in time is the answer") {
  Patience patience;
  CHECK(patience.run([] { return std::string("text"); }) == "text");
}

// Cause: /proc/PID/cmdline waits for as long as the process unmaps memory of a FUSE
// file system of its own, that is, for ever, and the engine's thread with it.
TEST_CASE("what does not come back is left behind, but not without end") {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const auto hang = [released] {
    released.wait();
    return std::string();
  };
  Patience patience;
  for (std::size_t i = 0; i < Patience::kMaxLeftBehind; ++i) {
    CAPTURE(i);
    CHECK(patience.run([] { return std::string("text"); }) == "text");
    CHECK_FALSE(patience.run(hang).has_value());
  }
  CHECK_FALSE(patience.run([] { return std::string("text"); }).has_value());
}

}  // namespace
}  // namespace audisp_eql::plugin
