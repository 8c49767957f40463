// SPDX-License-Identifier: Apache-2.0
// libauparse, one finished event at a time: it splits the argument records of system
// calls and all records of user space into fields; the others are split without it
// (raw_fields.h). The only folder that includes auparse.h. Raw values only: nothing
// is interpreted, so no passwd look-ups, no enriched text, no process-wide lists.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/audit/record.h"

namespace audisp_eql::auparse {

struct ParserCounters {
  std::uint64_t groups = 0;
  std::uint64_t records = 0;
  std::uint64_t refused_groups = 0;  // no records, or libauparse found no event in them
  std::uint64_t empty_records = 0;   // without any field (would crash libauparse 3.0.9's type look-up)
};

// libauparse 3.0.9 keeps process-wide state (static tables in its interpret.c):
// one Parser per process, used by one thread. Asserted in debug builds.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // The parsed records, those that libauparse splits last, valid until the next parse
  // and as long as the group; nullptr when libauparse refuses the group. Never throws
  // on any bytes.
  const audit::ParsedGroup* parse(const audit::RecordGroup& group);
  const audit::ParsedGroup* parse(audit::RecordGroup&& group) = delete;  // it would be gone

  [[nodiscard]] const ParserCounters& counters() const;

  // The version of libauparse that this was built against, for --version.
  [[nodiscard]] static const char* library_version();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::auparse
