// SPDX-License-Identifier: Apache-2.0
#include "lib/event/event.h"

#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::event;

TEST_CASE("a field holds a bag; nulls and empty bags are absent") {
  Event e;
  const Value values[] = {Value::string("a"), Value(), Value::integer(2)};
  e.set(FieldId::kProcessArgs, values);
  CHECK(e.get(FieldId::kProcessArgs).size() == 2);
  CHECK(e.first(FieldId::kProcessArgs) == Value::string("a"));
  CHECK_FALSE(e.has(FieldId::kProcessName));
  CHECK(e.first(FieldId::kProcessName).is_null());
  e.set(FieldId::kProcessArgs, Value());
  CHECK_FALSE(e.has(FieldId::kProcessArgs));
  CHECK(e.fields().empty());
}

TEST_CASE("fields beyond the built-in ones work like these") {
  Event e;
  const auto id = static_cast<FieldId>(kBuiltinFieldCount + 500);
  e.set(id, Value::real(1.5));
  CHECK(e.first(id).as_double() == 1.5);
  CHECK(e.fields() == std::vector<FieldId>{id});
  CHECK(e.get(static_cast<FieldId>(60'000)).empty());
}

TEST_CASE("clear forgets fields, order and text") {
  Event e;
  e.order = {milliseconds(5), 7, 1};
  e.set_text(FieldId::kUserName, e.intern("root"));
  e.clear();
  CHECK_FALSE(e.has(FieldId::kUserName));
  CHECK(e.order == Order{});
}

TEST_CASE("an owned copy outlives what it was made of") {
  Event copy;
  {
    std::string text(5000, 'x');
    Event e;
    e.order = {milliseconds(5), 7, 1};
    const Value args[] = {Value::string(text), Value::string("b"), Value::boolean(true)};
    e.set(FieldId::kProcessArgs, args);
    e.set_text(FieldId::kUserName, e.intern("root"));
    copy = e.own();
    text.assign(5000, 'y');
    e.clear();
  }
  CHECK(copy.order == Order{milliseconds(5), 7, 1});
  CHECK(copy.first(FieldId::kProcessArgs).as_string() == std::string(5000, 'x'));
  CHECK(copy.get(FieldId::kProcessArgs).size() == 3);
  CHECK(copy.text(FieldId::kUserName) == "root");
  CHECK(copy.bytes() >= 5000);
}

TEST_CASE("interned text stays where it is as more is interned") {
  Event e;
  const std::string_view first = e.intern("first");
  for (int i = 0; i < 10'000; ++i) (void)e.intern("another piece of text");
  CHECK(first == "first");
  CHECK(e.intern("").empty());
}

TEST_CASE("a huge event does not keep its memory for the next one") {
  Event e;
  (void)e.intern(std::string(10u << 20, 'x'));
  CHECK(e.bytes() >= (10u << 20));
  e.clear();
  CHECK(e.bytes() < (1u << 20));
}

TEST_CASE("events are ordered by time, then tiebreaker, then index; no tiebreaker is last") {
  CHECK(Order{milliseconds(1), 9, 9} < Order{milliseconds(2), 0, 0});
  CHECK(Order{milliseconds(1), 1, 9} < Order{milliseconds(1), 2, 0});
  CHECK(Order{milliseconds(1), 1, 1} < Order{milliseconds(1), 1, 2});
  CHECK(Order{milliseconds(1), 1, 0} < Order{.time = milliseconds(1), .tiebreaker = UINT64_MAX, .index = 0});
}
