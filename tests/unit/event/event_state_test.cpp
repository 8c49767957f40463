// SPDX-License-Identifier: Apache-2.0
#include "lib/event/event_state.h"

#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::event;

namespace {

Event sample(FieldTable& table) {
  Event event;
  event.order = {{1'700'000'000'000, 42}, 7, 3};
  event.set_text(FieldId::kProcessName, "sh");
  const std::vector<Value> args{Value::string("a"), Value::string(""), Value::string("\u00e4")};
  event.set(FieldId::kProcessArgs, args);
  const std::vector<Value> mixed{Value::boolean(true), Value::integer(std::numeric_limits<std::int64_t>::min()),
                                 Value::real(0.25), Value::integer(1)};
  event.set(table.intern("own.field"), mixed);
  return event;
}

std::string saved(const FieldTable& table, const Event& event) {
  BinaryWriter out;
  SavedFields::save(table, out);
  save(event, out);
  return out.take();
}

void check_same(const Event& a, FieldId a_id, const Event& b, FieldId b_id) {
  const auto x = a.get(a_id);
  const auto y = b.get(b_id);
  CHECK(std::vector<Value>(x.begin(), x.end()) == std::vector<Value>(y.begin(), y.end()));
}

}  // namespace

TEST_CASE("an event comes back with its place and all its values, by the names of its fields") {
  FieldTable before;
  const Event event = sample(before);
  const std::string bytes = saved(before, event);
  FieldTable after;
  const FieldId other = after.intern("other.field");
  const FieldId own = after.intern("own.field");
  BinaryReader in(bytes);
  const SavedFields fields(in, after);
  const Event back = restore_event(in, fields);
  REQUIRE(in.is_done());
  CHECK(back.order == event.order);
  CHECK(back.fields().size() == 3);
  check_same(event, FieldId::kProcessArgs, back, FieldId::kProcessArgs);
  check_same(event, FieldId::kProcessName, back, FieldId::kProcessName);
  check_same(event, *before.find("own.field"), back, own);
  CHECK_FALSE(back.has(other));
}

TEST_CASE("a field that nobody knows any more is left out") {
  FieldTable before;
  const std::string bytes = saved(before, sample(before));
  BinaryReader in(bytes);
  const SavedFields fields(in, FieldTable());
  CHECK(restore_event(in, fields).fields().size() == 2);
  CHECK(in.is_done());
}

TEST_CASE("an event cut short at any length is refused") {
  FieldTable table;
  const std::string bytes = saved(table, sample(table));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    BinaryReader in(part);
    const SavedFields fields(in, table);
    (void)restore_event(in, fields);
    CHECK_FALSE(in.is_done());
  }
}
