// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/path.h"

#include <vector>

#include <doctest/doctest.h>

using audisp_eql::audit::resolve_path;

TEST_CASE("paths are normalised lexically and never guessed") {
  struct Case {
    std::string_view name, cwd, path;
  };
  const std::vector<Case> cases{
      {"/bin/sh", "", "/bin/sh"},
      {"/bin/sh", "/home", "/bin/sh"},
      {"./x", "/home/u", "/home/u/x"},
      {"x", "/", "/x"},
      {"x", "/home/u/", "/home/u/x"},
      {"../x", "/home/u", "/home/x"},
      {"../../../../x", "/home/u", "/x"},
      {"/..", "", "/"},
      {"/", "", "/"},
      {"//usr///bin/./sh", "", "/usr/bin/sh"},
      {"/usr/bin/../lib/..", "", "/usr"},
      {"/a/../..", "", "/"},
      {"/a/...", "", "/a/..."},
      {"/a/..b/.c", "", "/a/..b/.c"},
      {"a/", "/b", "/b/a"},
      {"..", "/b", "/"},
      {"x", "/a/../b//./c", "/b/c/x"},
      {"", "/home", ""},
      {"x", "", ""},
      {"x", "home", ""},
      {"\n \xff", "/a", "/a/\n \xff"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CAPTURE(c.cwd);
    CHECK(resolve_path(c.name, c.cwd) == c.path);
  }
}
