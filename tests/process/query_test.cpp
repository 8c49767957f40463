// SPDX-License-Identifier: Apache-2.0
// scan with a query alone, and on exported events.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

constexpr char kXfce[] = FIXTURES "/audit/xfce.log";
constexpr char kMissing[] =
    "sequence by host.id with maxspan=1m [process where process.args == \"-c\"] ![file where true] "
    "[network where true]";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Two events with a line between them that is no JSON; nested and dotted names.
std::string exported(const Place& place) {
  const std::string file = place.file("events.ndjson");
  write_file(
      file,
      "{\"@timestamp\":\"2024-01-01T00:00:01Z\",\"event\":{\"id\":\"a\",\"category\":\"process\",\"sequence\":1},"
      "\"process\":{\"args\":[\"sh\",\"-c\"]},\"host.id\":\"h\"}\n"
      "not json\n"
      "{\"@timestamp\":\"2024-01-01T00:00:02Z\",\"event.id\":\"b\",\"event.category\":\"network\","
      "\"event.sequence\":2,\"host\":{\"id\":\"h\"}}\n");
  return file;
}

TEST_CASE("a query alone gives one line of ids for each result") {
  const Ran one = audisp_eql_run({"scan", "--query", "process where process.name == \"curl\"", kXfce});
  CHECK(one.status == 0);
  CHECK(one.out == "{\"ids\":[\"1795506025.094:5008\"]}\n{\"ids\":[\"1795506025.122:5023\"]}\n");

  const Ran two = audisp_eql_run({"scan", "--query", "process where event.action == \"exec\" | head 2", "--query",
                                  "network where true | tail 1", kXfce});
  CHECK(two.out ==
        "{\"ids\":[\"1795506016.378:4795\"]}\n{\"ids\":[\"1795506016.378:4796\"]}\n"
        "{\"ids\":[\"1795506025.118:5022\"]}\n");
}

TEST_CASE("a query comes from a file too, and its mistakes are shown in place") {
  const Place place;
  const std::string file = place.file("hunt.eql");
  write_file(file, "process where\n  process.name == \"curl\"\n");
  CHECK(audisp_eql_run({"scan", "--query-file", file, kXfce}).out ==
        audisp_eql_run({"scan", "--query", "process where process.name == \"curl\"", kXfce}).out);

  write_file(file, "process where\n  process.name = \"curl\"\n");
  const Ran bad = audisp_eql_run({"scan", "--query-file", file, kXfce});
  CHECK(bad.status == 2);
  CHECK(bad.out.empty());
  CHECK_MESSAGE(has(bad.err, file + ":2:16: error: "), bad.err);
  CHECK(has(bad.err, "  process.name = \"curl\"\n                 ^\n"));
  CHECK(has(bad.err, "hint: write `==`"));
  CHECK_FALSE(has(bad.err, "--rules"));  // of no use to who gave a query
}

TEST_CASE("exported events are read, null stands for a missing event, a bad line is named") {
  const Place place;
  const std::string file = exported(place);
  const Ran ran = audisp_eql_run({"scan", "--input", "ndjson", "--query", kMissing, file});
  CHECK(ran.status == 0);
  CHECK(ran.out == "{\"ids\":[\"a\",null,\"b\"]}\n");
  CHECK_MESSAGE(has(ran.err, file + ":2:1: warning: line left out"), ran.err);
  CHECK(has(ran.err, "note: 1 line left out: no JSON object"));
  const Ran piped = audisp_eql_run({"scan", "--input", "ndjson", "--query", kMissing}, read_file(file));
  CHECK(piped.out == ran.out);
}

TEST_CASE("rules on exported events give alerts") {
  Place place;
  place.write_rule("sh.toml",
                   "[rule]\nname = \"Shell\"\nrule_id = \"sh\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = \"process where process.args == \\\"-c\\\"\"\n");
  const Ran ran = audisp_eql_run({"scan", "--input", "ndjson", "--rules", place.rules(), exported(place)});
  CHECK(ran.status == 0);
  CHECK(alert_ids(ran.out).size() == 1);
  CHECK(has(ran.out, "\"rule\":{\"id\":\"sh\",\"name\":\"Shell\""));
}

TEST_CASE("other names for time, category, order and id, and further dates") {
  const Place place;
  const std::string file = place.file("other.ndjson");
  write_file(file,
             "{\"t\":1704067202000,\"cat\":\"process\",\"seq\":2,\"uid\":\"second\",\"when\":\"2024-01-01\"}\n"
             "{\"t\":1704067202000,\"cat\":\"process\",\"seq\":1,\"uid\":\"first\",\"when\":\"2024-01-01T00:00Z\"}\n"
             "{\"t\":1704067201000,\"cat\":\"process\",\"seq\":3,\"uid\":\"other day\",\"when\":\"2024-01-02\"}\n");
  const std::vector<std::string> names = {"scan", "--input",          "ndjson", "--timestamp-field",
                                          "t",    "--category-field", "cat",    "--tiebreaker-field",
                                          "seq",  "--id-field",       "uid"};
  const auto ids = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = names;
    args.insert(args.end(), more.begin(), more.end());
    args.insert(args.end(), {"--query", "process where when == \"2024-01-01T00:00:00Z\"", file});
    return audisp_eql_run(args).out;
  };
  CHECK(ids({"--date-field", "when"}) == "{\"ids\":[\"first\"]}\n{\"ids\":[\"second\"]}\n");
  CHECK(ids({}).empty());  // text then, and no text is equal
}

}  // namespace
}  // namespace audisp_eql::test
