// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/type.h"

namespace audisp_eql::eql {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::kAny: return "a value";
    case Type::kNull: return "null";
    case Type::kBool: return "a boolean";
    case Type::kNumber: return "a number";
    case Type::kText: return "text";
    case Type::kIp: return "an address";
    case Type::kDate: return "a date";
    case Type::kVersion: return "a version";
  }
  return "a value";
}

Type type_of(event::FieldType type) {
  switch (type) {
    case event::FieldType::kKeyword: return Type::kText;
    case event::FieldType::kLong:
    case event::FieldType::kDouble: return Type::kNumber;
    case event::FieldType::kBoolean: return Type::kBool;
    case event::FieldType::kIp: return Type::kIp;
    case event::FieldType::kDate: return Type::kDate;
    case event::FieldType::kVersion: return Type::kVersion;
    case event::FieldType::kAny: break;
  }
  return Type::kAny;
}

Type type_of(const Constant& constant) {
  switch (as_value(constant).kind()) {
    case event::Value::Kind::kNull: return Type::kNull;
    case event::Value::Kind::kBool: return Type::kBool;
    case event::Value::Kind::kInt:
    case event::Value::Kind::kDouble: return Type::kNumber;
    case event::Value::Kind::kString: return Type::kText;
  }
  return Type::kAny;
}

CompareMode mode_of(Type type, Origin origin) {
  switch (type) {
    case Type::kNumber: return origin == Origin::kField ? CompareMode::kNumber : CompareMode::kByValue;
    case Type::kIp: return CompareMode::kIp;
    case Type::kDate: return CompareMode::kDate;
    case Type::kVersion: return CompareMode::kVersion;
    default: return CompareMode::kByValue;
  }
}

CompareMode common_mode(CompareMode a, CompareMode b) {
  if (a == b || b == CompareMode::kByValue) return a;
  return a == CompareMode::kByValue ? b : CompareMode::kByValue;
}

}  // namespace audisp_eql::eql
