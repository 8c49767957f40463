// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/file_needs.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace audisp_eql::engine {
namespace {

// "below PATH", "named PATH" or "nowhere PATTERN" for each need.
std::vector<std::string> needs_of(const std::string& query) {
  RuleSet set;
  add_queries({{"q", query}}, set);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  std::vector<std::string> out;
  for (const FileNeed& need : file_needs(set)) {
    CHECK(need.rule == set.rules[0].info.name);
    if (!need.place) out.push_back("nowhere " + need.pattern);
    if (!need.place) continue;
    out.push_back((need.place->kind == FilePlace::Kind::kBelow ? "below " : "named ") + need.place->path);
  }
  return out;
}

using Words = std::vector<std::string>;

TEST_CASE("what a condition says of paths is where files must be watched") {
  const struct {
    std::string condition;
    Words needs;
  } rows[] = {
      {"file.path : \"*/autostart/*.desktop\"", {"below */autostart"}},
      {"file.path like \"/etc/xdg/autostart/*\"", {"below /etc/xdg/autostart"}},
      {"file.path like~ (\"/home/*/.config/autostart/*.desktop\", \"/a/b\")",
       {"below /home/*/.config/autostart", "named /a/b"}},
      {"file.path == \"/etc/passwd\"", {"named /etc/passwd"}},
      {"\"/etc/passwd\" == file.path", {"named /etc/passwd"}},
      {"file.path in (\"/etc/passwd\", \"/etc/shadow\")", {"named /etc/passwd", "named /etc/shadow"}},
      {"file.path in~ (\"/etc/passwd\")", {"named /etc/passwd"}},
      {"startsWith(file.path, \"/etc/cron.d/\")", {"below /etc/cron.d"}},
      {"endsWith(file.path, \"/.bashrc\")", {"named */.bashrc"}},
      {"stringContains~(file.path, \"/.ssh/\")", {"below */.ssh"}},
      {"file.path : \"/a/*\" or file.path : \"/b/*\"", {"below /a", "below /b"}},
      {"file.path : \"/a/*\" and user.id == \"0\" and not file.path : \"/a/b/*\"", {"below /a"}},
      // Of both the one that says more of a directory.
      {"file.path : \"*.desktop\" and file.path : \"/etc/xdg/*\"", {"below /etc/xdg"}},
      {"file.path : \"/home/*\" and file.path : \"*/autostart/*\"", {"below */autostart"}},
      {"file.Ext.original.path : \"/a/*\"", {"below /a"}},
      {"file.path : \"*.desktop\"", {"nowhere *.desktop"}},
      {"file.path : (\"/a/*\", \"/*\")", {"below /a", "nowhere /*"}},
      {"file.path : \"/a/*\" or file.name == \"x\"", {"nowhere "}},
      {"file.name == \"x\"", {"nowhere "}},
      {"not file.path : \"/a/*\"", {"nowhere "}},
      {"file.path != \"/a/b\"", {"nowhere "}},
      {"file.path regex \"/a/.*\"", {"nowhere "}},
      {"length(file.path) > 3", {"nowhere "}},
      {"concat(file.path, \"x\") == \"/a/bx\"", {"nowhere "}},
      {"file.path == file.target_path", {"nowhere "}},
      {"file.path in (\"/a/b\", file.target_path)", {"nowhere "}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.condition);
    CHECK(needs_of("file where " + row.condition) == row.needs);
  }
}

TEST_CASE("stages that match no file need none, the others are all seen to") {
  CHECK(needs_of("process where file.path : \"/a/*\"").empty());
  CHECK(needs_of("sequence by host.id with maxspan=1h [process where process.name == \"a\"] "
                 "[file where file.path : \"/a/*\"] with runs=3 [file where file.path : \"/b/*\"] "
                 "[file where file.path : \"/a/*\"] until [file where file.path == \"/c/d\"]") ==
        Words{"below /a", "below /b", "named /c/d"});
  CHECK(needs_of("any where true") == Words{"nowhere "});
}

}  // namespace
}  // namespace audisp_eql::engine
