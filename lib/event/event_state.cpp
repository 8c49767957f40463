// SPDX-License-Identifier: Apache-2.0
#include "lib/event/event_state.h"

#include <algorithm>

namespace audisp_eql::event {
namespace {

void save(const Value& value, BinaryWriter& out) {
  out.word(value.kind());
  switch (value.kind()) {
    case Value::Kind::kNull: return;
    case Value::Kind::kBool: return out.flag(value.as_bool());
    case Value::Kind::kInt: return out.integer(value.as_int());
    case Value::Kind::kDouble: return out.real(value.as_double());
    case Value::Kind::kString: return out.text(value.as_string());
  }
}

Value restore_value(BinaryReader& in) {
  switch (in.word(Value::Kind::kString)) {
    case Value::Kind::kNull: break;
    case Value::Kind::kBool: return Value::boolean(in.flag());
    case Value::Kind::kInt: return Value::integer(in.integer());
    case Value::Kind::kDouble: return Value::real(in.real());
    case Value::Kind::kString: return Value::string(in.utf8());
  }
  return {};
}

}  // namespace

void SavedFields::save(const FieldTable& fields, BinaryWriter& out) {
  out.number(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) out.text(fields.name(static_cast<FieldId>(i)));
}

SavedFields::SavedFields(BinaryReader& in, const FieldTable& fields) {
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) ids_.push_back(fields.find(in.text()));
}

void save(const Order& order, BinaryWriter& out) {
  out.time(order.time);
  out.number(order.tiebreaker);
  out.number(order.index);
}

Order restore_order(BinaryReader& in) {
  Order order;
  order.time = in.time();
  order.tiebreaker = in.number();
  order.index = in.number();
  return order;
}

void save(const std::optional<Order>& order, BinaryWriter& out) {
  out.flag(order.has_value());
  if (order) save(*order, out);
}

std::optional<Order> restore_optional_order(BinaryReader& in) {
  if (!in.flag()) return std::nullopt;
  return restore_order(in);
}

void save(const Event& event, BinaryWriter& out) {
  save(event.order, out);
  const std::vector<FieldId> fields = event.fields();
  out.number(fields.size());
  for (const FieldId field : fields) {
    const auto bag = event.get(field);
    out.word(field);
    out.number(bag.size());
    for (const Value& value : bag) save(value, out);
  }
}

Event restore_event(BinaryReader& in, const SavedFields& fields) {
  Event event;
  event.order = restore_order(in);
  const std::size_t count = in.count();
  std::vector<Value> bag;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t number = in.number();
    bag.clear();
    const std::size_t values = in.count();
    for (std::size_t v = 0; v < values && in.ok(); ++v) bag.push_back(restore_value(in));
    if (!in.require(number < fields.size())) break;
    if (const auto id = fields.id(static_cast<std::size_t>(number))) event.set(*id, bag);
  }
  return event;
}

}  // namespace audisp_eql::event
