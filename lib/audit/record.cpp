// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/record.h"

namespace audisp_eql::audit {

void RecordGroup::clear() {
  node.clear();
  time = {};
  serial = 0;
  text.clear();
  records.clear();
  incomplete = false;
  truncated = false;
}

std::string_view ParsedRecord::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return field.value.data() == nullptr ? std::string_view("") : field.value;
  }
  return {};
}

}  // namespace audisp_eql::audit
