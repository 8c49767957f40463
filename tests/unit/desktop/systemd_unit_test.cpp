// SPDX-License-Identifier: Apache-2.0
#include "lib/desktop/systemd_unit.h"

#include <string>

#include <doctest/doctest.h>

namespace audisp_eql::desktop {
namespace {

TEST_CASE("the innermost unit of a control group") {
  const struct {
    std::string text, unit;
  } rows[] = {
      {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-curl@autostart.service\n",
       "app-curl@autostart.service"},
      {"0::/user.slice/user-1000.slice/session-2.scope\n", "session-2.scope"},
      {"0::/system.slice/docker.service/child\n", "docker.service"},
      {"0::/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope"},
      {"12:pids:/other.service\n1:name=systemd:/system.slice/a.service\n", "a.service"},
      {"1:name=systemd:/a.service\n0::/\n", "a.service"},
      {"0::/a.slice/.service\n", ""},
      {"0::/a.slice\n", ""},
      {"0::/\n", ""},
      {"", ""},
      {"no colons\n", ""},
      {"0:", ""},
      {"0::/x.service/with\\x2descape.scope\n", "with\\x2descape.scope"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(unit_of_cgroup(row.text) == row.unit);
  }
}

TEST_CASE("the entry that an autostart unit was made of") {
  const struct {
    std::string unit, entry;
  } rows[] = {
      {"app-curl@autostart.service", "curl.desktop"},
      {"app-org.gnome.Evolution\\x2dalarm\\x2dnotify@autostart.service", "org.gnome.Evolution-alarm-notify.desktop"},
      {"app-a\\x2fb@autostart.service", ""},
      {"app-a\\x00@autostart.service", ""},
      {"app-a\\xzz@autostart.service", "a\\xzz.desktop"},
      {"app-a\\x2@autostart.service", "a\\x2.desktop"},
      {"app-@autostart.service", ""},
      {"app-gnome-firefox-12.scope", ""},
      {"curl@autostart.service", ""},
      {"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.unit);
    CHECK(autostart_entry_of(row.unit) == row.entry);
  }
}

}  // namespace
}  // namespace audisp_eql::desktop
