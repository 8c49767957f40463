// SPDX-License-Identifier: Apache-2.0
// Every recording gives exactly the alerts its README promises, and these look
// exactly as in fixtures/golden. AUDISP_EQL_WRITE_GOLDEN=1 rewrites the files;
// read the diff before committing it.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

constexpr char kRule[] = SHIPPED_RULES "/xdg_autostart_network.toml";
using Ports = std::vector<std::int64_t>;

std::vector<alert::Alert> replay(const std::string& name) {
  test::Replay run(kRule);
  run.feed(test::read_file(FIXTURES "/audit/" + name + ".log"));
  return run.finish();
}

}  // namespace

TEST_CASE("each recording alerts on the ports it should, and on no other") {
  struct Row {
    std::string name;
    Ports ports;
  };
  const Row rows[] = {
      {"xfce", {8123, 4444}},
      {"gnome", {}},
      {"shwrap", {5000, 5006}},
      {"direct", {4000, 4001, 4002, 4005, 4007, 4008, 4010, 4011, 4013, 4014, 4015, 4016, 4017, 4018}},
      {"pidreuse", {}},
      {"live-stream", {4000, 4001, 4008}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Ports found;
    for (const alert::Alert& alert : replay(row.name)) {
      REQUIRE(alert.destination);
      found.push_back(*alert.destination->port);
    }
    std::sort(found.begin(), found.end());
    Ports expected = row.ports;
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  }
}

TEST_CASE("each alert looks as it did when its golden file was read by a person") {
  for (const std::string name : {"xfce", "gnome", "shwrap", "direct", "pidreuse", "live-stream"}) {
    CAPTURE(name);
    std::string lines;
    for (const alert::Alert& alert : replay(name)) lines += alert::format_json(alert) + "\n";
    const std::string file = FIXTURES "/golden/" + name + ".jsonl";
    if (std::getenv("AUDISP_EQL_WRITE_GOLDEN") != nullptr) test::write_file(file, lines);
    CHECK(lines == test::read_file(file));
  }
}

TEST_CASE("two copies of a recording give the alerts of one") {
  test::Replay run(kRule);
  const std::string text = test::read_file(FIXTURES "/audit/direct.log");
  run.feed(text);
  run.feed(text);
  CHECK(run.finish().size() == 14);
}
