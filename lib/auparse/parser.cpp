// SPDX-License-Identifier: Apache-2.0
#include "lib/auparse/parser.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <auparse.h>
#include <libaudit.h>

#include "lib/audit/raw_fields.h"

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
bool is_record(std::string_view line) { return line.starts_with("type=") || line.starts_with("node="); }

std::string_view view_of(const char* text) { return text == nullptr ? std::string_view{} : std::string_view(text); }

}  // namespace

struct Parser::State {
  std::unique_ptr<auparse_state_t, Destroy> au;
  audit::ParsedGroup group;
  std::vector<audit::ParsedRecord> spare;  // records not in use, for their storage
  std::string scratch;
  ParserCounters counters;

  void recycle();
  audit::ParsedRecord& add_record(int type);
  std::string_view split_records(const audit::RecordGroup& from);
  bool parse_rest(std::string_view text);
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
  const bool only_records = std::all_of(group.records.begin(), group.records.end(),
                                        [&](const audit::RawRecord& record) { return is_record(group.line(record)); });
  if (group.records.empty() || !only_records || !state.parse_rest(state.split_records(group))) {
    ++state.counters.refused_groups;
    return nullptr;
  }
  state.group.node = group.node;
  state.group.time = group.time;
  state.group.serial = group.serial;
  state.group.incomplete = group.incomplete;
  state.group.truncated = group.truncated;
  return &state.group;
}

void Parser::State::recycle() {
  for (audit::ParsedRecord& record : group.records) {
    if (spare.size() < kMaxSpare && record.fields.capacity() <= kMaxSpareFields) spare.push_back(std::move(record));
  }
  group.records.clear();
}

audit::ParsedRecord& Parser::State::add_record(int type) {
  if (spare.empty()) {
    group.records.emplace_back();
  } else {
    group.records.push_back(std::move(spare.back()));
    spare.pop_back();
  }
  audit::ParsedRecord& record = group.records.back();
  record.type = type;
  record.fields.clear();
  return record;
}

// Splits the records that it can, and returns the lines of all others.
std::string_view Parser::State::split_records(const audit::RecordGroup& from) {
  scratch.clear();
  for (const audit::RawRecord& record : from.records) {
    const std::string_view line = from.line(record);
    if (audit::is_splittable(record.type)) {
      ++counters.records;
      audit::split_record(record.type, line, add_record(record.type).fields);
    } else {
      scratch.append(line) += '\n';
    }
  }
  return scratch;
}

bool Parser::State::parse_rest(std::string_view text) {
  if (text.empty()) return true;
  if (auparse_new_buffer(au.get(), text.data(), text.size()) != 0 || auparse_next_event(au.get()) <= 0) return false;
  read_records();
  return true;
}

void Parser::State::read_records() {
  if (auparse_first_record(au.get()) <= 0) return;
  do {
    ++counters.records;
    // See is_record(): the same, were one to come some other way.
    if (auparse_get_num_fields(au.get()) == 0 || auparse_first_field(au.get()) <= 0) {
      ++counters.empty_records;
      continue;
    }
    read_record();
  } while (auparse_next_record(au.get()) > 0);
}

void Parser::State::read_record() {
  audit::ParsedRecord& record = add_record(auparse_get_type(au.get()));
  do {
    // The library's own storage: it stays until the next buffer is set.
    const std::string_view name = view_of(auparse_get_field_name(au.get()));
    const std::string_view value = view_of(auparse_get_field_str(au.get()));
    if (!name.empty() && value.data() != nullptr) record.fields.push_back({name, value});
  } while (auparse_next_field(au.get()) > 0);
}

const char* Parser::library_version() { return AUDISP_EQL_AUPARSE_VERSION; }

const ParserCounters& Parser::counters() const { return state_->counters; }

}  // namespace audisp_eql::auparse
