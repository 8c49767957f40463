// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "plugin/file_sink.h"
#include "plugin/stream_sink.h"
#include "tests/support/files.h"
#include "tests/support/sample_alert.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

const std::string kLine = alert::format_json(test::sample_alert()) + "\n";

TEST_CASE("the file has a JSON line per alert and mode 0640 under any umask") {
  const test::TempDir dir;
  const mode_t before = ::umask(077);
  FileSink sink(dir / "a.json");
  ::umask(before);
  sink.emit(test::sample_alert());
  sink.emit(test::sample_alert());
  CHECK(test::read_file(dir / "a.json") == kLine + kLine);
  struct stat st {};
  REQUIRE(::stat((dir / "a.json").c_str(), &st) == 0);
  CHECK((st.st_mode & 07777) == 0640);
  CHECK(sink.written() == 2);
}

TEST_CASE("an existing file is appended to and its mode is left alone") {
  const test::TempDir dir;
  test::write_file(dir / "a.json", "old\n");
  std::filesystem::permissions(dir / "a.json", std::filesystem::perms(0600));
  FileSink(dir / "a.json").emit(test::sample_alert());
  CHECK(test::read_file(dir / "a.json") == "old\n" + kLine);
  CHECK(std::filesystem::status(dir / "a.json").permissions() == std::filesystem::perms(0600));
}

TEST_CASE("reopen goes on in a new file after rotation") {
  const test::TempDir dir;
  FileSink sink(dir / "a.json");
  sink.emit(test::sample_alert());
  std::filesystem::rename(dir / "a.json", dir / "a.json.1");
  sink.emit(test::sample_alert());
  sink.reopen();
  sink.emit(test::sample_alert());
  CHECK(test::read_file(dir / "a.json.1") == kLine + kLine);
  CHECK(test::read_file(dir / "a.json") == kLine);
}

// The plugin is no longer root when it reopens: a folder that is root's alone must not cost alerts.
TEST_CASE("when the new file cannot be opened the old one is used until it can") {
  const test::TempDir dir;
  std::filesystem::create_directory(dir / "folder");
  FileSink sink(dir / "folder/a.json");
  std::filesystem::rename(dir / "folder", dir / "old");
  sink.reopen();
  CHECK(sink.errors() == 1);
  CHECK(sink.last_error() == ENOENT);
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 1);
  CHECK(test::read_file(dir / "old/a.json") == kLine);
  std::filesystem::create_directory(dir / "folder");
  sink.emit(test::sample_alert());
  sink.emit(test::sample_alert());
  CHECK(sink.written() == 3);
  CHECK(test::read_file(dir / "old/a.json") == kLine);
  CHECK(test::read_file(dir / "folder/a.json") == kLine + kLine);
}

TEST_CASE("a file that cannot be written is counted, and used when it can be") {
  const test::TempDir dir;
  FileSink sink(dir / "folder/a.json");
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 1);
  CHECK(sink.last_error() == ENOENT);
  std::filesystem::create_directory(dir / "folder");
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 1);
  CHECK(test::read_file(dir / "folder/a.json") == kLine);
}

TEST_CASE("a full disk loses that alert alone") {
  FileSink sink("/dev/full");
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 1);
  CHECK(sink.last_error() == ENOSPC);
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 2);
}

// The disk is full in the middle of a line; afterwards there is room again.
TEST_CASE("a torn line does not spoil the next") {
  const test::TempDir dir;
  FileSink sink(dir / "a.json");
  sink.emit(test::sample_alert());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small = {kLine.size() + 100, before.rlim_max};
  std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  sink.emit(test::sample_alert());
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  sink.emit(test::sample_alert());
  CHECK(sink.errors() == 1);
  CHECK(test::read_file(dir / "a.json") == kLine + kLine.substr(0, 100) + "\n" + kLine);
}

TEST_CASE("a line that an earlier run left torn is ended first") {
  const test::TempDir dir;
  test::write_file(dir / "alerts", "{\"half\":");
  FileSink sink(dir / "alerts");
  CHECK(sink.append("{}"));
  sink.reopen();
  CHECK(sink.append("{}"));
  CHECK(test::read_file(dir / "alerts") == "{\"half\":\n{}\n{}\n");
}

TEST_CASE("the stream sink writes what its format says") {
  const test::TempDir dir;
  const UniqueFd fd(::open((dir / "out").c_str(), O_WRONLY | O_CREAT, 0600));
  StreamSink json(fd.get(), StreamFormat::kJson, TimeZone::kUtc);
  json.emit(test::sample_alert());
  json.flush();
  StreamSink text(fd.get(), StreamFormat::kText, TimeZone::kUtc);
  text.emit(test::sample_alert());
  text.flush();
  CHECK(test::read_file(dir / "out") == kLine + alert::format_text(test::sample_alert(), {}));
  CHECK(json.error() == 0);
}

TEST_CASE("the stream sink remembers the first error and stops") {
  const UniqueFd fd(::open("/dev/full", O_WRONLY));
  StreamSink sink(fd.get(), StreamFormat::kJson, TimeZone::kUtc);
  sink.emit(test::sample_alert());
  sink.flush();
  CHECK(sink.error() == ENOSPC);
}

}  // namespace
}  // namespace audisp_eql::plugin
