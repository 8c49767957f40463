// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/pipeline.h"

#include <utility>

#include "lib/engine/stages.h"

namespace audisp_eql::engine {

struct Pipeline::State {
  explicit State(PipelineOptions options)
      : intake(options.grouper, options.max_line), engine(std::move(options.engine)) {}

  Intake intake;
  Decoder decoder;
  Engine engine;

  void drain(std::vector<alert::Alert>& out);
};

void Pipeline::State::drain(std::vector<alert::Alert>& out) {
  while (const audit::RecordGroup* group = intake.next()) {
    if (const auto occurrence = decoder.decode(*group)) give(*occurrence, engine, out);
  }
}

Pipeline::Pipeline(PipelineOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Pipeline::~Pipeline() = default;

Engine& Pipeline::engine() { return state_->engine; }

const Engine& Pipeline::engine() const { return state_->engine; }

void Pipeline::set_rules(RuleSet rules) {
  state_->engine.set_rules(std::move(rules));
  state_->intake.set_selection(state_->engine.selection());
}

void Pipeline::set_format(audit::LineFormat format) { state_->intake.set_format(format); }

void Pipeline::set_default_node(std::string node) { state_->intake.set_default_node(std::move(node)); }

void Pipeline::feed(std::string_view bytes, std::vector<alert::Alert>& out) {
  state_->intake.feed(bytes);
  state_->drain(out);
}

void Pipeline::idle(std::vector<alert::Alert>& out) {
  state_->intake.flush();
  state_->drain(out);
  state_->engine.advance(state_->intake.grouper().newest(), out);
}

void Pipeline::end_of_input(std::vector<alert::Alert>& out) {
  state_->intake.end_of_input();
  state_->drain(out);
}

void Pipeline::finish(std::vector<alert::Alert>& out) {
  end_of_input(out);
  state_->engine.finish(out);
}

std::string Pipeline::save() const {
  BinaryWriter out;
  out.time(state_->decoder.last_time().value_or(EventTime{}));
  state_->engine.save(out);
  return out.take();
}

bool Pipeline::restore(std::string_view saved) {
  BinaryReader in(saved);
  const EventTime last_time = in.time();
  if (!state_->engine.restore(in)) return false;
  if (last_time != EventTime{}) state_->decoder.set_last_time(last_time);
  return true;
}

Stats Pipeline::stats() const { return stats_of(state_->intake, state_->decoder, state_->engine); }

Stats stats_of(const Intake& intake, const Decoder& decoder, const Engine& engine) {
  Stats stats;
  stats.grouper = intake.grouper().counters();
  stats.normalize = decoder.counters();
  stats.parser = decoder.parser_counters();
  stats.engine = engine.counters();
  stats.table = engine.table_counters();
  stats.sequence = engine.sequence_counters();
  stats.overlong_lines = intake.overlong_lines();
  stats.bytes = intake.bytes();
  stats.hosts_over_cap = engine.hosts_over_cap();
  stats.completed_paths = engine.completed_paths();
  stats.processes = engine.processes();
  stats.partials = engine.partials();
  stats.open_events = intake.grouper().open_events();
  stats.hosts = engine.hosts();
  stats.first_time = decoder.first_time();
  stats.last_time = decoder.last_time();
  stats.auditd_version = decoder.auditd_version();
  stats.auditd_format = decoder.auditd_format();
  return stats;
}

}  // namespace audisp_eql::engine
