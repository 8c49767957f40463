// SPDX-License-Identifier: Apache-2.0
#include "plugin/log.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace audisp_eql::plugin {
namespace {

using Lines = std::vector<std::pair<LogLevel, std::string>>;

struct Recorder {
  Lines lines;
  Log log;

  explicit Recorder(LogLevel least)
      : log([this](LogLevel level, std::string_view line) { lines.emplace_back(level, line); }, least) {}
};

TEST_CASE("only messages of the level and above are written") {
  Recorder r(LogLevel::kWarning);
  r.log.info("i");
  r.log.warning("w");
  r.log.error("e");
  r.log.set_level(LogLevel::kCritical);
  r.log.error("e2");
  r.log.critical("c");
  CHECK(r.lines == Lines{{LogLevel::kWarning, "w"}, {LogLevel::kError, "e"}, {LogLevel::kCritical, "c"}});
}

TEST_CASE("a message is one printable line, and braces in it are only braces") {
  Recorder r(LogLevel::kInfo);
  r.log.info("{} two\nlines \x1b[31m");
  CHECK(r.lines == Lines{{LogLevel::kInfo, "{} two\\x0Alines \\x1B[31m"}});
}

TEST_CASE("a diagnostic is one line with place and hint") {
  Recorder r(LogLevel::kInfo);
  Diagnostic d;
  d.message = "unknown key `x`";
  d.hint = "did you mean `y`?";
  d.file = "config.toml";
  d.line = 3;
  d.column = 1;
  Diagnostic note;
  note.severity = Severity::kWarning;
  note.message = "odd";
  r.log.write({d, note});
  CHECK(r.lines == Lines{{LogLevel::kError, "config.toml:3:1: unknown key `x` (hint: did you mean `y`?)"},
                         {LogLevel::kWarning, "odd"}});
}

}  // namespace
}  // namespace audisp_eql::plugin
