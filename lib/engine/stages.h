// SPDX-License-Identifier: Apache-2.0
// The way of the bytes up to the engine in two stages that share nothing but what
// goes from one to the other, so that each may have a thread of its own: bytes to
// groups of records, groups to what the engine is told.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/audit/grouper.h"
#include "lib/audit/lines.h"
#include "lib/audit/normalize.h"
#include "lib/auparse/parser.h"
#include "lib/engine/engine.h"

namespace audisp_eql::engine {

class Intake {
 public:
  explicit Intake(const audit::GrouperLimits& limits = {}, std::size_t max_line = audit::kDefaultMaxLine)
      : splitter_(max_line), grouper_(selection_, limits) {}
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  void set_selection(const audit::SelectionRequest& request);
  void set_format(audit::LineFormat format) { grouper_.set_format(format); }
  void set_default_node(std::string node) { grouper_.set_default_node(std::move(node)); }

  // REQUIRES: next() or take() has come to the end of what was fed before.
  void feed(std::string_view bytes);
  // Half-arrived events are given up; of a file also its last line without newline.
  void flush() { grouper_.flush(); }
  void end_of_input();

  // The next complete group, or nullptr: feed more. Valid until the next call of
  // any member.
  const audit::RecordGroup* next();
  // The same, with its storage, for that of `into`. False: feed more.
  [[nodiscard]] bool take(audit::RecordGroup& into);

  [[nodiscard]] const audit::Grouper& grouper() const { return grouper_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t overlong_lines() const { return splitter_.overlong_lines(); }

 private:
  audit::LineSplitter splitter_;
  audit::Selection selection_;
  audit::Grouper grouper_;
  std::uint64_t bytes_ = 0;
};

// A SYSTEM_BOOT record.
struct Boot {
  std::string_view node;
  entity::Moment when;
};
using Occurrence = std::variant<audit::AuditEvent, Boot>;

class Decoder {
 public:
  // What the engine is to be told of the group, if anything. Its `node` is a view
  // into the group, all else its own.
  [[nodiscard]] std::optional<Occurrence> decode(const audit::RecordGroup& group);

  [[nodiscard]] const auparse::ParserCounters& parser_counters() const { return parser_.counters(); }
  [[nodiscard]] const audit::NormalizeCounters& counters() const { return normalizer_.counters(); }
  [[nodiscard]] const std::optional<EventTime>& first_time() const { return first_time_; }
  [[nodiscard]] const std::optional<EventTime>& last_time() const { return last_time_; }
  void set_last_time(EventTime time) { last_time_ = time; }
  // From DAEMON_START; empty if none came.
  [[nodiscard]] const std::string& auditd_version() const { return auditd_version_; }
  [[nodiscard]] const std::string& auditd_format() const { return auditd_format_; }

 private:
  void note_daemon(const audit::ParsedRecord& record);

  auparse::Parser parser_;
  audit::Normalizer normalizer_;
  std::optional<EventTime> first_time_, last_time_;
  std::string auditd_version_, auditd_format_;
};

// Tells the engine.
void give(const Occurrence& occurrence, Engine& engine, std::vector<alert::Alert>& out);

}  // namespace audisp_eql::engine
