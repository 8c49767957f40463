// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/pipeline.h"

#include <algorithm>
#include <utility>

#include <linux/audit.h>

#include "lib/base/escape.h"

namespace audisp_eql::engine {
namespace {

// libaudit.h has it; the kernel's header stops short of records of user space.
constexpr int kSystemBoot = 1127;

}  // namespace

struct Pipeline::State {
  explicit State(PipelineOptions options)
      : splitter(options.max_line), engine(std::move(options.engine)), grouper(selection, options.grouper) {}

  audit::LineSplitter splitter;
  Engine engine;
  audit::Selection selection;
  audit::Grouper grouper;
  auparse::Parser parser;
  audit::Normalizer normalizer;
  std::uint64_t bytes = 0;
  std::optional<EventTime> first_time, last_time;
  std::string auditd_version, auditd_format;

  void line(std::string_view text, std::vector<alert::Alert>& out);
  void drain(std::vector<alert::Alert>& out);
  void note_daemon(const audit::ParsedGroup& group);
};

void Pipeline::State::line(std::string_view text, std::vector<alert::Alert>& out) {
  grouper.add(text);
  drain(out);
}

void Pipeline::State::drain(std::vector<alert::Alert>& out) {
  while (const audit::RecordGroup* group = grouper.next()) {
    const audit::ParsedGroup* parsed = parser.parse(*group);
    if (parsed == nullptr || parsed->records.empty()) continue;
    const int type = parsed->records.front().type;
    if (type == kSystemBoot) engine.boot(parsed->node, {parsed->time, parsed->serial});
    if (type == AUDIT_DAEMON_START) note_daemon(*parsed);
    const auto event = normalizer.normalize(*parsed);
    if (!event) continue;
    first_time = first_time ? std::min(*first_time, event->time) : event->time;
    last_time = last_time ? std::max(*last_time, event->time) : event->time;
    engine.handle(*event, out);
  }
}

void Pipeline::State::note_daemon(const audit::ParsedGroup& group) {
  const audit::ParsedRecord& record = group.records.front();
  auditd_version = escape_printable(record.find("ver"));
  auditd_format = escape_printable(record.find("format"));
}

Pipeline::Pipeline(PipelineOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Pipeline::~Pipeline() = default;

Engine& Pipeline::engine() { return state_->engine; }

const Engine& Pipeline::engine() const { return state_->engine; }

void Pipeline::set_rules(RuleSet rules) {
  state_->engine.set_rules(std::move(rules));
  state_->selection = audit::Selection(state_->engine.selection());
  state_->grouper.set_selection(state_->selection);
}

void Pipeline::set_format(audit::LineFormat format) { state_->grouper.set_format(format); }

void Pipeline::feed(std::string_view bytes, std::vector<alert::Alert>& out) {
  state_->bytes += bytes.size();
  state_->splitter.feed(bytes);
  while (const auto line = state_->splitter.next()) state_->line(*line, out);
}

void Pipeline::idle(std::vector<alert::Alert>& out) {
  state_->grouper.flush();
  state_->drain(out);
  state_->engine.advance(state_->grouper.newest(), out);
}

void Pipeline::end_of_input(std::vector<alert::Alert>& out) {
  if (const auto line = state_->splitter.rest()) state_->line(*line, out);
  state_->grouper.flush();
  state_->drain(out);
}

void Pipeline::finish(std::vector<alert::Alert>& out) {
  end_of_input(out);
  state_->engine.finish(out);
}

std::string Pipeline::save() const {
  BinaryWriter out;
  out.time(state_->last_time.value_or(EventTime{}));
  state_->engine.save(out);
  return out.take();
}

bool Pipeline::restore(std::string_view saved) {
  BinaryReader in(saved);
  const EventTime last_time = in.time();
  if (!state_->engine.restore(in)) return false;
  if (last_time != EventTime{}) state_->last_time = last_time;
  return true;
}

Stats Pipeline::stats() const {
  const State& s = *state_;
  Stats stats;
  stats.grouper = s.grouper.counters();
  stats.normalize = s.normalizer.counters();
  stats.parser = s.parser.counters();
  stats.engine = s.engine.counters();
  stats.table = s.engine.table_counters();
  stats.sequence = s.engine.sequence_counters();
  stats.overlong_lines = s.splitter.overlong_lines();
  stats.bytes = s.bytes;
  stats.hosts_over_cap = s.engine.hosts_over_cap();
  stats.completed_paths = s.engine.completed_paths();
  stats.processes = s.engine.processes();
  stats.partials = s.engine.partials();
  stats.open_events = s.grouper.open_events();
  stats.hosts = s.engine.hosts();
  stats.first_time = s.first_time;
  stats.last_time = s.last_time;
  stats.auditd_version = s.auditd_version;
  stats.auditd_format = s.auditd_format;
  return stats;
}

}  // namespace audisp_eql::engine
