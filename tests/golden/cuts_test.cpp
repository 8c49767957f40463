// SPDX-License-Identifier: Apache-2.0
// Where the input is cut changes nothing. A cut is only ever seen by the line
// splitter, so that is tried at every offset of every recording; the whole
// engine byte by byte, and at every offset of the shorter recordings.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/lines.h"
#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;

namespace {

constexpr char kRule[] = SHIPPED_RULES "/xdg_autostart_network.toml";
constexpr const char* kNames[] = {"xfce", "gnome", "shwrap", "direct", "pidreuse", "live-stream"};

std::string recording(const std::string& name) { return test::read_file(FIXTURES "/audit/" + name + ".log"); }

std::vector<std::string> ids_of_chunks(std::string_view text, const std::vector<std::size_t>& cuts) {
  test::Replay run(kRule);
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    run.feed(text.substr(from, cut - from));
    from = cut;
  }
  run.feed(text.substr(from));
  return test::ids(run.finish());
}

// Only the line that spans the cut can differ from the uncut text's.
bool splits_alike(std::string_view text, std::size_t cut) {
  const std::size_t newline = cut == 0 ? std::string_view::npos : text.rfind('\n', cut - 1);
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  const std::size_t end = text.find('\n', cut);
  audit::LineSplitter splitter;
  splitter.feed(text.substr(begin, cut - begin));
  if (splitter.next()) return false;
  splitter.feed(text.substr(cut));
  const auto line = splitter.next();
  return line && *line == text.substr(begin, end - begin);
}

}  // namespace

TEST_CASE("the splitter gives the same lines for a cut at every offset of every recording") {
  for (const char* name : kNames) {
    CAPTURE(name);
    const std::string text = recording(name);
    std::size_t wrong = 0;
    for (std::size_t cut = 0; cut < text.size(); ++cut) wrong += splits_alike(text, cut) ? 0 : 1;
    CHECK(wrong == 0);
  }
}

TEST_CASE("byte by byte, every recording gives the same alerts") {
  for (const char* name : kNames) {
    CAPTURE(name);
    const std::string text = recording(name);
    test::Replay run(kRule);
    for (const char& byte : text) run.feed({&byte, 1});
    CHECK(test::ids(run.finish()) == ids_of_chunks(text, {}));
  }
}

TEST_CASE("a cut at every offset of the shortest recording with alerts gives the same alerts") {
  const std::string text = recording("live-stream");
  const auto expected = ids_of_chunks(text, {});
  REQUIRE(expected.size() == 3);
  std::size_t wrong = 0;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) wrong += ids_of_chunks(text, {cut}) == expected ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("random cuts of every recording give the same alerts") {
  constexpr unsigned kSeed = 20'240'603;
  MESSAGE("seed ", kSeed);
  std::mt19937 random(kSeed);
  for (const char* name : kNames) {
    CAPTURE(name);
    const std::string text = recording(name);
    const auto expected = ids_of_chunks(text, {});
    for (int round = 0; round < 50; ++round) {
      std::vector<std::size_t> cuts(random() % 200);
      for (std::size_t& cut : cuts) cut = random() % text.size();
      std::sort(cuts.begin(), cuts.end());
      CHECK(ids_of_chunks(text, cuts) == expected);
    }
  }
}
