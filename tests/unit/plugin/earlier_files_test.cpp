// SPDX-License-Identifier: Apache-2.0
#include "plugin/earlier_files.h"

#include <fcntl.h>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

struct New {
  std::string bytes;
  std::uint64_t repeated = 0;
};

// What is new in `log`, fed in pieces of `piece` bytes.
New new_in(const std::string& log, const std::vector<std::string>& earlier, std::size_t piece) {
  const test::TempDir dir;
  std::vector<std::unique_ptr<ByteSource>> sources;
  for (const std::string& text : earlier) {
    const std::string path = dir / std::to_string(sources.size());
    test::write_file(path, text);
    sources.push_back(open_source(UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), {path, nullptr}));
  }
  EarlierFiles files(std::move(sources));
  New out;
  for (std::size_t at = 0; at < log.size(); at += piece) {
    files.feed(std::string_view(log).substr(at, piece), [&](std::string_view bytes) { out.bytes += bytes; });
  }
  out.repeated = files.repeated();
  return out;
}

TEST_CASE("only what no earlier file had is new, from the beginning of a line on") {
  const struct {
    std::string log;
    std::vector<std::string> earlier;
    std::string want;
  } rows[] = {
      {"aa\nbb\ncc\n", {}, "aa\nbb\ncc\n"},
      {"aa\nbb\ncc\n", {"aa\nbb\ncc\n"}, ""},          // a copy
      {"aa\nbb\ncc\n", {"aa\nbb\n"}, "cc\n"},          // it has grown
      {"aa\nbb\ncc\n", {"aa\nb"}, "bb\ncc\n"},         // and was cut in a line
      {"aa\nbb\n", {"aa\nbb\ncc\n"}, ""},              // it was longer
      {"aa\nbb", {"aa\nbbb\ncc\n"}, ""},               // the cut line was read whole
      {"aa\nbX\ncc\n", {"aa\nbb\ncc\n"}, "bX\ncc\n"},  // it differs: all of the rest is new
      {"Xa\nbb\n", {"aa\nbb\n"}, "Xa\nbb\n"},
      {"aa\nbb\ncc\ndd\n", {"aa\n", "aa\nbb\ncc\n", "aa\nbX\n"}, "dd\n"},  // the longest counts
      {"aa\nbb\n", {""}, "aa\nbb\n"},
      {"", {"aa\n"}, ""},
  };
  for (const auto& row : rows) {
    for (const std::size_t piece : {1U, 2U, 3U, 4U, 100U}) {
      CAPTURE(row.log);
      CAPTURE(piece);
      const New got = new_in(row.log, row.earlier, piece);
      CHECK(got.bytes == row.want);
      CHECK(got.repeated == row.log.size() - row.want.size());
    }
  }
}

// One that never ends must not be held in memory.
TEST_CASE("a line without end is given up at a mebibyte") {
  const std::string log(3u << 20, 'x');
  const New got = new_in(log, {log}, 64u << 10);
  CHECK(got.bytes == log);
  CHECK(got.repeated == 0);
}

}  // namespace
}  // namespace audisp_eql::plugin
