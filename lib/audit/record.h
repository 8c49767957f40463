// SPDX-License-Identifier: Apache-2.0
// Audit records as they come: lines, grouped by event. Bytes, not text; nothing
// is decoded here and nothing after 0x1D (the enriched half) is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"

namespace audisp_eql::audit {

// One line `[node=N ]type=T msg=audit(S.MS:SERIAL): BODY`.
struct LineHeader {
  std::string_view node;  // without `node=`; empty when absent
  int type = 0;           // linux/audit.h AUDIT_*; -1 when libaudit knows no such name
  EventTime time;
  std::uint64_t serial = 0;
  std::size_t body = 0;  // offset of BODY in the line
};

// A record of a group: a slice of RecordGroup::text.
struct RawRecord {
  int type = 0;
  std::uint32_t offset = 0;  // of the line
  std::uint32_t length = 0;  // without its newline
};

// The records of one event (node, time, serial), each line ending in '\n', cut
// at 0x1D and without fields that nothing reads (raw_fields.h).
struct RecordGroup {
  std::string node;
  EventTime time;
  std::uint64_t serial = 0;
  std::string text;
  std::vector<RawRecord> records;
  bool incomplete = false;  // given up without EOE or PROCTITLE
  bool truncated = false;   // argument bytes were left out to keep a cap

  [[nodiscard]] std::string_view line(const RawRecord& r) const {
    return std::string_view(text).substr(r.offset, r.length);
  }
  void clear();
};

// A record after parsing: names and raw values, views into storage of the parser or
// the group, valid until its next parse.
struct Field {
  std::string_view name;
  std::string_view value;  // as in the record: quotes and hex not decoded
};

struct ParsedRecord {
  int type = 0;
  std::vector<Field> fields;

  // Value of the first field so named; empty view with null data() when absent.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

struct ParsedGroup {
  std::string_view node;
  EventTime time;
  std::uint64_t serial = 0;
  bool incomplete = false;
  bool truncated = false;
  std::vector<ParsedRecord> records;
};

}  // namespace audisp_eql::audit
