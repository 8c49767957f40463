// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/execve.h"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/audit/records.h"

using namespace audisp_eql::audit;
using test::line;
using test::Parsed;

namespace {

using Strings = std::vector<std::string>;

Arguments read(std::initializer_list<std::string> bodies, const ArgumentLimits& limits = {}) {
  Parsed parsed({});
  for (const std::string& body : bodies) parsed.add(line("EXECVE", 1, body));
  return collect_arguments(parsed.group, limits);
}

void check(const Arguments& got, const Strings& args, bool truncated, bool mismatch, std::uint64_t bad = 0) {
  CHECK(got.present);
  CHECK(got.args == args);
  CHECK(got.truncated == truncated);
  CHECK(got.argc_mismatch == mismatch);
  CHECK(got.bad_values == bad);
}

}  // namespace

TEST_CASE("arguments are decoded by their quotes and ordered by index") {
  check(read({"argc=3 a0=\"sh\" a1=\"-c\" a2=6563686F206869"}), {"sh", "-c", "echo hi"}, false, false);
  check(read({"argc=3 a2=\"x\" a0=\"3005\" a1=3005"}), {"3005", std::string("0\x05", 2), "x"}, false, false);
  check(read({"argc=2 a0=\"\" a1=\"\""}), {"", ""}, false, false);
  check(read({"argc=0"}), {}, false, false);
  check(read({"argc=12 a0=\"0\" a1=\"1\" a2=\"2\" a3=\"3\" a4=\"4\" a5=\"5\" a6=\"6\" a7=\"7\" a8=\"8\" a9=\"9\" "
              "a10=\"10\" a11=\"11\""}),
        {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}, false, false);
}

TEST_CASE("fragments of one argument are joined across records, in any order") {
  const std::string first = "argc=2 a0=\"sh\" a1_len=12 a1[0]=616263";
  check(read({first, "a1[1]=\"def\"", "a1[2]=67"}), {"sh", "abcdefg"}, false, false);
  check(read({"a1[2]=67", "a1[1]=\"def\"", first}), {"sh", "abcdefg"}, false, false);
  check(read({first, "a1[2]=67"}), {"sh", "abcg"}, true, false);  // one is missing
  check(read({"argc=2 a0=\"sh\" a1_len=4 a1[1]=67"}), {"sh", "g"}, true, false);
  check(read({first, "a1[1]=6"}), {"sh", "abc"}, true, false, 1);
}

TEST_CASE("what is missing is an empty argument, and said so") {
  check(read({"argc=3 a0=\"sh\" a2=\"x\""}), {"sh", "", "x"}, true, true);
  check(read({"argc=3 a0=\"sh\""}), {"sh", "", ""}, true, true);
  check(read({"argc=2"}), {"", ""}, true, true);
  check(read({"a0=\"sh\""}), {"sh"}, true, true);
  check(read({"argc=x a0=\"sh\""}), {"sh"}, true, true, 1);
  check(read({""}), {}, true, true);
  check(read({"argc=2 a0=\"sh\" a1=\"open"}), {"sh", ""}, true, false, 1);
  check(read({"argc=1 a0=(null)"}), {""}, true, false, 1);
}

TEST_CASE("what is beyond argc or said twice is not believed") {
  check(read({"argc=1 a0=\"sh\" a1=\"x\""}), {"sh"}, false, true);
  check(read({"argc=1 a0=\"sh\" a0=\"other\""}), {"sh"}, false, true);
  check(read({"argc=1 a0=\"sh\" a0[0]=\"other\""}), {"sh"}, false, true);
  check(read({"argc=1 a0=\"sh\"", "argc=9"}), {"sh"}, false, false);  // the first argc counts
}

TEST_CASE("fields that are no arguments are none") {
  check(read({"argc=1 a=\"x\" a0=\"sh\" a0_len=1 a1_len=99 ax=\"x\" a0x=\"x\" a[0]=\"x\" a0[x]=\"x\" a0[=\"x\" "
              "a0]=\"x\" a0[0=\"x\" "
              "b0=\"x\" a-1=\"x\" a99999999999999999999=\"x\""}),
        {"sh"}, false, false);
  CHECK_FALSE(collect_arguments(Parsed({line("CWD", 1, "a0=\"x\"")}).group).present);
}

TEST_CASE("an argc or index of two thousand millions costs nothing") {
  check(read({"argc=2147483648 a0=\"sh\""}), {"sh"}, true, true);
  check(read({"argc=18446744073709551615 a0=\"sh\" a18446744073709551614=\"x\""}), {"sh"}, true,
        true);  // no such index
  check(read({"argc=2147483648 a0=\"sh\" a2147483647=\"x\""}), {"sh", "x"}, true, true);
  check(read({"a2147483647=\"x\""}), {"x"}, true, true);
  check(read({"argc=1 a0[2147483647]=\"x\""}), {"x"}, true, false);
}

TEST_CASE("a gap is filled up to its bound") {
  for (const unsigned gap : {1023U, 1024U, 1025U}) {
    CAPTURE(gap);
    const std::string last = std::to_string(gap + 1);
    const Arguments got = read({"argc=" + std::to_string(gap + 2) + " a0=\"sh\" a" + last + "=\"x\""});
    CHECK(got.truncated);
    CHECK(got.args.size() == (gap <= kMaxFilledGap ? gap + 2 : 2));
    CHECK(got.args.back() == "x");
  }
}

TEST_CASE("max_args: over it the first ones and the last one are kept") {
  const std::string five = "argc=5 a0=\"0\" a1=\"1\" a2=\"2\" a3=\"3\" a4=\"4\"";
  check(read({five}, {.max_args = 6}), {"0", "1", "2", "3", "4"}, false, false);
  check(read({five}, {.max_args = 5}), {"0", "1", "2", "3", "4"}, false, false);
  check(read({five}, {.max_args = 4}), {"0", "1", "2", "4"}, true, false);
  check(read({five}, {.max_args = 1}), {"4"}, true, false);
  CHECK(read({"argc=900 a0=\"0\" a800=\"8\""}, {.max_args = 10}).args.size() <= 10);
}

TEST_CASE("max_arg_bytes: what does not fit is empty, the last one fits first") {
  const std::string three = "argc=3 a0=\"0000\" a1=31313131 a2=\"2222\"";
  check(read({three}, {.max_arg_bytes = 13}), {"0000", "1111", "2222"}, false, false);
  check(read({three}, {.max_arg_bytes = 12}), {"0000", "1111", "2222"}, false, false);
  check(read({three}, {.max_arg_bytes = 11}), {"0000", "", "2222"}, true, false);
  check(read({three}, {.max_arg_bytes = 3}), {"", "", ""}, true, false);
}

TEST_CASE("a hundred thousand arguments are linear work") {
  const auto run = [](unsigned count) {
    Parsed parsed({});
    std::string body = "argc=" + std::to_string(count);
    for (unsigned i = 0; i < count; ++i) {
      body += " a" + std::to_string(i) + "=\"x\"";
      if (i % 500 != 499) continue;
      parsed.add(line("EXECVE", 1, body));
      body = "x=y";
    }
    const auto start = std::chrono::steady_clock::now();
    const Arguments got = collect_arguments(parsed.group);
    CHECK(got.args.size() == count);
    CHECK_FALSE(got.truncated);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const double small = run(10'000);
  CHECK(run(100'000) < 100 * small + 0.05);  // ten times the work; quadratic would be a hundred
}
