// SPDX-License-Identifier: Apache-2.0
#include "lib/cases/case_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/base/ip.h"
#include "lib/engine/event_builder.h"
#include "lib/engine/toml_parse.h"
#include "lib/eql/compare.h"

namespace audisp_eql::cases {
namespace {

using event::Event;
using event::FieldId;
using event::FieldType;
using event::Value;

constexpr std::string_view kTable = "case";
constexpr std::array<std::string_view, 6> kKeys = {"name", "expect", "event", "records", "records_file", "alert"};
constexpr std::string_view kCaseHint =
    "a case is [[case]] with name, expect, and [[case.event]], records or records_file";
constexpr std::string_view kAfter = "after_seconds";

// Where time begins, for events that do not say when they were.
constexpr EventTime kBegin = seconds(1'767'225'600);  // 2026-01-01T00:00:00Z
constexpr double kMaxAfter = 1e9;

// A field by its dotted name, however its tables are written.
struct Leaf {
  std::string name;
  toml::source_region where;
  const toml::node* value;
};

// As deep as parse_toml lets tables be.
void flatten(const toml::table& table, const std::string& prefix, std::vector<Leaf>& out) {
  for (const auto& [key, node] : table) {
    std::string name = prefix + std::string(key.str());
    if (const toml::table* inner = node.as_table()) {
      flatten(*inner, name + ".", out);
    } else {
      out.push_back({std::move(name), key.source(), &node});
    }
  }
}

std::optional<Value> scalar(const toml::node& node, Event& owner) {
  if (const auto text = node.value_exact<std::string_view>()) return Value::string(owner.intern(*text));
  if (const auto number = node.value_exact<std::int64_t>()) return Value::integer(*number);
  if (const auto number = node.value_exact<double>()) return Value::real(*number);
  if (const auto truth = node.value_exact<bool>()) return Value::boolean(*truth);
  return std::nullopt;
}

bool fits(FieldType type, const Value& value) {
  switch (type) {
    case FieldType::kAny: return true;
    case FieldType::kLong: return value.kind() == Value::Kind::kInt;
    case FieldType::kDouble: return value.is_number();
    case FieldType::kBoolean: return value.kind() == Value::Kind::kBool;
    case FieldType::kIp: return value.is_string() && parse_ip(value.as_string());
    case FieldType::kDate: return value.is_string() && eql::parse_date(value.as_string());
    case FieldType::kKeyword:
    case FieldType::kVersion: return value.is_string();
  }
  return false;
}

std::string_view form_of(FieldType type) {
  switch (type) {
    case FieldType::kLong: return "a whole number";
    case FieldType::kDouble: return "a number";
    case FieldType::kBoolean: return "true or false";
    case FieldType::kIp: return "an IP address in quotes";
    case FieldType::kDate: return "a time in quotes, as \"2026-11-25T10:00:00.250Z\"";
    default: return "text in quotes";
  }
}

// The kind of event that has this word for its action.
std::optional<engine::EventKind> kind_called(std::string_view action) {
  Event event;
  for (std::size_t k = 0; k < engine::kEventKinds; ++k) {
    event.clear();
    engine::set_kind(static_cast<engine::EventKind>(k), event);
    for (const Value word : event.get(FieldId::kEventAction)) {
      if (word.as_string() == action) return static_cast<engine::EventKind>(k);
    }
  }
  return std::nullopt;
}

// That an event can have, static text.
std::vector<std::string_view> categories() {
  std::vector<std::string_view> out;
  Event event;
  for (std::size_t k = 0; k < engine::kEventKinds; ++k) {
    engine::set_kind(static_cast<engine::EventKind>(k), event);
    const std::string_view category = event.text(FieldId::kEventCategory);
    if (std::find(out.begin(), out.end(), category) == out.end()) out.push_back(category);
  }
  return out;
}

class Reader {
 public:
  Reader(const Source& file, const event::FieldTable& fields, std::string_view host)
      : file_(file), fields_(fields), host_(host) {}

  void read(const toml::table& root);
  CaseFile take() { return std::move(out_); }

 private:
  void read_case(const toml::table& table);
  void check_keys(const toml::table& table);
  void read_expect(const toml::table& table);
  void read_input(const toml::table& table);
  void read_events(const toml::node& node);
  void read_event(const toml::table& table);
  void read_field(const Leaf& leaf, Event& event);
  void check_category(const Leaf& leaf, const Event& event);
  void read_time(const toml::table& table, Event& event);
  void complete(const toml::table& table, Event& event);
  void read_alerts(const toml::table& table);
  void read_alert(const toml::table& table);
  std::vector<Value> values(const Leaf& leaf, FieldType type, Event& owner);
  std::string text(const toml::table& table, std::string_view key, std::string_view hint);

  void error(const toml::source_region& where, std::string message, std::string hint = {});
  Diagnostic place(const toml::source_region& where) const;
  void unknown(std::string_view what, const toml::source_region& where, std::string_view name,
               const std::vector<std::string_view>& known, std::string_view hint);

  const Source& file_;
  const event::FieldTable& fields_;
  std::string_view host_;
  CaseFile out_;
  Case case_;  // being read
  bool bad_ = false;
  EventTime now_;  // of the last event
};

Diagnostic Reader::place(const toml::source_region& where) const {
  const std::size_t begin = offset_at(file_.text, where.begin.line, where.begin.column);
  const std::size_t end = std::max(begin + 1, offset_at(file_.text, where.end.line, where.end.column));
  return diagnose(file_, {begin, end}, {});
}

void Reader::error(const toml::source_region& where, std::string message, std::string hint) {
  bad_ = true;
  Diagnostic d = place(where);
  d.message = std::move(message);
  d.hint = std::move(hint);
  out_.diagnostics.push_back(std::move(d));
}

void Reader::unknown(std::string_view what, const toml::source_region& where, std::string_view name,
                     const std::vector<std::string_view>& known, std::string_view hint) {
  const std::string_view near = nearest(name, known);
  error(where, fmt::format("unknown {} `{}`", what, escape_printable(name)),
        near.empty() ? std::string(hint) : fmt::format("did you mean `{}`?", near));
}

void Reader::check_keys(const toml::table& table) {
  for (const auto& [key, node] : table) {
    if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
      unknown("key", key.source(), key.str(), {kKeys.begin(), kKeys.end()}, kCaseHint);
    }
  }
}

std::string Reader::text(const toml::table& table, std::string_view key, std::string_view hint) {
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    error(table.source(), fmt::format("this case has no `{}`", key), std::string(hint));
    return {};
  }
  const auto value = node->value_exact<std::string>();
  if (!value) error(node->source(), fmt::format("`{}` must be a string", key), std::string(hint));
  if (value && value->find_first_not_of(" \t\r\n") == std::string::npos) {
    error(node->source(), fmt::format("`{}` is empty", key), std::string(hint));
  }
  return value.value_or("");
}

void Reader::read_expect(const toml::table& table) {
  constexpr std::string_view kHint = "how many alerts the rule must give; 0: it must not match";
  const toml::node* node = table.get("expect");
  if (node == nullptr) return error(table.source(), "this case has no `expect`", std::string(kHint));
  const auto number = node->value_exact<std::int64_t>();
  if (!number || *number < 0) {
    return error(node->source(), "`expect` must be a whole number, not below 0", std::string(kHint));
  }
  case_.expect = static_cast<std::size_t>(*number);
}

void Reader::read_input(const toml::table& table) {
  const toml::node* const event = table.get("event");
  const toml::node* const records = table.get("records");
  const toml::node* const file = table.get("records_file");
  const int given = (event != nullptr ? 1 : 0) + (records != nullptr ? 1 : 0) + (file != nullptr ? 1 : 0);
  if (given != 1) {
    error(table.source(), given == 0 ? "this case has no events" : "this case has events of more than one kind",
          "give one of [[case.event]], records and records_file");
  }
  if (event != nullptr) read_events(*event);
  if (records != nullptr) {
    case_.records_place = place(records->source());
    case_.records = text(table, "records", "audit records, as `ausearch --raw` prints them, in ''' quotes");
  }
  if (file != nullptr) {
    case_.records_place = place(file->source());
    case_.records_file = text(table, "records_file", "the name of a log, relative to this file's folder");
    if (case_.records_file.find('\0') != std::string::npos) {
      error(file->source(), "`records_file` is no file name", "it has a NUL character");
    }
  }
}

void Reader::read_events(const toml::node& node) {
  const toml::array* events = node.as_array();
  if (events == nullptr || events->empty() || !events->is_array_of_tables()) {
    return error(node.source(), "`event` must be a list of tables", "an event is [[case.event]] and its fields");
  }
  now_ = kBegin;
  for (const toml::node& event : *events) read_event(*event.as_table());
  std::stable_sort(case_.events.begin(), case_.events.end(),
                   [](const Event& a, const Event& b) { return a.order < b.order; });
}

void Reader::read_time(const toml::table& table, Event& event) {
  constexpr std::string_view kHint = "seconds since the event before, as 0.5 or 31; without it a millisecond";
  const toml::node* after = table.get(kAfter);
  if (after == nullptr) {
    now_ = now_ + (case_.events.empty() ? EventTime{} : milliseconds(1));
  } else {
    const auto number = after->is_number() ? after->value<double>() : std::nullopt;
    if (!number || !(*number >= 0 && *number <= kMaxAfter)) {
      return error(after->source(), fmt::format("`{}` must be a number, not below 0", kAfter), std::string(kHint));
    }
    now_ = now_ + milliseconds(std::llround(*number * 1000));
  }
  if (const auto when = eql::parse_date(event.text(FieldId::kTimestamp))) now_ = *when;
  const std::uint64_t number = case_.events.size() + 1;
  event.order = {now_, number, 0};
  event.set(FieldId::kTimestamp, Value::integer(now_.ms));
  // So that evidence names the events by their place in the case.
  if (!event.has(FieldId::kEventId)) event.set_text(FieldId::kEventId, event.intern(std::to_string(number)));
}

// What all events have here, and those of a kind, as the event builder sets it.
void Reader::complete(const toml::table& table, Event& event) {
  constexpr std::pair<FieldId, std::string_view> kConstants[] = {
      {FieldId::kEventKind, "event"}, {FieldId::kEventModule, "auditd"}, {FieldId::kHostOsType, "linux"}};
  for (const auto& [field, value] : kConstants) {
    if (!event.has(field)) event.set_text(field, value);
  }
  if (!event.has(FieldId::kHostId)) event.set_text(FieldId::kHostId, event.intern(host_));
  if (!event.has(FieldId::kAgentId)) event.set_text(FieldId::kAgentId, event.text(FieldId::kHostId));
  if (event.has(FieldId::kEventCategory)) return;
  const auto kind = kind_called(event.text(FieldId::kEventAction));
  if (!kind) {
    return error(table.source(), "it is not clear what kind of event this is",
                 "give an event.action that `audisp-eql fields` lists, or the event.category");
  }
  if (event.has(FieldId::kEventType)) {
    const Value type = event.first(FieldId::kEventType);
    engine::set_kind(*kind, event);
    event.set(FieldId::kEventType, type);
  } else {
    engine::set_kind(*kind, event);
  }
}

std::vector<Value> Reader::values(const Leaf& leaf, FieldType type, Event& owner) {
  std::vector<Value> out;
  const auto add = [&](const toml::node& node) {
    const auto value = scalar(node, owner);
    if (!value || !fits(type, *value)) {
      return error(node.source(), fmt::format("`{}` must be {}", escape_printable(leaf.name), form_of(type)));
    }
    out.push_back(*value);
  };
  const toml::array* const list = leaf.value->as_array();
  if (list == nullptr) {
    add(*leaf.value);
  } else {
    for (const toml::node& node : *list) add(node);
    if (list->empty()) error(leaf.where, "an empty list is no value", "leave the field out");
  }
  return out;
}

void Reader::read_field(const Leaf& leaf, Event& event) {
  const auto field = fields_.find(leaf.name);
  if (!field) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < fields_.size(); ++i) known.push_back(fields_.name(static_cast<FieldId>(i)));
    return unknown("field", leaf.where, leaf.name, known,
                   "`audisp-eql fields` lists them; the rule reads no such field");
  }
  event.set(*field, values(leaf, fields_.type(*field), event));
  if (*field == FieldId::kEventCategory) check_category(leaf, event);
}

// A misspelt one would be an event that no rule looks at.
void Reader::check_category(const Leaf& leaf, const Event& event) {
  const std::vector<std::string_view> known = categories();
  for (const Value category : event.get(FieldId::kEventCategory)) {
    if (std::find(known.begin(), known.end(), category.as_string()) != known.end()) continue;
    unknown("event.category", leaf.value->source(), category.as_string(), known,
            fmt::format("one of {}", fmt::join(known, ", ")));
  }
}

void Reader::read_event(const toml::table& table) {
  Event event;
  std::vector<Leaf> leaves;
  flatten(table, {}, leaves);
  for (const Leaf& leaf : leaves) {
    if (leaf.name != kAfter) read_field(leaf, event);
  }
  complete(table, event);
  read_time(table, event);
  case_.events.push_back(std::move(event));
}

void Reader::read_alert(const toml::table& table) {
  Event wanted;
  std::vector<Leaf> leaves;
  flatten(table, {}, leaves);
  if (leaves.empty()) error(table.source(), "`alert` names no field", "as destination.ip = \"192.0.2.1\"");
  for (const Leaf& leaf : leaves) {
    const FieldId field = case_.alert_fields.intern(leaf.name);
    wanted.set(field, values(leaf, FieldType::kAny, wanted));
  }
  case_.alerts.push_back(std::move(wanted));
}

void Reader::read_alerts(const toml::table& table) {
  const toml::node* node = table.get("alert");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (const toml::table* one = node->as_table()) {
    read_alert(*one);
  } else if (list != nullptr && !list->empty() && list->is_array_of_tables()) {
    for (const toml::node& alert : *list) read_alert(*alert.as_table());
  } else {
    error(node->source(), "`alert` must be a table, or a list of them",
          "[case.alert] and fields that the alert must have");
  }
  if (!bad_ && case_.alerts.size() > case_.expect) {
    error(node->source(), "more alerts are described than expected", "raise `expect`, or take `alert` out");
  }
}

void Reader::read_case(const toml::table& table) {
  case_ = {};
  bad_ = false;
  case_.place = place(table.source());
  check_keys(table);
  case_.name = text(table, "name", "what happens in it, in a few words");
  read_expect(table);
  read_input(table);
  read_alerts(table);
  if (bad_) {
    ++out_.refused;
  } else {
    out_.cases.push_back(std::move(case_));
  }
}

void Reader::read(const toml::table& root) {
  for (const auto& [key, node] : root) {
    const toml::array* const cases = node.as_array();
    if (key.str() != kTable) {
      unknown("key", key.source(), key.str(), {kTable}, kCaseHint);
      ++out_.refused;
    } else if (cases == nullptr || !cases->is_array_of_tables()) {
      error(node.source(), "`case` must be a list of tables", std::string(kCaseHint));
      ++out_.refused;
    } else {
      for (const toml::node& one : *cases) read_case(*one.as_table());
    }
  }
}

}  // namespace

CaseFile parse_cases(const Source& file, const event::FieldTable& fields, std::string_view host) {
  const Result<toml::table> root = engine::parse_toml(file);
  if (!root) return {{}, 1, root.error().diagnostics};
  Reader reader(file, fields, host);
  reader.read(*root);
  return reader.take();
}

}  // namespace audisp_eql::cases
