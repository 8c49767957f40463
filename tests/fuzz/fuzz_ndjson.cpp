// SPDX-License-Identifier: Apache-2.0
// Any bytes as exported events: bad lines are counted, the rest is read.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/ndjson/sorted_log.h"

using namespace audisp_eql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  event::FieldTable fields;
  ndjson::FieldNames names;
  names.dates = {"date"};
  ndjson::declare_fields(names, fields);
  ndjson::SortedLog log(ndjson::Reader(fields, names));
  log.add("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  std::size_t seen = 0;
  log.replay(ndjson::ReplayOrder::kEvent, [&seen](const event::Event& event) { seen += event.own().fields().size(); });
  return 0;
}
