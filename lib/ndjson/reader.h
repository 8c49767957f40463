// SPDX-License-Identifier: Apache-2.0
// Exported events (Elastic Defend, Auditbeat, any JSON lines) as Events: one
// JSON object a line, nested or dotted keys, arrays as bags. Only fields that
// rules mention are kept. simdjson stays in reader.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/event.h"
#include "lib/event/schema.h"

namespace audisp_eql::ndjson {

// Where the events keep what ordering and categories need. An empty tiebreaker
// means there is none.
struct FieldNames {
  std::string timestamp = "@timestamp";
  std::string tiebreaker = "event.sequence";
  std::string category = "event.category";
  std::string id = "event.id";
  std::vector<std::string> dates;  // further fields that hold dates
};

// Interns the names and sets their types. Before rules are compiled against `fields`.
void declare_fields(const FieldNames& names, event::FieldTable& fields);

struct ReaderCounters {
  std::uint64_t lines = 0;  // blank ones aside
  std::uint64_t events = 0;
  std::uint64_t bad_lines = 0;     // no JSON object, or nested deeper than kMaxDepth
  std::uint64_t without_time = 0;  // events without a readable timestamp; ordered first
};

inline constexpr std::size_t kMaxDepth = 64;

class Reader {
 public:
  // REQUIRES: `fields` outlives the reader and grows no more.
  Reader(const event::FieldTable& fields, FieldNames names);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // Fills `out` from one line; false for a blank or bad one. `arrival` is the
  // event's place among events with equal time and tiebreaker. `out` views the
  // reader's storage until the next read.
  bool read(std::string_view line, std::uint64_t arrival, event::Event& out);

  // Why the last bad line was refused.
  [[nodiscard]] std::string_view error() const;
  [[nodiscard]] const ReaderCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::ndjson
