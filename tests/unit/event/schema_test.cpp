// SPDX-License-Identifier: Apache-2.0
#include "lib/event/schema.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql::event;

// The compiler sees to meanings and sources.
TEST_CASE("every built-in field has a distinct name") {
  std::set<std::string_view> names;
  for (const FieldInfo& field : builtin_fields()) {
    CAPTURE(std::string(field.name));
    CHECK(names.insert(field.name).second);
  }
  CHECK(names.size() == kBuiltinFieldCount);
}

TEST_CASE("names resolve to ids, unknown ones to new ids that stay") {
  FieldTable table;
  CHECK(table.find("process.name") == FieldId::kProcessName);
  CHECK_FALSE(table.find("no.such.field"));
  const FieldId id = table.intern("no.such.field");
  CHECK_FALSE(FieldTable::is_builtin(id));
  CHECK(table.intern("no.such.field") == id);
  CHECK(table.name(id) == "no.such.field");
  CHECK(table.type(id) == FieldType::kAny);
  table.set_type(id, FieldType::kDate);
  CHECK(table.type(id) == FieldType::kDate);
}

TEST_CASE("a table that is full says so and stays whole") {
  FieldTable table;
  for (std::size_t i = kBuiltinFieldCount; i < 65'535; ++i) table.intern("f" + std::to_string(i));
  CHECK(table.size() == 65'535);
  CHECK_FALSE(table.overflowed());
  table.intern("one too many");
  CHECK(table.size() == 65'535);
  CHECK(table.overflowed());
  CHECK(table.find("process.name") == FieldId::kProcessName);
}
