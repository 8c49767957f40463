// SPDX-License-Identifier: Apache-2.0
#include "lib/report/search_command.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;
using report::search_command;

namespace {

alert::Evidence event_at(std::int64_t ms) {
  alert::Evidence out;
  out.time = milliseconds(ms);
  out.serial = 5010;
  return out;
}

}  // namespace

TEST_CASE("an event is named by its serial, its second, its host and its log") {
  const alert::Evidence event = event_at(1'795'506'025'098);
  CHECK(search_command(event, "", "") ==
        "LC_ALL=C TZ=UTC ausearch -a 5010 -ts 11/24/26 07:40:25 -te 11/24/26 07:40:25");
  CHECK(search_command(event, "desk7.example", "-if audit.log") ==
        "LC_ALL=C TZ=UTC ausearch -a 5010 -ts 11/24/26 07:40:25 -te 11/24/26 07:40:25 --node desk7.example -if "
        "audit.log");
}

TEST_CASE("a node that is no plain name gets into no command") {
  const std::string long_name(256, 'a');
  for (const std::string& node :
       std::vector<std::string>{"a b", "a;reboot", "$(reboot)", "-k", "a\nb", "\xFF", long_name}) {
    CAPTURE(node);
    CHECK(search_command(event_at(0), node, "").find("--node") == std::string::npos);
  }
}

TEST_CASE("times that ausearch cannot read are left out") {
  CHECK(search_command(event_at(0), "", "") ==
        "LC_ALL=C TZ=UTC ausearch -a 5010 -ts 01/01/70 00:00:00 -te 01/01/70 00:00:00");
  CHECK(search_command(event_at(-1), "", "") == "ausearch -a 5010");
  CHECK(search_command(event_at(3'124'223'999'999), "", "").find("-ts 12/31/68 23:59:59") != std::string::npos);
  CHECK(search_command(event_at(3'124'224'000'000), "", "") == "ausearch -a 5010");
}

TEST_CASE("an event without serial has no command") {
  alert::Evidence event = event_at(0);
  event.serial.reset();
  CHECK(search_command(event, "desk7", "-if x").empty());
}
