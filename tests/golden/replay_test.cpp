// SPDX-License-Identifier: Apache-2.0
// Every recording gives exactly the alerts its README promises, and these look
// exactly as in fixtures/golden. AUDISP_EQL_WRITE_GOLDEN=1 rewrites the files;
// read the diff before committing it.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
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

TEST_CASE("execs that lost their end give the alerts they would have given") {
  const auto id_of = [](const std::string& line) { return line.substr(line.find("msg=audit("), 32); };
  for (const std::string name : {"xfce", "shwrap", "direct", "live-stream"}) {
    CAPTURE(name);
    std::istringstream text(test::read_file(FIXTURES "/audit/" + name + ".log"));
    std::set<std::string> execs;
    std::string kept;
    std::size_t lost = 0;
    for (std::string line; std::getline(text, line);) {
      if (line.find("type=EXECVE") != std::string::npos) execs.insert(id_of(line));
      const bool ends = line.find("type=PROCTITLE") != std::string::npos || line.find("type=EOE") != std::string::npos;
      if (ends && execs.count(id_of(line)) != 0) {
        ++lost;
      } else {
        kept += line + "\n";
      }
    }
    REQUIRE(lost > 0);
    test::Replay run(kRule);
    run.feed(kept);
    CHECK(test::sorted_ids(run.finish()) == test::sorted_ids(replay(name)));
  }
}

TEST_CASE("a clock that is set by an hour, back or forth, costs no alert that does not straddle it") {
  const auto stamp_of = [](const std::string& line) { return std::stoll(line.substr(line.find("audit(") + 6, 10)); };
  for (const std::int64_t step : {-3600, 3600}) {
    CAPTURE(step);
    test::Replay run(kRule);
    // Three times the recording, of which each has another clock and further serials.
    for (const std::int64_t shift : {std::int64_t{0}, step, std::int64_t{0}}) {
      std::istringstream text(test::read_file(FIXTURES "/audit/direct.log"));
      const std::uint64_t round = run.pipeline().stats().grouper.lines;
      for (std::string line; std::getline(text, line);) {
        const std::size_t at = line.find("audit(") + 6;
        line.replace(at, 10, std::to_string(stamp_of(line) + shift));
        const std::size_t serial = line.find(':', at) + 1;
        const std::size_t end = line.find(')', serial);
        line.replace(serial, end - serial, std::to_string(std::stoull(line.substr(serial, end - serial)) + round));
        run.feed(line + "\n");
      }
    }
    CHECK(run.finish().size() == 3 * 14);
  }
}

TEST_CASE("processes of /proc that bear the pids of older records are others") {
  for (const std::string name : {"xfce", "shwrap", "direct", "pidreuse", "live-stream"}) {
    CAPTURE(name);
    const std::string log = test::read_file(FIXTURES "/audit/" + name + ".log");
    std::set<std::uint32_t> pids;
    for (std::size_t at = log.find("pid="); at != std::string::npos; at = log.find("pid=", at + 1)) {
      pids.insert(static_cast<std::uint32_t>(std::strtoul(log.c_str() + at + 4, nullptr, 10)));
    }
    std::vector<entity::ProcEntry> snapshot;
    const EventTime later = seconds(1'795'506'025 + 40'000);
    for (const std::uint32_t pid : pids) {
      entity::ProcEntry& entry = snapshot.emplace_back();
      entry.pid = pid;
      entry.ppid = 1;
      entry.start = later;
      entry.exe = "/usr/bin/other";
    }
    test::Replay run(kRule);
    run.pipeline().engine().load_processes(snapshot, later + seconds(1));
    run.feed(log);
    CHECK(test::sorted_ids(run.finish()) == test::sorted_ids(replay(name)));
  }
}
