// SPDX-License-Identifier: Apache-2.0
// However the stream is cut into reads, and whatever the recording: live finds
// what scan finds, with the same ids.
#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

std::vector<std::string> live_ids(const std::string& log, const std::vector<std::size_t>& cuts) {
  Place place;
  place.use_shipped_rule();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write_cut(log, cuts);
  auditd.close_input();
  REQUIRE(auditd.wait() == 0);
  return alert_ids(read_file(place.alerts()));
}

TEST_CASE("every recording through live gives the ids of scan") {
  const struct {
    const char* name;
    std::size_t alerts;
  } rows[] = {{"xfce", 2}, {"gnome", 0}, {"shwrap", 2}, {"direct", 14}, {"pidreuse", 0}, {"live-stream", 3}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string log = recording(row.name);
    const std::vector<std::string> expected = scan_ids(log);
    CHECK(expected.size() == row.alerts);
    CHECK(live_ids(log, {}) == expected);
  }
}

TEST_CASE("reads of one byte give the same alerts") {
  const std::string log = recording("live-stream");
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < log.size(); ++i) cuts.push_back(i);
  CHECK(live_ids(log, cuts) == scan_ids(log));
}

TEST_CASE("50 ways to cut the stream give the same alerts") {
  const std::string log = recording("live-stream");
  const std::vector<std::string> expected = scan_ids(log);
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::size_t> place(1, log.size() - 1);
    std::vector<std::size_t> cuts(1 + seed * 7);
    std::generate(cuts.begin(), cuts.end(), [&] { return place(random); });
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    REQUIRE(live_ids(log, cuts) == expected);
  }
}

}  // namespace
}  // namespace audisp_eql::test
