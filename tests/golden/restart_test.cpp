// SPDX-License-Identifier: Apache-2.0
// A program that stops and starts again between any two events of a recording
// gives the alerts of one that did not.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

constexpr char kRule[] = SHIPPED_RULES "/xdg_autostart_network.toml";

// Offsets at which every event that began has ended.
std::vector<std::size_t> event_boundaries(const std::string& text) {
  std::map<std::string, std::size_t> last;  // offset after the last record of each event
  const auto for_each_line = [&text](auto use) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      const std::size_t id = text.find("msg=audit(", at);
      if (id < end) use(text.substr(id, text.find(')', id) - id), end);
      at = end;
    }
  };
  for_each_line([&](const std::string& id, std::size_t end) { last[id] = end; });
  std::vector<std::size_t> boundaries;
  std::size_t open_until = 0;
  for_each_line([&](const std::string& id, std::size_t end) {
    open_until = std::max(open_until, last[id]);
    if (open_until <= end) boundaries.push_back(end);
  });
  return boundaries;
}

void add_lines(const std::vector<alert::Alert>& alerts, std::vector<std::string>& lines) {
  for (const alert::Alert& alert : alerts) lines.push_back(alert::format_json(alert));
}

struct Stopping {
  std::vector<std::string> lines;
  std::unique_ptr<test::Replay> run = std::make_unique<test::Replay>(kRule);

  void stop_and_start() {
    const std::string saved = run->stop();
    add_lines(run->alerts(), lines);
    run = std::make_unique<test::Replay>(kRule);
    REQUIRE(run->pipeline().restore(saved));
  }

  std::vector<std::string> finish() {
    add_lines(run->finish(), lines);
    return lines;
  }
};

std::vector<std::string> uncut(const std::string& text) {
  test::Replay run(kRule);
  run.feed(text);
  std::vector<std::string> lines;
  add_lines(run.finish(), lines);
  return lines;
}

}  // namespace

TEST_CASE("stopped once between any two events of a recording, the alerts are the same") {
  for (const char* name : {"xfce", "gnome", "shwrap", "direct", "pidreuse", "live-stream"}) {
    CAPTURE(name);
    const std::string text = test::read_file(FIXTURES "/audit/" + std::string(name) + ".log");
    const std::vector<std::size_t> boundaries = event_boundaries(text);
    REQUIRE(boundaries.size() > 10);
    const std::size_t step = std::max<std::size_t>(boundaries.size() / 60, 1);
    const std::vector<std::string> expected = uncut(text);
    for (std::size_t i = 0; i < boundaries.size(); i += step) {
      Stopping program;
      program.run->feed(std::string_view(text).substr(0, boundaries[i]));
      program.stop_and_start();
      program.run->feed(std::string_view(text).substr(boundaries[i]));
      CAPTURE(boundaries[i]);
      CHECK(program.finish() == expected);
    }
  }
}

TEST_CASE("stopped after every event of a recording, the alerts are the same") {
  for (const char* name : {"xfce", "shwrap", "direct", "pidreuse", "live-stream"}) {
    CAPTURE(name);
    const std::string text = test::read_file(FIXTURES "/audit/" + std::string(name) + ".log");
    Stopping program;
    std::size_t from = 0;
    for (const std::size_t boundary : event_boundaries(text)) {
      program.run->feed(std::string_view(text).substr(from, boundary - from));
      program.stop_and_start();
      from = boundary;
    }
    program.run->feed(std::string_view(text).substr(from));
    CHECK(program.finish() == uncut(text));
  }
}
