// SPDX-License-Identifier: Apache-2.0
#include "lib/sequence/key.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/support/timeline.h"

namespace audisp_eql::sequence {
namespace {

using event::Value;

std::string encode(const std::vector<Value>& values) {
  std::string key;
  for (const Value& value : values) append_component(key, value);
  return key;
}
std::string encode(Value value) { return encode(std::vector<Value>{value}); }

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMinInt = std::numeric_limits<std::int64_t>::min();

TEST_CASE("values that are equal have equal keys and others have not") {
  CHECK(encode(Value::integer(1)) == encode(Value::real(1.0)));
  CHECK(encode(Value::real(0.0)) == encode(Value::real(-0.0)));
  CHECK(encode(Value::integer(kMinInt)) == encode(Value::real(-9223372036854775808.0)));
  const std::vector<Value> different{Value(),
                                     Value::boolean(false),
                                     Value::boolean(true),
                                     Value::integer(0),
                                     Value::integer(1),
                                     Value::real(1.5),
                                     Value::integer(kMaxInt),
                                     Value::integer(kMaxInt - 1),
                                     Value::real(9223372036854775808.0),
                                     Value::integer((std::int64_t{1} << 53) + 1),
                                     Value::integer(std::int64_t{1} << 53),
                                     Value::string(""),
                                     Value::string("1"),
                                     Value::string("null"),
                                     Value::string("true"),
                                     Value::string(std::string_view("\0", 1)),
                                     Value::string(std::string_view("\0\0", 2)),
                                     Value::string("\1")};
  std::set<std::string> keys;
  for (const Value& value : different) keys.insert(encode(value));
  CHECK(keys.size() == different.size());
}

TEST_CASE("keys sort by kind and then by value") {
  const std::vector<Value> ascending{Value(),
                                     Value::boolean(false),
                                     Value::boolean(true),
                                     Value::real(-1e300),
                                     Value::integer(kMinInt),
                                     Value::integer(-10),
                                     Value::integer(-9),
                                     Value::real(-0.5),
                                     Value::integer(0),
                                     Value::real(0.5),
                                     Value::integer(9),
                                     Value::integer(10),
                                     Value::integer(kMaxInt - 1),
                                     Value::integer(kMaxInt),
                                     Value::real(1e300),
                                     Value::string(""),
                                     Value::string(std::string_view("\0", 1)),
                                     Value::string("10"),
                                     Value::string("9"),
                                     Value::string("9a")};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    CAPTURE(i);
    CHECK(encode(ascending[i - 1]) < encode(ascending[i]));
  }
}

TEST_CASE("components do not run into each other") {
  CHECK(encode({Value::string("a"), Value::string("bc")}) != encode({Value::string("ab"), Value::string("c")}));
  const std::string nul("\0", 1);
  CHECK(encode({Value::string(nul), Value::string("")}) != encode({Value::string(""), Value::string(nul)}));
}

TEST_CASE("a key's components are found and shown as text") {
  const std::string with_nul("a\0b\0", 4);
  const std::vector<Value> values{
      Value::string(with_nul), Value(),           Value::boolean(true), Value::boolean(false),
      Value::integer(kMaxInt), Value::real(42.5), Value::integer(-7),   Value::string(""),
      Value::integer(kMinInt), Value::string("x")};
  const std::string key = encode(values);
  CHECK(key_texts(key) == std::vector<std::string>{with_nul, "null", "true", "false", "9223372036854775807", "42.5",
                                                   "-7", "", "-9223372036854775808", "x"});
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(component(key, i) == encode(values[i]));
  CHECK(component(key, values.size()).empty());
  CHECK(key_texts("").empty());
}

TEST_CASE("the hash is SipHash-1-3") {
  // Key 00..0f, message 00, 01, 02 ...; by a second implementation, checked on the published SipHash-2-4 vector.
  const KeyHash hash({0x0706050403020100, 0x0f0e0d0c0b0a0908});
  std::string message;
  for (int i = 0; i < 15; ++i) message.push_back(static_cast<char>(i));
  CHECK(hash("") == 0xabac0158050fc4dc);
  CHECK(hash(message.substr(0, 7)) == 0xd3927d989bb11140);
  CHECK(hash(message.substr(0, 8)) == 0x369095118d299a8e);
  CHECK(hash(message) == 0xd320d86d2a519956);
}

// Tuples of one event under limits, through EventKeys.
struct Tuples {
  explicit Tuples(std::string_view query, const test::Fields& fields, const Limits& given = {}) : limits(given) {
    const eql::Query compiled = test::compile_or_throw(query, table);
    const Plan plan(compiled);
    EventKeys keys(plan, limits, counters);
    const event::Event event = test::make_event(0, 0, fields, table);
    keys.begin(event);
    for (const std::string& key : keys.tuples(0)) texts.push_back(key_texts(key));
    CHECK(keys.tuples(0).size() == texts.size());
  }
  event::FieldTable table;
  Limits limits;
  Counters counters;
  std::vector<std::vector<std::string>> texts;
};

test::Scalar text(std::string value) { return value; }

constexpr const char* kByOne = "sequence by k [any where true] [any where true]";
constexpr const char* kByTwo = "sequence by k, ?l [any where true] [any where true]";

TEST_CASE("an event without keys to look at has one empty tuple") {
  const Tuples tuples("sequence [any where true] [any where true]", {});
  CHECK(tuples.texts == std::vector<std::vector<std::string>>{{}});
}

TEST_CASE("all combinations of different values are tuples, in order") {
  const Tuples tuples(kByTwo, {{"k", {text("b"), text("a"), text("b")}}, {"l", {std::int64_t{2}, std::int64_t{1}}}});
  CHECK(tuples.texts == std::vector<std::vector<std::string>>{{"a", "1"}, {"a", "2"}, {"b", "1"}, {"b", "2"}});
}

TEST_CASE("an absent key leaves no tuple unless it is optional") {
  CHECK(Tuples(kByTwo, {{"l", 1}}).texts.empty());
  CHECK(Tuples(kByTwo, {{"k", 1}}).texts == std::vector<std::vector<std::string>>{{"1", "null"}});
}

TEST_CASE("a key longer than the limit takes no part and is counted") {
  // Text takes three bytes more than its length.
  struct Case {
    std::size_t length;
    bool fits;
  };
  for (const Case one : {Case{12, true}, Case{13, true}, Case{14, false}, Case{100, false}}) {
    CAPTURE(one.length);
    Limits limits;
    limits.max_key_bytes = 16;
    const Tuples single(kByOne, {{"k", std::string(one.length, 'x')}}, limits);
    CHECK(single.texts.size() == (one.fits ? 1 : 0));
    CHECK(single.counters.oversized_keys == (one.fits ? 0 : 1));
    const Tuples one_of_two(kByOne, {{"k", {text(std::string(one.length, 'x')), std::int64_t{1}}}}, limits);
    CHECK(one_of_two.texts.size() == (one.fits ? 2 : 1));
    CHECK(one_of_two.counters.oversized_keys == (one.fits ? 0 : 1));
  }
}

TEST_CASE("tuples over the limit are dropped and counted") {
  for (const std::size_t limit : {5, 6, 7}) {
    CAPTURE(limit);
    Limits limits;
    limits.max_key_tuples = limit;
    const Tuples tuples(
        kByTwo, {{"k", {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}, {"l", {std::int64_t{1}, std::int64_t{2}}}},
        limits);
    CHECK(tuples.texts.size() == std::min<std::size_t>(limit, 6));
    CHECK(tuples.counters.dropped_tuples == (limit < 6 ? 6 - limit : 0));
  }
}

}  // namespace
}  // namespace audisp_eql::sequence
