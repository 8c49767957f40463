// SPDX-License-Identifier: Apache-2.0
#include "lib/ndjson/reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include <simdjson.h>

#include "lib/eql/compare.h"

namespace audisp_eql::ndjson {
namespace {

using event::FieldId;
using event::Value;
using simdjson::dom::element_type;

std::optional<Value> scalar(const simdjson::dom::element& element) {
  switch (element.type()) {
    case element_type::STRING: return Value::string(element.get_string().value_unsafe());
    case element_type::INT64: return Value::integer(element.get_int64().value_unsafe());
    case element_type::UINT64: return Value::real(static_cast<double>(element.get_uint64().value_unsafe()));
    case element_type::DOUBLE: return Value::real(element.get_double().value_unsafe());
    case element_type::BOOL: return Value::boolean(element.get_bool().value_unsafe());
    default: return std::nullopt;  // null contributes nothing
  }
}

// Milliseconds since the epoch as a number or digits, or ISO-8601.
std::optional<EventTime> time_of(const Value& value) {
  if (value.kind() == Value::Kind::kInt) return milliseconds(value.as_int());
  if (value.kind() == Value::Kind::kDouble)
    return milliseconds(static_cast<std::int64_t>(std::clamp(value.as_double(), -9.0e18, 9.0e18)));
  if (!value.is_string()) return std::nullopt;
  const std::string_view text = value.as_string();
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error == std::errc{} && end == text.data() + text.size()) return milliseconds(ms);
  return eql::parse_date(text);
}

// Keeps the order of signed numbers; what is no number sorts last, as absent.
std::uint64_t tiebreaker_of(const Value& value) {
  constexpr std::uint64_t kBias = std::uint64_t{1} << 63U;
  if (value.kind() == Value::Kind::kInt) return static_cast<std::uint64_t>(value.as_int()) + kBias;
  std::int64_t number = 0;
  const std::string_view text = value.is_string() ? value.as_string() : std::string_view{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size())
    return static_cast<std::uint64_t>(number) + kBias;
  return std::numeric_limits<std::uint64_t>::max();
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

struct Reader::State {
  State(const event::FieldTable& table, FieldNames field_names) : fields(table), names(std::move(field_names)) {
    timestamp = fields.find(names.timestamp);
    tiebreaker = fields.find(names.tiebreaker);
    category = fields.find(names.category);
    id = fields.find(names.id);
  }

  const event::FieldTable& fields;
  FieldNames names;
  std::optional<FieldId> timestamp, tiebreaker, category, id;
  simdjson::dom::parser parser;
  simdjson::padded_string padded;
  std::string path;
  std::unordered_map<std::uint16_t, std::vector<Value>> bags;
  std::string error;
  ReaderCounters counters;

  bool collect(const simdjson::dom::element& element, std::size_t depth);
  bool collect_object(const simdjson::dom::object& object, std::size_t depth);
  bool collect_array(const simdjson::dom::array& array, std::size_t depth);
  void fill(std::uint64_t arrival, event::Event& out);
  bool refuse(std::string why);
  Value first(std::optional<FieldId> field) const;
};

// Depth is limited by kMaxDepth, so these may recurse.
bool Reader::State::collect(const simdjson::dom::element& element, std::size_t depth) {
  if (depth > kMaxDepth) return false;
  if (element.is_object()) return collect_object(element.get_object().value_unsafe(), depth);
  if (element.is_array()) return collect_array(element.get_array().value_unsafe(), depth);
  const auto field = fields.find(path);
  if (!field) return true;
  if (const auto value = scalar(element)) bags[static_cast<std::uint16_t>(*field)].push_back(*value);
  return true;
}

bool Reader::State::collect_object(const simdjson::dom::object& object, std::size_t depth) {
  const std::size_t outer = path.size();
  for (const auto& [key, element] : object) {
    if (outer > 0) path += '.';
    path += key;
    const bool fine = collect(element, depth + 1);
    path.resize(outer);
    if (!fine) return false;
  }
  return true;
}

bool Reader::State::collect_array(const simdjson::dom::array& array, std::size_t depth) {
  return std::all_of(array.begin(), array.end(),
                     [&](const simdjson::dom::element& element) { return collect(element, depth + 1); });
}

Value Reader::State::first(std::optional<FieldId> field) const {
  if (!field) return {};
  const auto it = bags.find(static_cast<std::uint16_t>(*field));
  return it == bags.end() || it->second.empty() ? Value() : it->second.front();
}

void Reader::State::fill(std::uint64_t arrival, event::Event& out) {
  out.clear();
  for (const auto& [field, values] : bags) out.set(static_cast<FieldId>(field), values);
  const auto time = time_of(first(timestamp));
  if (!time) ++counters.without_time;
  out.order = {time.value_or(EventTime{}), tiebreaker_of(first(tiebreaker)), arrival};
  // The names that EQL's categories and alerts go by.
  if (category && *category != FieldId::kEventCategory) {
    const auto it = bags.find(static_cast<std::uint16_t>(*category));
    if (it != bags.end()) out.set(FieldId::kEventCategory, it->second);
  }
  if (id && *id != FieldId::kEventId) out.set(FieldId::kEventId, first(id));
}

bool Reader::State::refuse(std::string why) {
  ++counters.bad_lines;
  error = std::move(why);
  return false;
}

void declare_fields(const FieldNames& names, event::FieldTable& fields) {
  for (const std::string* name : {&names.timestamp, &names.tiebreaker, &names.category, &names.id}) {
    if (!name->empty()) fields.intern(*name);
  }
  for (const std::string& name : names.dates) fields.set_type(fields.intern(name), event::FieldType::kDate);
  if (const auto time = fields.find(names.timestamp)) fields.set_type(*time, event::FieldType::kDate);
}

Reader::Reader(const event::FieldTable& fields, FieldNames names)
    : state_(std::make_unique<State>(fields, std::move(names))) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

bool Reader::read(std::string_view line, std::uint64_t arrival, event::Event& out) {
  State& s = *state_;
  if (is_blank(line)) return false;
  ++s.counters.lines;
  s.padded = simdjson::padded_string(line);
  const auto parsed = s.parser.parse(s.padded);
  if (parsed.error() != simdjson::SUCCESS) return s.refuse(simdjson::error_message(parsed.error()));
  if (!parsed.is_object()) return s.refuse("not a JSON object");
  for (auto& [field, values] : s.bags) values.clear();
  s.path.clear();
  if (!s.collect(parsed.value_unsafe(), 0)) return s.refuse("nested too deep");
  s.fill(arrival, out);
  ++s.counters.events;
  return true;
}

std::string_view Reader::error() const { return state_->error; }
const ReaderCounters& Reader::counters() const { return state_->counters; }

}  // namespace audisp_eql::ndjson
