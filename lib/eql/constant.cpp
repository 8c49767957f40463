// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/constant.h"

#include <fmt/format.h>

#include "lib/eql/number.h"

namespace audisp_eql::eql {

event::Value as_value(const Constant& constant) {
  if (const auto* text = std::get_if<std::string>(&constant)) return event::Value::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&constant)) return event::Value::integer(*number);
  if (const auto* number = std::get_if<double>(&constant)) return event::Value::real(*number);
  if (const auto* flag = std::get_if<bool>(&constant)) return event::Value::boolean(*flag);
  return {};
}

Constant to_constant(const event::Value& value) {
  switch (value.kind()) {
    case event::Value::Kind::kNull: return std::monostate{};
    case event::Value::Kind::kBool: return value.as_bool();
    case event::Value::Kind::kInt: return value.as_int();
    case event::Value::Kind::kDouble: return value.as_double();
    case event::Value::Kind::kString: return std::string(value.as_string());
  }
  return std::monostate{};
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{{{:02x}}}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

std::string dump_constant(const Constant& constant) {
  const event::Value value = as_value(constant);
  if (value.is_null()) return "null";
  if (value.is_string()) return quoted(value.as_string());
  NumberBuffer buffer;
  return std::string(text_of(value, buffer));
}

}  // namespace audisp_eql::eql
