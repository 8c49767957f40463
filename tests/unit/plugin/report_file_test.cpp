// SPDX-License-Identifier: Apache-2.0
#include "plugin/report_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/sample_alert.h"
#include "tests/support/temp_dir.h"

using namespace audisp_eql;
using namespace audisp_eql::plugin;
using test::TempDir;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t files_in(const TempDir& dir) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(dir.path()), {}));
}

bool is_there(const std::string& path) { return std::filesystem::exists(std::filesystem::symlink_status(path)); }

}  // namespace

TEST_CASE("the page is there when it is whole, for its owner alone") {
  TempDir dir;
  const std::string path = dir / "report.html";
  const mode_t mask = ::umask(0);
  ReportFile report(path, {"audit.log"}, TimeZone::kUtc);
  REQUIRE_FALSE(report.open());
  report.add(test::sample_alert());
  CHECK_FALSE(is_there(path));
  CHECK_FALSE(report.finish("0 lines read\n"));
  ::umask(mask);
  struct stat there {};
  REQUIRE(::stat(path.c_str(), &there) == 0);
  CHECK((there.st_mode & 0777U) == 0600);
  const std::string page = test::read_file(path);
  CHECK(has(page, "1 alert on 1 host"));
  CHECK(has(page, "-if audit.log"));
  CHECK(has(page, "0 lines read"));
  CHECK(page.ends_with("</html>\n"));
  CHECK(report::begins_as_report(page.substr(0, 256)));
  CHECK(files_in(dir) == 1);
}

TEST_CASE("an earlier report is replaced, and stays when the new one is not finished") {
  TempDir dir;
  const std::string path = dir / "report.html";
  test::write_file(path, "");  // as mktemp leaves it
  {
    ReportFile report(path, {}, TimeZone::kUtc);
    REQUIRE_FALSE(report.open());
    report.add(test::sample_alert());
    REQUIRE_FALSE(report.finish(""));
  }
  const std::string old = test::read_file(path);
  {
    ReportFile report(path, {}, TimeZone::kUtc);
    REQUIRE_FALSE(report.open());
  }
  CHECK(test::read_file(path) == old);
  CHECK(files_in(dir) == 1);
  ReportFile report(path, {}, TimeZone::kUtc);
  REQUIRE_FALSE(report.open());
  CHECK_FALSE(report.finish(""));
  CHECK(has(test::read_file(path), "No alerts"));
}

TEST_CASE("a log that has the name of the report stays") {
  TempDir dir;
  const std::string path = dir / "audit.log";
  for (const std::string text : {"type=CWD msg=audit(1.000:1): cwd=\"/\"\n", "<!doctype html>\n", "<"}) {
    CAPTURE(text);
    test::write_file(path, text);
    const auto failure = ReportFile(path, {}, TimeZone::kUtc).open();
    REQUIRE(failure);
    CHECK(has(failure->message, "is no earlier report"));
    CHECK(test::read_file(path) == text);
  }
}

TEST_CASE("what is no regular file is refused, and stays") {
  TempDir dir;
  const std::string link = dir / "link.html";
  test::write_file(dir / "target", "kept");
  REQUIRE(::symlink((dir / "target").c_str(), link.c_str()) == 0);
  const std::string pipe = dir / "pipe.html";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& path : {link, pipe, dir.path()}) {
    CAPTURE(path);
    const auto failure = ReportFile(path, {}, TimeZone::kUtc).open();
    REQUIRE(failure);
    CHECK(has(failure->message, "no earlier report"));
    CHECK_FALSE(std::filesystem::is_regular_file(std::filesystem::symlink_status(path)));
  }
  const auto failure = ReportFile(dir / "none/report.html", {}, TimeZone::kUtc).open();
  REQUIRE(failure);
  CHECK(has(failure->message, "No such file"));
}

TEST_CASE("a link that somebody puts under a name of ours is not followed") {
  TempDir dir;
  const std::string path = dir / "report.html";
  test::write_file(dir / "victim", "kept");
  ReportFile report(path, {}, TimeZone::kUtc);
  REQUIRE_FALSE(report.open());
  REQUIRE(::symlink((dir / "victim").c_str(), path.c_str()) == 0);
  CHECK_FALSE(report.finish(""));
  CHECK(test::read_file(dir / "victim") == "kept");
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(path)));
}

TEST_CASE("ausearch is told to read the same logs where one option can say it") {
  const struct {
    std::vector<std::string> inputs;
    std::string option;
  } rows[] = {
      {{}, ""},
      {{"-"}, ""},
      {{"audit.log"}, "-if audit.log"},
      {{"/var/log/it's here/a b.log"}, "-if '/var/log/it'\"'\"'s here/a b.log'"},
      {{"-x.log"}, "-if ./-x.log"},
      {{"a\nb.log"}, ""},
      {{"a\\b.log"}, ""},
      {{""}, ""},
      {{"audit.log.3.gz"}, ""},
      {{"/logs/audit.log.1", "/logs/audit.log", "/logs/audit.log.12"}, "-if /logs"},
      {{"audit.log", "audit.log.1"}, "-if ."},
      {{"/audit.log", "/audit.log.1"}, "-if /"},
      {{"/logs/audit.log.1", "/logs/audit.log.2"}, ""},  // ausearch begins at audit.log
      {{"/logs/audit.log", "/logs/audit.log.old"}, ""},
      {{"/logs/audit.log", "/logs/audit.log.1.gz"}, ""},
      {{"/logs/audit.log", "/logs/audit.log."}, ""},
      {{"/a/audit.log", "/b/audit.log"}, ""},
      {{"/logs/audit.log", "-"}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.inputs);
    CHECK(ausearch_input(row.inputs) == row.option);
  }
}
