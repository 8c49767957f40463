// SPDX-License-Identifier: Apache-2.0
#include "lib/ndjson/reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::ndjson;
using event::FieldId;
using event::Value;

namespace {

struct World {
  explicit World(FieldNames names = {}, const std::vector<std::string>& mentioned = {}) {
    declare_fields(names, fields);
    for (const std::string& name : mentioned) fields.intern(name);
    reader.emplace(fields, std::move(names));
  }
  bool read(std::string_view line) { return reader->read(line, 7, event); }

  event::FieldTable fields;
  std::optional<Reader> reader;
  event::Event event;
};

std::vector<std::string> texts(const event::Event& event, FieldId field) {
  std::vector<std::string> out;
  for (const Value& v : event.get(field)) out.emplace_back(v.as_string());
  return out;
}

}  // namespace

TEST_CASE("nested and dotted keys are one field") {
  World w;
  for (const std::string_view line :
       {R"({"process":{"name":"a"}})", R"({"process.name":"a"})", R"({"process":{"name":["a",null]}})"}) {
    REQUIRE(w.read(line));
    CHECK(texts(w.event, FieldId::kProcessName) == std::vector<std::string>{"a"});
  }
}

TEST_CASE("arrays, also of objects, are bags of their leaves; nulls and empty arrays are absent") {
  World w;
  REQUIRE(w.read(R"({"process":[{"args":["a","b"]},{"args":"c"},{"args":null}],"user":{"name":[]}})"));
  CHECK(texts(w.event, FieldId::kProcessArgs) == std::vector<std::string>{"a", "b", "c"});
  CHECK_FALSE(w.event.has(FieldId::kUserName));
}

TEST_CASE("values keep their types; integers past 64 bits are doubles") {
  World w({}, {"i", "d", "b", "u"});
  REQUIRE(w.read(R"({"i":-5,"d":1.5,"b":true,"u":18446744073709551615})"));
  CHECK(w.event.first(*w.fields.find("i")) == Value::integer(-5));
  CHECK(w.event.first(*w.fields.find("d")) == Value::real(1.5));
  CHECK(w.event.first(*w.fields.find("b")) == Value::boolean(true));
  CHECK(w.event.first(*w.fields.find("u")).kind() == Value::Kind::kDouble);
}

TEST_CASE("fields that nobody mentions are not kept") {
  World w;
  REQUIRE(w.read(R"({"whatever":{"else":1},"process.name":"a"})"));
  CHECK(w.event.fields() == std::vector<FieldId>{FieldId::kProcessName});
}

TEST_CASE("time is milliseconds, digits or ISO-8601") {
  World w;
  for (const std::string_view line :
       {R"({"@timestamp":1504126051000})", R"({"@timestamp":"1504126051000"})",
        R"({"@timestamp":"2017-08-30T20:47:31Z"})", R"({"@timestamp":"2017-08-30T22:47:31.000+02:00"})"}) {
    REQUIRE(w.read(line));
    CHECK(w.event.order.time == milliseconds(1'504'126'051'000));
  }
  CHECK(w.reader->counters().without_time == 0);
  REQUIRE(w.read(R"({"@timestamp":"soon"})"));
  REQUIRE(w.read("{}"));
  CHECK(w.event.order.time == EventTime{});
  CHECK(w.reader->counters().without_time == 2);
}

TEST_CASE("tiebreakers order as numbers, absent ones last, then arrival") {
  World w;
  std::vector<event::Order> orders;
  for (const std::string_view line :
       {R"({"event.sequence":-1})", R"({"event.sequence":"5"})", R"({"event.sequence":6})", R"({})"}) {
    REQUIRE(w.read(line));
    orders.push_back(w.event.order);
  }
  CHECK(std::is_sorted(orders.begin(), orders.end()));
  CHECK(orders.back().tiebreaker == UINT64_MAX);
  CHECK(orders.back().index == 7);
}

TEST_CASE("category and id go by the names the data set gives them") {
  FieldNames names;
  names.category = "event_type";
  names.id = "serial";
  World w(std::move(names));
  REQUIRE(w.read(R"({"event_type":"process","serial":9})"));
  CHECK(w.event.text(FieldId::kEventCategory) == "process");
  CHECK(w.event.first(FieldId::kEventId) == Value::integer(9));
}

TEST_CASE("bad lines are refused with a reason and leave nothing behind") {
  World w;
  for (const std::string_view line : {"nonsense", "[1,2]", "{\"a\":", "7", "{\"process.name\":\"\xff\"}", "{} {}"}) {
    CAPTURE(std::string(line));
    CHECK_FALSE(w.read(line));
    CHECK_FALSE(w.reader->error().empty());
  }
  CHECK(w.reader->counters().bad_lines == 6);
  REQUIRE(w.read("{}"));
  CHECK(w.event.fields().empty());
}

TEST_CASE("blank lines are no lines") {
  World w;
  CHECK_FALSE(w.read(""));
  CHECK_FALSE(w.read(" \t\r"));
  CHECK(w.reader->counters().lines == 0);
}

TEST_CASE("nesting is limited") {
  World w;
  const auto nested = [](std::size_t depth) {
    std::string line = "1";
    for (std::size_t i = 0; i < depth; ++i) line = "{\"a\":" + line + "}";
    return line;
  };
  CHECK(w.read(nested(kMaxDepth - 1)));
  CHECK(w.read(nested(kMaxDepth)));
  CHECK_FALSE(w.read(nested(kMaxDepth + 1)));
  CHECK_FALSE(w.read(std::string(100'000, '[')));
}
