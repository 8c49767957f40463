// SPDX-License-Identifier: Apache-2.0
#include "plugin/progress.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include <doctest/doctest.h>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

using std::chrono::milliseconds;

TEST_CASE("the line says how much of how much, how fast, how long, and what was found") {
  const struct {
    Reached reached;
    std::string want;
  } rows[] = {
      {{412'000'000, 1'900'000'000, 3, milliseconds(4292)}, "412 MB of 1.9 GB (22 %), 96 MB/s, 0:15 left, 3 alerts"},
      {{5'000'000, std::nullopt, 1, milliseconds(1000)}, "5.0 MB, 5.0 MB/s, 1 alert"},
      {{0, 0, 0, milliseconds(0)}, "0 B, 0 B/s, 0 alerts"},
      {{0, 1'000'000, 0, milliseconds(700)}, "0 B of 1.0 MB (0 %), 0 B/s, 0 alerts"},
      {{1'000, 100'000'000, 0, milliseconds(1000)}, "1.0 kB of 100 MB (0 %), 1.0 kB/s, 27:46:39 left, 0 alerts"},
      {{2'000, 1'000, 0, milliseconds(1000)}, "2.0 kB of 2.0 kB (100 %), 2.0 kB/s, 0:00 left, 0 alerts"},
  };
  for (const auto& row : rows) CHECK(progress_text(row.reached) == row.want);
}

TEST_CASE("sizes have two digits at least and change units in time") {
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1'000) == "1.0 kB");
  CHECK(bytes_text(9'940) == "9.9 kB");
  CHECK(bytes_text(9'960) == "10 kB");
  CHECK(bytes_text(999'499) == "999 kB");
  CHECK(bytes_text(999'500) == "1.0 MB");
  CHECK(bytes_text(UINT64_MAX) == "18 EB");
}

TEST_CASE("it is shown from half a second on, at most each fifth of one, and taken away") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  const UniqueFd reader(ends[0]), writer(ends[1]);
  const auto shown = [&reader] {
    std::string text(4096, '\0');
    const ssize_t n = ::read(reader.get(), text.data(), text.size());
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  };
  Progress progress(writer.get());
  const auto at = [&progress](int ms) { progress.update({1000, std::nullopt, 0, milliseconds(ms)}); };
  at(499);
  progress.clear();
  CHECK(shown().empty());
  at(500);
  CHECK(shown() == "\r\x1b[K1.0 kB, 2.0 kB/s, 0 alerts");
  at(699);
  CHECK(shown().empty());
  progress.clear();
  CHECK(shown() == "\r\x1b[K");
  progress.clear();
  CHECK(shown().empty());
  at(700);
  CHECK(shown() == "\r\x1b[K1.0 kB, 1.4 kB/s, 0 alerts");
  Progress(-1).update({1000, std::nullopt, 0, milliseconds(9000)});
}

TEST_CASE("only a terminal that can write a line over shows it") {
  const UniqueFd terminal(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(terminal);
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::setenv("TERM", "xterm", 1);
  CHECK(shows_progress(terminal.get()));
  CHECK_FALSE(shows_progress(null.get()));
  ::setenv("TERM", "dumb", 1);
  CHECK_FALSE(shows_progress(terminal.get()));
  ::unsetenv("TERM");
  CHECK_FALSE(shows_progress(terminal.get()));
}

}  // namespace
}  // namespace audisp_eql::plugin
