// SPDX-License-Identifier: Apache-2.0
#include "lib/auparse/parser.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

#include "lib/audit/lines.h"

using namespace audisp_eql;
using audit::RecordGroup;

namespace {

constexpr std::string_view kStamp = " msg=audit(1700000000.123:7): ";

RecordGroup group_of(const std::vector<std::string>& lines) {
  RecordGroup group;
  group.serial = 7;
  for (const std::string& line : lines) {
    const auto header = audit::parse_header(line);
    group.records.push_back({header ? header->type : 0, static_cast<std::uint32_t>(group.text.size()),
                             static_cast<std::uint32_t>(line.size())});
    group.text += line + "\n";
  }
  return group;
}

std::string record(std::string_view type, std::string_view body) {
  return "type=" + std::string(type) + std::string(kStamp) + std::string(body);
}

// The value of the one field `f` in an EXECVE record.
std::string value_of(auparse::Parser& parser, const std::string& raw) {
  const RecordGroup group = group_of({record("EXECVE", "argc=1 f=" + raw + " z=1")});
  const audit::ParsedGroup* parsed = parser.parse(group);
  if (parsed == nullptr || parsed->records.empty()) return "(nothing)";
  const std::string_view value = parsed->records.front().find("f");
  return value.data() == nullptr ? "(absent)" : std::string(value);
}

}  // namespace

TEST_CASE("records come with their types and raw values, in order") {
  auparse::Parser parser;
  RecordGroup group =
      group_of({record("SYSCALL", "arch=c000003e syscall=59 per=400000 tty=(none) comm=\"a)\" key=(null)"),
                record("EXECVE", "argc=2 a0=\"x=y\" a1[0]=6162"), record("UNKNOWN[1399]", "foo=bar")});
  group.node = "web";
  group.time = milliseconds(5);
  group.truncated = true;
  const audit::ParsedGroup* parsed = parser.parse(group);
  REQUIRE(parsed != nullptr);
  CHECK(parsed->node == "web");
  CHECK(parsed->time == milliseconds(5));
  CHECK(parsed->serial == 7);
  CHECK(parsed->truncated);
  CHECK_FALSE(parsed->incomplete);
  REQUIRE(parsed->records.size() == 3);
  CHECK(parsed->records[0].type == AUDIT_SYSCALL);
  CHECK(parsed->records[0].find("arch") == "c000003e");
  CHECK(parsed->records[0].find("per") == "400000");
  CHECK(parsed->records[0].find("tty") == "(none)");
  CHECK(parsed->records[0].find("comm") == "\"a)\"");
  CHECK(parsed->records[0].find("absent").data() == nullptr);
  CHECK(parsed->records[1].type == AUDIT_EXECVE);
  CHECK(parsed->records[1].find("a0") == "\"x=y\"");
  CHECK(parsed->records[1].find("a1[0]") == "6162");
  CHECK(parsed->records[2].type == 1399);
  CHECK(parser.counters().groups == 1);
  CHECK(parser.counters().records == 3);
}

TEST_CASE("quoted values survive libauparse with any printable byte at any place") {
  auparse::Parser parser;
  for (char c = '!'; c <= '~'; ++c) {
    if (c == '"') continue;
    for (const std::string& text : {std::string(1, c), "x" + std::string(1, c), std::string(1, c) + "x",
                                    "x" + std::string(1, c) + "x", std::string(2, c)}) {
      const std::string raw = "\"" + text + "\"";
      REQUIRE(value_of(parser, raw) == raw);
    }
  }
}

TEST_CASE("bare values that we read survive libauparse") {
  auparse::Parser parser;
  for (const std::string raw :
       {"0", "4294967295", "-115", "ffffff9c", "(null)", "(none)", "?", "2F746D70", "yes", "c000003e"}) {
    CHECK(value_of(parser, raw) == raw);
  }
  CHECK(value_of(parser, std::string(50'000, 'A')) == std::string(50'000, 'A'));
}

TEST_CASE("records without fields neither crash nor count as records with some") {
  auparse::Parser parser;
  for (const std::vector<std::string>& lines :
       {std::vector<std::string>{"x msg=audit(1700000000.000:12): "},
        {record("CWD", "cwd=\"/\""), "x msg=audit(1700000000.123:7): "},
        {record("SYSCALL", "")},
        {record("SYSCALL", "arch=c000003e"), record("EXECVE", " "), record("CWD", "")},
        {"type=SYSCALL msg=audit(0.000:0): arch=c000003e"},
        {"type=SYSCALL msg=audit(9223372036854774.000:9999999999999999999): arch=1"},
        {""},
        {"\n\n"},
        {std::string("type=CWD msg=audit(1.000:2): cwd=\0x", 36)},
        {record("EXECVE", "= == =x a= =")}}) {
    const RecordGroup group = group_of(lines);
    const audit::ParsedGroup* parsed = parser.parse(group);
    if (parsed == nullptr) continue;
    for (const audit::ParsedRecord& one : parsed->records) {
      for (const audit::Field& field : one.fields) {
        CHECK_FALSE(field.name.empty());
        CHECK(field.value.data() != nullptr);
      }
    }
  }
  CHECK(parser.counters().groups == 10);
  CHECK(parser.counters().refused_groups >= 3);
}

TEST_CASE("what libauparse finds no event in is refused, and the next group is read") {
  auparse::Parser parser;
  const RecordGroup none = group_of({});
  const RecordGroup other = group_of({"no record at all"});
  const RecordGroup good = group_of({record("CWD", "cwd=\"/\"")});
  CHECK(parser.parse(none) == nullptr);
  CHECK(parser.parse(other) == nullptr);
  CHECK(parser.counters().refused_groups == 2);
  REQUIRE(parser.parse(good) != nullptr);
}

TEST_CASE("nothing of one group is left in the next") {
  auparse::Parser parser;
  const RecordGroup one =
      group_of({record("SYSCALL", "a=1 b=2"), record("CWD", "cwd=\"/\""), record("PATH", "item=0")});
  const RecordGroup two = group_of({record("SYSCALL", "c=3")});
  const audit::ParsedGroup* first = parser.parse(one);
  REQUIRE(first != nullptr);
  CHECK(first->records.size() == 3);
  const audit::ParsedGroup* second = parser.parse(two);
  REQUIRE(second != nullptr);
  REQUIRE(second->records.size() == 1);
  CHECK(second->records[0].find("a").data() == nullptr);
  CHECK(second->records[0].find("c") == "3");
}

TEST_CASE("records that libauparse splits come last, all others in their order") {
  auparse::Parser parser;
  const std::string call = record("SYSCALL", "arch=1 syscall=59 comm=\"x\"");
  const std::string cwd = record("CWD", "cwd=\"/\"");
  const std::string path = record("PATH", "item=0 name=\"a\"");
  const std::string first = record("EXECVE", "argc=2 a0=\"x\"");
  const std::string second = record("EXECVE", "a1=\"y\"");
  for (const std::vector<std::string>& lines : {std::vector<std::string>{call, first, second, cwd, path},
                                                {first, call, cwd, second, path},
                                                {call, cwd, path, first, second}}) {
    const RecordGroup group = group_of(lines);
    const audit::ParsedGroup* parsed = parser.parse(group);
    REQUIRE(parsed != nullptr);
    REQUIRE(parsed->records.size() == 5);
    CHECK(parsed->records[0].find("comm") == "\"x\"");
    CHECK(parsed->records[1].find("cwd") == "\"/\"");
    CHECK(parsed->records[2].find("name") == "\"a\"");
    CHECK(parsed->records[3].find("a0") == "\"x\"");
    CHECK(parsed->records[4].find("a1") == "\"y\"");
  }
}

TEST_CASE("the library's version is a number") {
  CHECK(std::string(auparse::Parser::library_version()).find('.') == 1);
}
