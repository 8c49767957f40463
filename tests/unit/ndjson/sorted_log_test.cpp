// SPDX-License-Identifier: Apache-2.0
#include "lib/ndjson/sorted_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::ndjson;
using event::FieldId;

namespace {

struct World {
  World() {
    declare_fields({}, fields);
    log.emplace(Reader(fields, {}));
  }
  std::vector<std::int64_t> replay(ReplayOrder order = ReplayOrder::kEvent) {
    std::vector<std::int64_t> ids;
    log->replay(order, [&ids](const event::Event& event) { ids.push_back(event.first(FieldId::kEventId).as_int()); });
    return ids;
  }

  event::FieldTable fields;
  std::optional<SortedLog> log;
};

}  // namespace

TEST_CASE("events of all inputs come by time, tiebreaker and arrival") {
  World w;
  w.log->add("a", "{\"@timestamp\":3,\"event.id\":1}\n{\"@timestamp\":1,\"event.id\":2}\n");
  w.log->add("b",
             "{\"@timestamp\":2,\"event.id\":3}\n{\"@timestamp\":1,\"event.sequence\":9,\"event.id\":4}\n{\"@"
             "timestamp\":1,\"event.id\":5}");
  CHECK(w.replay() == std::vector<std::int64_t>{4, 2, 5, 3, 1});
  CHECK(w.replay(ReplayOrder::kArrival) == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  CHECK(w.log->counters().events == 5);
}

TEST_CASE("a bad line is named by input and number, and the rest goes on") {
  World w;
  w.log->add("x.ndjson", "{\"event.id\":1}\n\nbroken\n{\"event.id\":2}\n");
  CHECK(w.replay() == std::vector<std::int64_t>{1, 2});
  REQUIRE(w.log->bad_lines().size() == 1);
  CHECK(w.log->bad_lines()[0].file == "x.ndjson");
  CHECK(w.log->bad_lines()[0].line == 3);
  CHECK_FALSE(w.log->bad_lines()[0].why.empty());
  CHECK(w.log->counters().bad_lines == 1);
}

TEST_CASE("a thousand bad lines are counted, not all told") {
  World w;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "broken\n";
  w.log->add("x", text);
  CHECK(w.log->bad_lines().size() == SortedLog::kReported);
  CHECK(w.log->counters().bad_lines == 1000);
}

TEST_CASE("a byte order mark before the first line is no part of it") {
  World w;
  w.log->add("x", "\xEF\xBB\xBF{\"event.id\":1}\n");
  CHECK(w.replay() == std::vector<std::int64_t>{1});
}
