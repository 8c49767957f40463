// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/functions.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/eql/constant.h"

namespace audisp_eql::eql {
namespace {

struct Row {
  std::string name;  // with `~` for the form that ignores case
  std::vector<Constant> arguments;
  Constant result;
};

Constant i(std::int64_t value) { return value; }
Constant s(std::string value) { return value; }
const Constant kNull;

Constant called(const Row& row) {
  const bool fold = row.name.back() == '~';
  const Function* function = find_function(row.name.substr(0, row.name.size() - (fold ? 1 : 0)));
  REQUIRE(function != nullptr);
  std::vector<event::Value> arguments;
  for (const Constant& each : row.arguments) arguments.push_back(as_value(each));
  TextArena arena;
  return to_constant(call(*function, arguments, fold ? CaseMode::kAsciiInsensitive : CaseMode::kSensitive, arena));
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    std::string shown = row.name;
    for (const Constant& each : row.arguments) shown += ' ' + dump_constant(each);
    CAPTURE(shown);
    CHECK(dump_constant(called(row)) == dump_constant(row.result));
  }
}

TEST_CASE("arithmetic functions are the operators") {
  check_rows({
      {"add", {i(2), i(3)}, i(5)},
      {"subtract", {i(2), 0.5}, 1.5},
      {"multiply", {i(2), i(-3)}, i(-6)},
      {"divide", {i(7), i(2)}, i(3)},
      {"divide", {i(7), i(0)}, kNull},
      {"modulo", {i(-7), i(2)}, i(-1)},
      {"add", {s("2"), i(3)}, kNull},
      {"add", {kNull, i(3)}, kNull},
  });
}

TEST_CASE("between takes the text between two others") {
  check_rows({
      {"between", {s("a[b]c]d"), s("["), s("]")}, s("b")},
      {"between", {s("a[b]c]d"), s("["), s("]"), false}, s("b")},
      {"between", {s("a[b]c]d"), s("["), s("]"), true}, s("b]c")},
      {"between", {s("a[b"), s("["), s("]")}, s("")},
      {"between", {s("]a[b"), s("["), s("]"), true}, s("")},
      {"between", {s("ab"), s("x"), s("b")}, s("")},
      {"between", {s("aXbYc"), s("x"), s("y")}, s("")},
      {"between~", {s("aXbYc"), s("x"), s("y")}, s("b")},
      {"between", {s(""), s("x"), s("y")}, s("")},
      {"between", {s("ab"), s(""), s("b")}, s("ab")},
      {"between", {s("ab"), s("a"), s("")}, s("ab")},
      {"between", {s("xx"), s("x"), s("x")}, s("")},
      {"between", {kNull, s("x"), s("y")}, kNull},
      {"between", {s("a"), s("x"), s("y"), kNull}, kNull},
      {"between", {i(1), s("x"), s("y")}, kNull},
      {"between", {s("a"), s("x"), s("y"), i(1)}, kNull},
  });
}

TEST_CASE("cidrMatch looks for an address in blocks") {
  check_rows({
      {"cidrMatch", {s("10.1.2.3"), s("10.0.0.0/8")}, true},
      {"cidrMatch", {s("10.1.2.3"), s("10.6.48.157/8")}, true},
      {"cidrMatch", {s("11.1.2.3"), s("10.0.0.0/8"), s("11.0.0.0/8")}, true},
      {"cidrMatch", {s("12.1.2.3"), s("10.0.0.0/8"), s("11.0.0.0/8")}, false},
      {"cidrMatch", {s("10.1.2.3"), s("10.1.2.3")}, true},
      {"cidrMatch", {s("::1"), s("::1")}, true},
      {"cidrMatch", {s("fe80::1"), s("fe80::/10")}, true},
      {"cidrMatch", {s("10.1.2.3"), s("::/0")}, false},
      {"cidrMatch", {s("::1"), s("0.0.0.0/0")}, false},
      {"cidrMatch", {s("::ffff:10.1.2.3"), s("10.0.0.0/8")}, true},
      {"cidrMatch", {s("nonsense"), s("0.0.0.0/0")}, false},
      {"cidrMatch", {s("10.1.2.3"), s("nonsense")}, false},
      {"cidrMatch", {s("10.1.2.3"), s("10.0.0.0/8"), kNull}, kNull},
      {"cidrMatch", {kNull, s("10.0.0.0/8")}, kNull},
      {"cidrMatch", {i(1), s("10.0.0.0/8")}, kNull},
  });
}

TEST_CASE("concat and string make text of anything but null") {
  check_rows({
      {"concat", {s("a"), i(1), 2.5, true, s("")}, s("a12.5true")},
      {"concat", {s("")}, s("")},
      {"concat", {s("a"), kNull}, kNull},
      {"string", {i(42)}, s("42")},
      {"string", {42.5}, s("42.5")},
      {"string", {8.0}, s("8.0")},
      {"string", {false}, s("false")},
      {"string", {s("x")}, s("x")},
      {"string", {kNull}, kNull},
  });
}

TEST_CASE("startsWith, endsWith and stringContains look for a part") {
  check_rows({
      {"startsWith", {s("abc"), s("ab")}, true},
      {"startsWith", {s("abc"), s("Ab")}, false},
      {"startsWith~", {s("abc"), s("AB")}, true},
      {"startsWith", {s("a"), s("ab")}, false},
      {"startsWith", {s(""), s("")}, true},
      {"startsWith", {i(12), s("1")}, kNull},
      {"endsWith", {s("abc"), s("bc")}, true},
      {"endsWith", {s("abc"), s("BC")}, false},
      {"endsWith~", {s("abc"), s("BC")}, true},
      {"endsWith", {s("c"), s("bc")}, false},
      {"endsWith", {s("c"), kNull}, kNull},
      {"endsWith", {s("c"), true}, kNull},
      {"stringContains", {s("abc"), s("b")}, true},
      {"stringContains", {s("abc"), s("B")}, false},
      {"stringContains~", {s("aXbXc"), s("xB")}, true},
      {"stringContains", {s(""), s("")}, false},
      {"stringContains", {s("abc"), s("")}, false},
      {"stringContains", {s("\xc3\xa9"), s("\xc3\xa9")}, true},
      {"stringContains~", {s("\xc3\x89"), s("\xc3\xa9")}, false},
      {"stringContains", {s("abc"), i(1)}, kNull},
  });
}

TEST_CASE("indexOf counts characters from zero") {
  check_rows({
      {"indexOf", {s("abcabc"), s("b")}, i(1)},
      {"indexOf", {s("abcabc"), s("b"), i(1)}, i(1)},
      {"indexOf", {s("abcabc"), s("b"), i(2)}, i(4)},
      {"indexOf", {s("abcabc"), s("b"), 2.9}, i(4)},
      {"indexOf", {s("abcabc"), s("b"), i(5)}, kNull},
      {"indexOf", {s("abcabc"), s("b"), i(500)}, kNull},
      {"indexOf", {s("abcabc"), s("b"), i(-9)}, i(1)},
      {"indexOf", {s("abcabc"), s("b"), kNull}, i(1)},
      {"indexOf", {s("abcabc"), s("b"), s("2")}, kNull},
      {"indexOf", {s("abcabc"), s("B")}, kNull},
      {"indexOf~", {s("abcabc"), s("B")}, i(1)},
      {"indexOf", {s("abc"), s(""), i(2)}, i(2)},
      {"indexOf", {s("\xc3\xa9\xc3\xa9x"), s("x")}, i(2)},
      {"indexOf", {s("\xc3\xa9x\xc3\xa9x"), s("x"), i(2)}, i(3)},
      {"indexOf", {kNull, s("x")}, kNull},
      {"indexOf", {i(1), s("x")}, kNull},
  });
}

TEST_CASE("length counts characters") {
  check_rows({
      {"length", {s("")}, i(0)},
      {"length", {s("abc")}, i(3)},
      {"length", {s("\xc3\xa9\xf0\x9f\x98\x80")}, i(2)},
      {"length", {i(5)}, kNull},
      {"length", {kNull}, kNull},
  });
}

TEST_CASE("number reads text") {
  check_rows({
      {"number", {s("42")}, i(42)},
      {"number", {s(" \t-42\n")}, i(-42)},
      {"number", {s("+4.5")}, 4.5},
      {"number", {s("0x1f")}, i(31)},
      {"number", {s("-0x1f")}, i(-31)},
      {"number", {s("0x1f"), kNull}, i(31)},
      {"number", {s("0x1f"), i(16)}, i(31)},
      {"number", {s("0x1f"), i(10)}, kNull},
      {"number", {s("0x-1")}, kNull},
      {"number", {s("0x")}, kNull},
      {"number", {s("1f"), i(16)}, i(31)},
      {"number", {s("777"), i(8)}, i(511)},
      {"number", {s("zz"), i(36)}, i(1295)},
      {"number", {s("8"), i(8)}, kNull},
      {"number", {s("1"), i(1)}, kNull},
      {"number", {s("1"), i(37)}, kNull},
      {"number", {s("1"), s("x")}, kNull},
      {"number", {s("1.5"), i(8)}, kNull},
      {"number", {s("99999999999999999999")}, 1e20},
      {"number", {s("ffffffffffffffffff"), i(16)}, kNull},
      {"number", {s("")}, kNull},
      {"number", {s("  ")}, kNull},
      {"number", {s("4x")}, kNull},
      {"number", {s("inf")}, kNull},
      {"number", {i(7)}, i(7)},
      {"number", {true}, kNull},
      {"number", {kNull, i(16)}, kNull},
  });
}

TEST_CASE("substring is a slice") {
  check_rows({
      {"substring", {s("abcdef"), i(2)}, s("cdef")},
      {"substring", {s("abcdef"), i(1), i(3)}, s("bc")},
      {"substring", {s("abcdef"), i(-2)}, s("ef")},
      {"substring", {s("abcdef"), i(-100), i(2)}, s("ab")},
      {"substring", {s("abcdef"), i(2), i(-1)}, s("cde")},
      {"substring", {s("abcdef"), i(4), i(2)}, s("")},
      {"substring", {s("abcdef"), i(100)}, s("")},
      {"substring", {s("abcdef"), kNull, i(2)}, s("ab")},
      {"substring", {s("abcdef"), i(4), kNull}, s("ef")},
      {"substring", {s("abcdef"), INT64_MIN, INT64_MAX}, s("abcdef")},
      {"substring",
       {s("\xc3\xa9"
          "a\xc3\xa9"),
        i(1)},
       s("a\xc3\xa9")},
      {"substring",
       {s("\xc3\xa9"
          "a\xc3\xa9"),
        i(0), i(1)},
       s("\xc3\xa9")},
      {"substring", {s("abc"), s("1")}, kNull},
      {"substring", {s("abc"), i(0), true}, kNull},
      {"substring", {i(1), i(0)}, kNull},
      {"substring", {kNull, i(0)}, kNull},
  });
}

TEST_CASE("functions are found whatever the case of their name") {
  for (const std::string_view name : function_names()) {
    std::string upper(name);
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    CHECK(find_function(name) != nullptr);
    CHECK(find_function(upper) == find_function(name));
  }
  CHECK(function_names().size() == 16);
  CHECK(find_function("wildcard") == nullptr);
  CHECK(find_function("") == nullptr);
}

TEST_CASE("text in every function is linear work, however it repeats") {
  // 2 MB of a's against a needle of half as many with a b at either end.
  const std::string text(1 << 21, 'a');
  const std::string needle = std::string(1 << 20, 'a') + 'b';
  check_rows({
      {"stringContains", {text, needle}, false},
      {"stringContains~", {text, "B" + std::string(1 << 20, 'a')}, false},
      {"indexOf~", {text, needle}, kNull},
  });
}

TEST_CASE("the arena keeps what a usual leaf needs and lets go of the rest") {
  TextArena arena;
  char* const first = arena.allocate(100);
  char* const second = arena.allocate(100);
  CHECK(second == first + 100);
  arena.reset();
  CHECK(arena.allocate(200) == first);
  arena.reset();
  for (int i = 0; i < 3; ++i) arena.allocate(4096)[4095] = 'x';
  arena.reset();
  char* const merged = arena.allocate(4096);
  CHECK(arena.allocate(4096) == merged + 4096);
  arena.allocate(TextArena::kKeptBytes)[0] = 'x';
  arena.reset();
  CHECK(arena.allocate(0) != nullptr);
  arena.allocate(1)[0] = 'x';
}

}  // namespace
}  // namespace audisp_eql::eql
