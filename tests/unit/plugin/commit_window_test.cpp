// SPDX-License-Identifier: Apache-2.0
#include "plugin/commit_window.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace audisp_eql::plugin {
namespace {

TEST_CASE("a message is needed as long as its host's records are not newer by more than the lookback") {
  for (const int newer : {59, 60, 61}) {
    CAPTURE(newer);
    CommitWindow window({.lookback = seconds(60)});
    CHECK(window.begin(7) == 7);
    window.add(7, "a", seconds(1000), seconds(5));
    window.add(8, "a", seconds(1000 + newer), seconds(5));
    CHECK(window.begin(9) == (newer <= 60 ? 7 : 8));
  }
}

// A fast clock, or a log that is sent late: by one time for all, a's messages would be of no use at once.
TEST_CASE("each host's messages are judged by its own clock") {
  CommitWindow window({.lookback = seconds(60)});
  window.add(1, "a", seconds(1000), seconds(5));
  window.add(2, "b", seconds(9000), seconds(5));
  window.add(3, "b", seconds(9100), seconds(5));
  CHECK(window.begin(4) == 1);
  window.add(4, "a", seconds(1100), seconds(5));
  CHECK(window.begin(5) == 3);
}

TEST_CASE("a host that falls silent is held for the lookback, by the messages' own time") {
  for (const int later : {59, 60, 61}) {
    CAPTURE(later);
    CommitWindow window({.lookback = seconds(60)});
    window.add(1, "silent", seconds(1000), seconds(100));
    window.add(2, "other", seconds(1000), seconds(100 + later));
    CHECK(window.begin(3) == (later <= 60 ? 1 : 2));
  }
}

TEST_CASE("so many messages are held, and the oldest go first") {
  for (const std::int64_t count : {2, 3, 4}) {
    CAPTURE(count);
    CommitWindow window({.lookback = seconds(60), .max_messages = 3});
    for (std::int64_t i = 0; i < count; ++i) window.add(i, "a", seconds(1), seconds(1));
    CHECK(window.begin(count) == (count <= 3 ? 0 : 1));
    CHECK(window.held() == static_cast<std::size_t>(std::min<std::int64_t>(count, 3)));
    CHECK(window.let_go() == (count <= 3 ? 0 : 1));
  }
}

// Keys are chosen by whoever writes to the topic.
TEST_CASE("hosts over the cap share one clock") {
  for (const std::size_t cap : {1, 2, 3}) {
    CAPTURE(cap);
    CommitWindow window({.lookback = seconds(60), .max_hosts = cap});
    window.add(0, "first", seconds(1000), seconds(1));
    window.add(1, "second", seconds(1000), seconds(1));
    window.add(2, "first", seconds(2000), seconds(1));
    window.add(3, "third", seconds(2000), seconds(1));
    CHECK(window.begin(4) == (cap == 1 ? 2 : 1));
  }
}

}  // namespace
}  // namespace audisp_eql::plugin
