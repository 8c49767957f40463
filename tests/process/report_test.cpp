// SPDX-License-Identifier: Apache-2.0
// scan --report: what comes out beside the page, and what happens when it cannot be written.
// What browsers make of the page is in tests/report.
#include <sys/stat.h>

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/process/plugin_run.h"
#include "tests/support/text_count.h"

namespace audisp_eql::test {
namespace {

constexpr char kXfce[] = FIXTURES "/audit/xfce.log";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("the page has the alerts that standard output has, and the summary") {
  Place place;
  const std::string path = place.file("report.html");
  const Ran plain = audisp_eql_run({"scan", "--rules", kRuleFile, kXfce});
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "--report", path, kXfce});
  CHECK(ran.status == 0);
  CHECK(ran.out == plain.out);
  CHECK(ran.err == plain.err);
  const std::string page = read_file(path);
  CHECK(count_of(page, "<details class=\"alert") == 2);
  for (const std::string& id : alert_ids(ran.out)) CHECK(count_of(page, "id=\"a-" + id + "\"") == 1);
  CHECK(has(page, "-a 5010</span>"));
  CHECK(has(page, "2 alerts by 1 rule"));
}

TEST_CASE("a log without alerts makes a page that says what was read") {
  Place place;
  const std::string path = place.file("report.html");
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "--report", path, FIXTURES "/audit/gnome.log"});
  CHECK(ran.status == 0);
  CHECK(has(read_file(path), "<h1>No alerts</h1>"));
  CHECK(has(read_file(path), "read: 1 input"));
}

TEST_CASE("results of a query over exported events make a page, too") {
  Place place;
  const std::string path = place.file("report.html");
  write_file(
      place.file("events.ndjson"),
      "{\"@timestamp\":1000,\"event\":{\"category\":\"process\",\"id\":\"a1\"},\"process\":{\"name\":\"nc\"}}\n");
  const Ran ran = audisp_eql_run({"scan", "--input", "ndjson", "--report", path, "--query",
                                  "process where process.name == \"nc\"", place.file("events.ndjson")});
  CHECK(ran.status == 0);
  CHECK(ran.out == "{\"ids\":[\"a1\"]}\n");
  CHECK(count_of(read_file(path), "<details class=\"alert") == 1);
  CHECK(has(read_file(path), "<bdi>nc</bdi>"));
  CHECK(has(read_file(path), "<bdi>query 1</bdi>"));
}

TEST_CASE("a page that cannot be written is an error, before anything is read") {
  Place place;
  for (const std::string& path : {place.file("none/report.html"), place.rules(), std::string("/dev/null")}) {
    CAPTURE(path);
    const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "--report", path, kXfce});
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "cannot write " + path));
    CHECK(ran.out.empty());
  }
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a disk that is full at the end costs the page, not the alerts") {
  Place place;
  const std::string path = place.file("report.html");
  const Ran ran = run({"/bin/sh", "-c", "ulimit -f 8; trap '' XFSZ; exec \"$0\" \"$@\"", AUDISP_EQL, "scan", "--rules",
                       kRuleFile, "--report", path, kXfce});
  CHECK(ran.status == 3);
  CHECK(alert_ids(ran.out).size() == 2);
  CHECK(has(ran.err, "cannot write " + path + ": File too large"));
  CHECK_FALSE(std::filesystem::exists(path));
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    CHECK(entry.path().string().find("report.html") == std::string::npos);
  }
}

// A file of ours would get the number that is free.
TEST_CASE("with standard descriptors closed nothing but the page is in its file") {
  Place place;
  const std::string path = place.file("report.html");
  const Ran whole = audisp_eql_run({"scan", "--rules", kRuleFile, "--report", path, kXfce});
  REQUIRE(whole.status == 0);
  for (const std::string closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    CAPTURE(closed);
    std::filesystem::remove(path);
    const Ran ran = run({"/bin/sh", "-c", "exec \"$0\" \"$@\" " + closed, AUDISP_EQL, "scan", "--rules", kRuleFile,
                         "--report", path, kXfce});
    CHECK(ran.status == 0);
    CHECK(read_file(path).starts_with("<!doctype html>\n"));
    CHECK(read_file(path).ends_with("</html>\n"));
  }
  const Ran nothing = run({"/bin/sh", "-c", "exec \"$0\" scan --rules \"$1\" - <&-", AUDISP_EQL, kRuleFile});
  CHECK(has(nothing.err, "read: 1 input, 0 lines"));
}

TEST_CASE("the page is made when nobody reads standard output") {
  Place place;
  const std::string path = place.file("report.html");
  REQUIRE(::mkfifo(place.file("pipe").c_str(), 0600) == 0);
  // Opened for both, so that it can be opened for writing; then its one reader is gone.
  const std::string start =
      "exec 4<>'" + place.file("pipe") + "'; exec >'" + place.file("pipe") + "' 4<&-; exec \"$0\" \"$@\"";
  const Ran ran = run({"/bin/sh", "-c", start, AUDISP_EQL, "scan", "--rules", kRuleFile, "--report", path, kXfce});
  CHECK(ran.status == 3);
  CHECK(has(ran.err, "cannot write standard output: Broken pipe"));
  CHECK(count_of(read_file(path), "<details class=\"alert") == 2);
}

}  // namespace
}  // namespace audisp_eql::test
