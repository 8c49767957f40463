// SPDX-License-Identifier: Apache-2.0
#include "lib/auparse/parser.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include <auparse.h>

namespace audisp_eql::auparse {
namespace {

// What auparse_init() is given to read; never seen by anybody.
constexpr char kNothing[] = "";

// What is held on to between groups, whatever a long argument list needed.
constexpr std::size_t kMaxSpare = 16;
constexpr std::size_t kMaxSpareFields = 128;

struct Destroy {
  void operator()(auparse_state_t* au) const { auparse_destroy(au); }
};

// libauparse 3.0.9 takes other lines for records without a field, crashes when
// asked for the type of one, and leaks it. The grouper lets none through.
bool has_only_records(const audit::RecordGroup& group) {
  return std::all_of(group.records.begin(), group.records.end(), [&](const audit::RawRecord& record) {
    const std::string_view line = group.line(record);
    return line.starts_with("type=") || line.starts_with("node=");
  });
}

std::string_view view_of(const char* text) { return text == nullptr ? std::string_view{} : std::string_view(text); }

}  // namespace

struct Parser::State {
  std::unique_ptr<auparse_state_t, Destroy> au;
  audit::ParsedGroup group;
  std::vector<audit::ParsedRecord> spare;  // records not in use, for their storage
  ParserCounters counters;

  void recycle();
  void read_records();
  void read_record();
};

Parser::Parser() : state_(std::make_unique<State>()) {
  state_->au.reset(auparse_init(AUSOURCE_BUFFER, kNothing));
  if (!state_->au) throw std::bad_alloc();
  auparse_set_escape_mode(state_->au.get(), AUPARSE_ESC_RAW);
}

Parser::~Parser() = default;

const audit::ParsedGroup* Parser::parse(const audit::RecordGroup& group) {
  State& state = *state_;
  ++state.counters.groups;
  state.recycle();
  if (!has_only_records(group) || auparse_new_buffer(state.au.get(), group.text.data(), group.text.size()) != 0 ||
      auparse_next_event(state.au.get()) <= 0) {
    ++state.counters.refused_groups;
    return nullptr;
  }
  state.group.node = group.node;
  state.group.time = group.time;
  state.group.serial = group.serial;
  state.group.incomplete = group.incomplete;
  state.group.truncated = group.truncated;
  state.read_records();
  return &state.group;
}

void Parser::State::recycle() {
  for (audit::ParsedRecord& record : group.records) {
    if (spare.size() < kMaxSpare && record.fields.capacity() <= kMaxSpareFields) spare.push_back(std::move(record));
  }
  group.records.clear();
}

void Parser::State::read_records() {
  if (auparse_first_record(au.get()) <= 0) return;
  do {
    ++counters.records;
    // See has_only_records(): the same, were one to come some other way.
    if (auparse_get_num_fields(au.get()) == 0 || auparse_first_field(au.get()) <= 0) {
      ++counters.empty_records;
      continue;
    }
    read_record();
  } while (auparse_next_record(au.get()) > 0);
}

void Parser::State::read_record() {
  audit::ParsedRecord record;
  if (!spare.empty()) {
    record = std::move(spare.back());
    spare.pop_back();
  }
  record.type = auparse_get_type(au.get());
  record.fields.clear();
  do {
    // The library's own storage: it stays until the next buffer is set.
    const std::string_view name = view_of(auparse_get_field_name(au.get()));
    const std::string_view value = view_of(auparse_get_field_str(au.get()));
    if (!name.empty() && value.data() != nullptr) record.fields.push_back({name, value});
  } while (auparse_next_field(au.get()) > 0);
  group.records.push_back(std::move(record));
}

const char* Parser::library_version() { return AUDISP_EQL_AUPARSE_VERSION; }

const ParserCounters& Parser::counters() const { return state_->counters; }

}  // namespace audisp_eql::auparse
