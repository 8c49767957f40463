// SPDX-License-Identifier: Apache-2.0
// The kernel writes the records of different events interleaved, as CPUs
// happen to get to them; those of one process stay in order.
#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

struct LoggedEvent {
  std::string pid;
  std::deque<std::string> lines;
};

std::string between(const std::string& line, const std::string& before, char after) {
  const std::size_t at = line.find(before);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + before.size();
  return line.substr(begin, line.find(after, begin) - begin);
}

std::vector<LoggedEvent> events_of(const std::string& text) {
  std::vector<LoggedEvent> events;
  std::map<std::string, std::size_t> by_id;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const auto [it, added] = by_id.emplace(between(line, "msg=audit(", ')'), events.size());
    if (added) events.emplace_back();
    LoggedEvent& event = events[it->second];
    const std::string pid = between(line, " pid=", ' ');
    if (event.pid.empty()) event.pid = pid;
    event.lines.push_back(line);
  }
  return events;
}

// At each step one of the next few events writes its next record; two events of
// one process are never under way together.
std::string interleave(std::vector<LoggedEvent> events, std::mt19937& random) {
  constexpr std::size_t kUnderWay = 4;
  std::string out;
  std::vector<LoggedEvent> active;
  std::size_t next = 0;
  while (next < events.size() || !active.empty()) {
    while (active.size() < kUnderWay && next < events.size()) {
      const bool busy =
          std::any_of(active.begin(), active.end(), [&](const LoggedEvent& e) { return e.pid == events[next].pid; });
      if (busy) break;
      active.push_back(std::move(events[next++]));
    }
    LoggedEvent& chosen = active[random() % active.size()];
    out += chosen.lines.front() + "\n";
    chosen.lines.pop_front();
    std::erase_if(active, [](const LoggedEvent& e) { return e.lines.empty(); });
  }
  return out;
}

}  // namespace

TEST_CASE("records of different events interleaved give the same alerts") {
  constexpr unsigned kSeed = 7;
  MESSAGE("seed ", kSeed);
  std::mt19937 random(kSeed);
  for (const char* name : {"xfce", "gnome", "shwrap", "direct", "pidreuse", "live-stream"}) {
    CAPTURE(name);
    const std::string text = test::read_file(FIXTURES "/audit/" + std::string(name) + ".log");
    test::Replay plain(SHIPPED_RULES "/xdg_autostart_network.toml");
    plain.feed(text);
    const auto expected = test::sorted_ids(plain.finish());
    for (int round = 0; round < 50; ++round) {
      test::Replay run(SHIPPED_RULES "/xdg_autostart_network.toml");
      run.feed(interleave(events_of(text), random));
      CHECK(test::sorted_ids(run.finish()) == expected);
    }
  }
}
