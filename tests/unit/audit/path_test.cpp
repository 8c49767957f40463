// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/path.h"

#include <vector>

#include <doctest/doctest.h>

using audisp_eql::audit::climbs_out_of_a_name;
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

TEST_CASE("a path that climbs out of a name may lead anywhere") {
  for (const std::string_view path : {"/a/..", "a/..", "/a/../b", "../a/../b", "/a//.././b", "./a/b/../../c"}) {
    CAPTURE(path);
    CHECK(climbs_out_of_a_name(path));
  }
  for (const std::string_view path :
       {"", "/", "..", "../..", "/../a", "./../a", "//..", "/a/b", "/a/...", "/a..", "..a/b"}) {
    CAPTURE(path);
    CHECK_FALSE(climbs_out_of_a_name(path));
  }
}
