// SPDX-License-Identifier: Apache-2.0
#include "lib/base/diagnostic.h"

#include <doctest/doctest.h>

using namespace audisp_eql;

namespace {

const Source kSource{"r.toml", "process where\n\tuser.nam == 1\nx", 1, 1};

}  // namespace

TEST_CASE("a diagnostic names file, line, column, and shows the line with a caret under the place") {
  const Diagnostic d = diagnose(kSource, {15, 23}, "unknown field", "did you mean user.name?");
  CHECK(d.line == 2);
  CHECK(d.column == 2);
  CHECK(render(d) ==
        "r.toml:2:2: error: unknown field\n"
        "  \tuser.nam == 1\n"
        "  \t^~~~~~~~\n"
        "  hint: did you mean user.name?\n");
}

TEST_CASE("a text inside a file keeps the file's own lines and columns") {
  const Source inner{"r.toml", "abc\ndef", 10, 9};
  CHECK(diagnose(inner, {1, 2}, "m").line == 10);
  CHECK(diagnose(inner, {1, 2}, "m").column == 10);
  CHECK(diagnose(inner, {4, 5}, "m").line == 11);
  CHECK(diagnose(inner, {4, 5}, "m").column == 1);
}

TEST_CASE("places at and past the end of the text are shown after the last character") {
  CHECK(render(diagnose({"f", "ab", 1, 1}, {2, 2}, "m")) == "f:1:3: error: m\n  ab\n    ^\n");
  CHECK(diagnose({"f", "ab", 1, 1}, {99, 120}, "m").column == 3);
  CHECK(diagnose({"f", "", 1, 1}, {0, 0}, "m").line == 1);
}

TEST_CASE("a line and a column lead to their byte") {
  CHECK(offset_at("ab\ncd", 1, 1) == 0);
  CHECK(offset_at("ab\ncd", 1, 3) == 2);
  CHECK(offset_at("ab\ncd", 2, 2) == 4);
  CHECK(offset_at("ab\ncd", 2, 9) == 5);
  CHECK(offset_at("ab\ncd", 3, 1) == 5);
  CHECK(offset_at("ab\ncd", 0, 0) == 0);
}

TEST_CASE("control characters anywhere are shown, not obeyed") {
  const Diagnostic d = diagnose({"a\nb\xC2\x9B.toml", "x\x1B[1m", 1, 1}, {0, 1}, "m \x1B[2m\r\n\\", "h\n");
  CHECK(render(d) == "a\\x0Ab\\xC2\\x9B.toml:1:1: error: m \\x1B[2m\\x0D\\x0A\\\n  x\\x1B[1m\n  ^\n  hint: h\\x0A\n");
}

TEST_CASE("a newline belongs to the line it ends") {
  CHECK(diagnose({"f", "ab\ncd", 1, 1}, {2, 3}, "m").line == 1);
  CHECK(diagnose({"f", "ab\ncd", 1, 1}, {3, 4}, "m").line == 2);
}

TEST_CASE("a long line is shown around the place, never cut inside a character") {
  std::string text(1000, 'x');
  text.insert(500, "\xC3\xA9");
  const std::string out = render(diagnose({"f", text, 1, 1}, {560, 561}, "m"));
  CHECK(out.size() < 500);
  CHECK(out.find("...") != std::string::npos);
  CHECK(out.find("\xC3\xA9") != std::string::npos);
}

TEST_CASE("control bytes of the source are shown as hex") {
  CHECK(render(diagnose({"f", "a\x1b[2Jb", 1, 1}, {0, 1}, "m")) == "f:1:1: error: m\n  a\\x1B[2Jb\n  ^\n");
}

TEST_CASE("a message without a place has no line of source") {
  Diagnostic d;
  d.file = "/etc/x";
  d.message = "cannot open";
  CHECK(render(d) == "/etc/x: error: cannot open\n");
  d.severity = Severity::kWarning;
  d.file.clear();
  CHECK(render(d) == "warning: cannot open\n");
}

TEST_CASE("only errors make a list an error") {
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  CHECK_FALSE(has_error({warning}));
  CHECK(has_error({warning, Diagnostic{}}));
}

TEST_CASE("the nearest name is offered only when it is near") {
  const std::vector<std::string_view> names = {"process.name", "process.args", "user.name"};
  CHECK(nearest("proces.name", names) == "process.name");
  CHECK(nearest("process.nmae", names) == "process.name");
  CHECK(nearest("zzz", names).empty());
  CHECK(nearest(std::string(5000, 'p'), names).empty());
  CHECK(nearest("", names).empty());
}
