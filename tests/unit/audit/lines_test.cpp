// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/lines.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

using namespace audisp_eql;
using namespace audisp_eql::audit;

namespace {

std::vector<std::string> split(LineSplitter& splitter, std::string_view text, std::size_t chunk) {
  std::vector<std::string> lines;
  for (std::size_t pos = 0; pos < text.size(); pos += chunk) {
    splitter.feed(text.substr(pos, chunk));
    while (const auto line = splitter.next()) lines.emplace_back(*line);
  }
  if (const auto rest = splitter.rest()) lines.emplace_back(*rest);
  return lines;
}

}  // namespace

TEST_CASE("lines are the same however the bytes are cut") {
  const std::string text = "one\n\ntwo two\nthree\r\n\x1d\nlast";
  const std::vector<std::string> expected{"one", "", "two two", "three\r", "\x1d", "last"};
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
    LineSplitter splitter;
    CAPTURE(chunk);
    CHECK(split(splitter, text, chunk) == expected);
  }
}

TEST_CASE("a line over the cap is dropped whole and reading goes on at the next one") {
  for (const std::size_t length : {9U, 10U, 11U, 50U}) {
    for (const std::size_t chunk : {1U, 3U, 7U, 10U, 11U, 100U}) {
      LineSplitter splitter(10);
      CAPTURE(length);
      CAPTURE(chunk);
      const std::string text = "a\n" + std::string(length, 'x') + "\nb\n";
      const auto lines = split(splitter, text, chunk);
      if (length <= 10) {
        CHECK(lines == std::vector<std::string>{"a", std::string(length, 'x'), "b"});
      } else {
        CHECK(lines == std::vector<std::string>{"a", "b"});
      }
      CHECK(splitter.overlong_lines() == (length <= 10 ? 0 : 1));
    }
  }
}

TEST_CASE("an overlong rest without newline is counted and not given") {
  LineSplitter splitter(4);
  CHECK(split(splitter, "abcdefgh", 3).empty());
  CHECK(splitter.overlong_lines() == 1);
  CHECK(split(splitter, "x\n", 2) == std::vector<std::string>{"x"});
}

TEST_CASE("a header has node, type, time, serial and the place of the body") {
  const auto header = parse_header("node=web.example type=SYSCALL msg=audit(1700000000.042:77): arch=1");
  REQUIRE(header);
  CHECK(header->node == "web.example");
  CHECK(header->type == AUDIT_SYSCALL);
  CHECK(header->time == milliseconds(1700000000042));
  CHECK(header->serial == 77);
  CHECK(header->body == std::string_view("node=web.example type=SYSCALL msg=audit(1700000000.042:77): ").size());
  const auto end = parse_header("type=EOE msg=audit(1.000:2):");
  REQUIRE(end);
  CHECK(end->type == AUDIT_EOE);
  CHECK(end->body == std::string_view("type=EOE msg=audit(1.000:2):").size());
}

TEST_CASE("record types are known by the switch, by libaudit and by number") {
  const std::vector<std::pair<std::string, int>> cases{{"SYSCALL", AUDIT_SYSCALL},
                                                       {"EXECVE", AUDIT_EXECVE},
                                                       {"CWD", AUDIT_CWD},
                                                       {"PATH", AUDIT_PATH},
                                                       {"SOCKADDR", AUDIT_SOCKADDR},
                                                       {"SOCKETCALL", AUDIT_SOCKETCALL},
                                                       {"EOE", AUDIT_EOE},
                                                       {"PROCTITLE", AUDIT_PROCTITLE},
                                                       {"SYSTEM_BOOT", AUDIT_SYSTEM_BOOT},
                                                       {"URINGOP", AUDIT_URINGOP},
                                                       {"DAEMON_START", 1200},
                                                       {"USER_LOGIN", AUDIT_USER_LOGIN},
                                                       {"UNKNOWN[1399]", 1399},
                                                       {"UNKNOWN[]", -1},
                                                       {"UNKNOWN[99999999999]", -1},
                                                       {"UNKNOWN[12", -1},
                                                       {"UNKNOWN[-5]", -1},
                                                       {"1300", -1},
                                                       {"NOPE", -1},
                                                       {std::string(300, 'A'), -1},
                                                       {std::string("EXECVE\0\x1dV", 9), -1},
                                                       {"CWDX", -1}};
  for (const auto& c : cases) {
    CAPTURE(c.first);
    const auto header = parse_header("type=" + c.first + " msg=audit(1.000:2): ");
    REQUIRE(header);
    CHECK(header->type == c.second);
  }
}

TEST_CASE("what is no record header is refused") {
  for (const std::string_view line : {"",
                                      " ",
                                      "type=",
                                      "type=SYSCALL",
                                      "type=SYSCALL ",
                                      "type= msg=audit(1.000:2): x",
                                      "msg=audit(1.000:2): x",
                                      "x msg=audit(1700000000.000:12): ",
                                      "node=a\x1d type=CWD msg=audit(1.000:2): x",
                                      "node= type=CWD msg=audit(1.000:2): x",
                                      "node=a type=CWD",
                                      "node=a node=b type=CWD msg=audit(1.000:2): ",
                                      "type=CWD msg=audit(.000:2): ",
                                      "type=CWD msg=audit(1:2): ",
                                      "type=CWD msg=audit(1.:2): ",
                                      "type=CWD msg=audit(1.000:): ",
                                      "type=CWD msg=audit(1.000:2: ",
                                      "type=CWD msg=audit(1.000:2)",
                                      "type=CWD msg=audit(1.000:2) ",
                                      "type=CWD msg=audit(-1.000:2): ",
                                      "type=CWD msg=audit(1.000:-2): ",
                                      "type=CWD msg=audit( 1.000:2): ",
                                      "type=CWD  msg=audit(1.000:2): ",
                                      " type=CWD msg=audit(1.000:2): ",
                                      "type=EOE msg=audit(1795506062.930",
                                      "type=CWD msg=audit(11/24/26 07:41:02.930:5655) : cwd=/"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_header(line));
  }
}

TEST_CASE("no bytes stand for the time of a line before the first") {
  for (const char c : {'\0', '0', ' '}) {
    HeaderParser parser;
    CHECK_FALSE(parser.parse("type=CWD msg=audit(" + std::string(15, c) + "7): "));
  }
}

TEST_CASE("headers read line after line are those read alone") {
  HeaderParser parser;
  for (const std::string line :
       {"type=CWD msg=audit(1.000:2): a", "type=CWD msg=audit(1.000:2): b", "type=CWD msg=audit(1.000:23): c",
        "node=x type=CWD msg=audit(1.000:23): d", "type=CWD msg=audit(1.000:2)", "type=CWD msg=audit(1.001:23): e",
        "type=CWD msg=audit(1.001:23)x", "no record", "type=CWD msg=audit(1700000000.001:23): f",
        "type=PATH msg=audit(1700000000.001:24): g", "type=PATH msg=audit(1700000000.001:",
        "type=EOE msg=audit(1700000000.0", "type=CWD msg=audit(1700000000.002:24): h",
        "type=CWD msg=audit(17000000001.02:24): i", "type=CWD msg=audit(17000000001.02:25): j",
        "type=CWD msg=audit(1700000000.002:24): k", "type=EOE msg=audit(1.001:23):", "type=CWD msg=audit(1.001:23: "}) {
    CAPTURE(line);
    const auto alone = parse_header(line);
    const auto after = parser.parse(line);
    REQUIRE(alone.has_value() == after.has_value());
    if (!alone) continue;
    CHECK(after->node == alone->node);
    CHECK(after->type == alone->type);
    CHECK(after->time == alone->time);
    CHECK(after->serial == alone->serial);
    CHECK(after->body == alone->body);
  }
}

TEST_CASE("stamps that overflow are refused") {
  const auto ok = [](const std::string& stamp) {
    return parse_header("type=CWD msg=audit(" + stamp + "): ").has_value();
  };
  CHECK(ok("1.999:1"));
  CHECK_FALSE(ok("1.1000:1"));
  CHECK(ok("9223372036854774.000:1"));
  CHECK_FALSE(ok("9223372036854775.000:1"));
  CHECK(ok("1.000:9999999999999999999"));
  CHECK_FALSE(ok("1.000:18446744073709551616"));
  CHECK_FALSE(ok("1.000:99999999999999999999999999999999"));
}

TEST_CASE("the kind of a text shows in its first lines") {
  const std::vector<std::pair<std::string, TextKind>> cases{
      {"type=CWD msg=audit(1.000:2): cwd=\"/\"", TextKind::kRecords},
      {"node=a type=EOE msg=audit(1.000:2): ", TextKind::kRecords},
      {"----", TextKind::kUndecided},
      {"", TextKind::kUndecided},
      {"\r", TextKind::kUndecided},
      {"type=EOE msg=audit(1795506062.930", TextKind::kUndecided},
      {"time->Tue Nov 24 07:41:02 2026", TextKind::kAusearch},
      {"type=EOE msg=audit(11/24/26 07:41:02.930:5655) :", TextKind::kInterpreted},
      {"node=h1 type=CWD msg=audit(24.11.2026 07:41:02.930:5655) : cwd=/", TextKind::kInterpreted},
      {"NODE,EVENT,DATE,TIME,SERIAL_NUM", TextKind::kInterpreted},
      {"At 07:41:02 11/24/26 system, acting as root, successfully sent-to", TextKind::kInterpreted},
      {"On h1 at 07:41:02 11/24/26 system, acting as root", TextKind::kInterpreted},
      {"On reflection", TextKind::kForeign},
      {"At last", TextKind::kForeign},
      {"Nov 24 07:41:02 host audit[1]: SYSCALL arch=c000003e", TextKind::kForeign},
      {"Nov 24 host kernel: audit: type=1300 audit(1700000000.123:12): arch=c000003e", TextKind::kForeign},
      {"{\"json\": 1}", TextKind::kForeign}};
  for (const auto& c : cases) {
    CAPTURE(c.first);
    CHECK(classify_line(c.first) == c.second);
  }
}
