// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/engine/alert_builder.h"
#include "lib/engine/event_builder.h"
#include "lib/engine/host_table.h"

namespace audisp_eql::engine {
namespace {

using event::FieldId;

// Rules without a deadline of their own are told of log time this often: it
// only frees memory.
constexpr EventTime kAdvanceEvery = seconds(1);

struct ActiveRule {
  Rule rule;
  sequence::Machine machine;
  bool keyed_by_entity = false;
  bool needs_clock = false;
};

// A rule that some events may concern, and where its first stage begins for them.
struct Candidate {
  ActiveRule* rule = nullptr;
  std::uint64_t stages = 0;
  const eql::Program* first = nullptr;
  eql::Program::Position start = 0;
};

// What a rule was waiting for, not yet its own.
struct RestoredRule {
  ActiveRule* rule = nullptr;
  sequence::Machine machine;
};

std::uint64_t stage_bit(std::size_t stage) { return std::uint64_t{1} << std::min<std::size_t>(stage, 63); }

std::uint64_t stages_for(const eql::Query& query, const event::Event& kind) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    if (query.stages[i].predicate.could_match(kind)) mask |= stage_bit(i);
  }
  if (query.until && query.until->predicate.could_match(kind)) mask |= stage_bit(63);
  return mask;
}

bool is_keyed_by_entity(const eql::Query& query) {
  return std::any_of(query.stages.begin(), query.stages.end(), [](const eql::Stage& stage) {
    return std::any_of(stage.keys.begin(), stage.keys.end(), [](const eql::JoinKey& key) {
      return key.field == FieldId::kProcessEntityId || key.field == FieldId::kProcessParentEntityId;
    });
  });
}

bool reads(const RuleSet& set, const ExceptionTable& exceptions, FieldId field) {
  return exceptions.reads(field) || std::any_of(set.rules.begin(), set.rules.end(), [field](const Rule& rule) {
           return std::binary_search(rule.query->fields.begin(), rule.query->fields.end(), field);
         });
}

// Read by a rule, or of use to say which autostart entry it was.
bool wants_units(const RuleSet& set, const ExceptionTable& exceptions) {
  return reads(set, exceptions, FieldId::kProcessSystemdUnit) ||
         reads(set, exceptions, FieldId::kProcessParentSystemdUnit) ||
         std::any_of(set.rules.begin(), set.rules.end(),
                     [](const Rule& rule) { return alert::names_technique(rule.info, alert::kAutostartTechnique); });
}

}  // namespace

struct Engine::State {
  explicit State(EngineOptions engine_options)
      : options(std::move(engine_options)),
        hosts({options.default_host, options.local_nodes, options.max_hosts, options.table, options.proc, {}},
              [this](std::string_view entity_id, entity::Moment when) { end_entity(entity_id, when); }),
        builder(options.user_names, options.named_nodes) {}

  EngineOptions options;
  std::vector<std::unique_ptr<ActiveRule>> rules;
  event::FieldTable fields;
  std::array<std::vector<Candidate>, kEventKinds> by_kind;
  std::vector<Candidate> of_any_kind;  // for exported events
  std::vector<ActiveRule*> clocked;    // that must be told of time at once
  HostTable hosts;
  EventBuilder builder;
  eql::Evaluator evaluator;
  EngineCounters counters;
  ExceptionTable exceptions;
  std::vector<sequence::Match> matches;
  EventTime advanced;
  bool wants_sockets = false;

  void end_entity(std::string_view entity_id, entity::Moment when);
  void index_rules();
  void run(EventKind kind, const event::Event& event, std::vector<alert::Alert>& out);
  void offer(const std::vector<Candidate>& candidates, const event::Event& event, std::vector<alert::Alert>& out);
  void take_matches(ActiveRule& rule, std::vector<alert::Alert>& out);
  void tick(EventTime now, std::vector<alert::Alert>& out);
  void count(EventKind kind);
  void save_rules(BinaryWriter& out) const;
  [[nodiscard]] std::vector<RestoredRule> restore_rules(BinaryReader& in);
  void process_event(Host& host, const audit::AuditEvent& event, std::vector<alert::Alert>& out);
  void give(const audit::AuditEvent& event, const entity::Process& process, std::string_view host_id,
            std::vector<alert::Alert>& out);
};

void Engine::State::end_entity(std::string_view entity_id, entity::Moment when) {
  for (const auto& rule : rules) {
    if (rule->keyed_by_entity) rule->machine.entity_ended(entity_id, when.time);
  }
}

void Engine::State::index_rules() {
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    by_kind[k].clear();
    event::Event kind;
    set_kind(static_cast<EventKind>(k), kind);
    for (const auto& rule : rules) {
      const std::uint64_t stages = stages_for(*rule->rule.query, kind);
      if (stages == 0) continue;
      const eql::Program& first = rule->rule.query->stages.front().predicate;
      by_kind[k].push_back({rule.get(), stages, &first, first.start_for(kind)});
    }
  }
  of_any_kind.clear();
  clocked.clear();
  for (const auto& rule : rules) {
    const eql::Program& first = rule->rule.query->stages.front().predicate;
    of_any_kind.push_back({rule.get(), ~std::uint64_t{0}, &first, first.start()});
    if (rule->needs_clock) clocked.push_back(rule.get());
  }
}

void Engine::State::take_matches(ActiveRule& rule, std::vector<alert::Alert>& out) {
  for (const sequence::Match& match : matches) {
    if (exceptions.takes(rule.rule.info.id, match, evaluator)) {
      ++counters.alerts_excepted;
      continue;
    }
    out.push_back(build_alert(rule.rule, match));
    ++counters.alerts;
    ++counters.alerts_by_rule[rule.rule.info.id];
  }
  matches.clear();
}

void Engine::State::tick(EventTime now, std::vector<alert::Alert>& out) {
  const auto tell = [&](ActiveRule& rule) {
    rule.machine.advance(now, matches);
    if (!matches.empty()) take_matches(rule, out);
  };
  if (now - advanced >= kAdvanceEvery || now < advanced) {
    advanced = now;
    for (const auto& rule : rules) tell(*rule);
  } else {
    for (ActiveRule* rule : clocked) tell(*rule);
  }
}

void Engine::State::run(EventKind kind, const event::Event& event, std::vector<alert::Alert>& out) {
  ++counters.events;
  count(kind);
  tick(event.order.time, out);
  offer(by_kind[static_cast<std::size_t>(kind)], event, out);
}

// Most rules wait for their first stage most of the time, and most events are
// not it: those cost one run of its program.
void Engine::State::offer(const std::vector<Candidate>& candidates, const event::Event& event,
                          std::vector<alert::Alert>& out) {
  for (const Candidate& candidate : candidates) {
    sequence::Machine& machine = candidate.rule->machine;
    const std::uint64_t stages = candidate.stages & machine.open_stages();
    if (stages == 0) continue;
    const bool only_first = stages == stage_bit(0) && !candidate.rule->needs_clock;
    if (only_first && !evaluator.matches(*candidate.first, candidate.start, event)) continue;
    machine.handle(event, stages, evaluator, matches);
    if (!matches.empty()) take_matches(*candidate.rule, out);
  }
}

void Engine::State::count(EventKind kind) {
  switch (kind) {
    case EventKind::kExec: ++counters.exec_events; return;
    case EventKind::kFork: ++counters.fork_events; return;
    case EventKind::kExit: ++counters.exit_events; return;
    case EventKind::kConnect: ++counters.connect_events; return;
    case EventKind::kFileCreation:
    case EventKind::kFileModification:
    case EventKind::kFileRename:
    case EventKind::kFileDeletion: ++counters.file_events; return;
  }
}

void Engine::State::process_event(Host& from, const audit::AuditEvent& event, std::vector<alert::Alert>& out) {
  const std::string_view host_id = event.node.empty() ? std::string_view(from.id) : event.node;
  if (std::holds_alternative<audit::Fork>(event.what)) {
    const entity::Process* child = from.table.apply_fork(event);
    if (child != nullptr) run(EventKind::kFork, builder.build(event, EventKind::kFork, *child, host_id), out);
    return;
  }
  const entity::Process* process = from.table.apply(event);
  if (const auto born = from.table.just_born()) {
    audit::AuditEvent fork;
    fork.node = event.node;
    fork.time = born->time;
    fork.serial = born->serial;
    fork.syscall = event.syscall;
    fork.syscall.name = "clone3";
    fork.what = audit::Fork{process->pid, audit::Fork::Sureness::kProcess};
    run(EventKind::kFork, builder.build(fork, EventKind::kFork, *process, host_id), out);
  }
  if (const auto* opened = std::get_if<audit::OpenedDirectory>(&event.what)) {
    if (!from.is_shared) from.directories.learn(process->entity_id, *opened, event.time);
  } else if (std::holds_alternative<audit::Socket>(event.what)) {
    return;  // the table has learnt it
  } else if (std::holds_alternative<audit::FileChange>(event.what)) {
    audit::AuditEvent known = event;
    if (!from.is_shared) {
      from.directories.complete(process->entity_id, std::get<audit::FileChange>(known.what), known.time);
    }
    give(known, *process, host_id, out);
  } else {
    give(event, *process, host_id, out);
  }
}

void Engine::State::give(const audit::AuditEvent& event, const entity::Process& process, std::string_view host_id,
                         std::vector<alert::Alert>& out) {
  const EventKind kind = kind_of(event);
  run(kind, builder.build(event, kind, process, host_id), out);
}

void Engine::State::save_rules(BinaryWriter& out) const {
  event::SavedFields::save(fields, out);
  out.number(rules.size());
  for (const auto& rule : rules) {
    BinaryWriter state;
    rule->machine.save(state);
    out.text(rule->rule.info.id);
    out.text(rule->rule.query_text);
    out.text(state.bytes());
  }
}

std::vector<RestoredRule> Engine::State::restore_rules(BinaryReader& in) {
  std::vector<RestoredRule> restored;
  const event::SavedFields saved_fields(in, fields);
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::string_view id = in.text();
    const std::string_view query_text = in.text();
    BinaryReader state(in.text());
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& active) {
      return active->rule.info.id == id && active->rule.query_text == query_text;
    });
    if (rule == rules.end() || !in.ok()) continue;
    restored.push_back({rule->get(), sequence::Machine(*(*rule)->rule.query, options.sequence)});
    in.require(restored.back().machine.restore(state, saved_fields));
  }
  return restored;
}

Engine::Engine(EngineOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::set_rules(RuleSet set) {
  State& s = *state_;
  s.exceptions.set(std::move(set.exceptions));
  s.builder.set_needs(CommandLines{reads(set, s.exceptions, FieldId::kProcessCommandLine),
                                   reads(set, s.exceptions, FieldId::kProcessParentCommandLine)});
  s.hosts.set_unit_source(wants_units(set, s.exceptions) ? s.options.unit : entity::UnitSource{});
  const bool wants_sockets = reads(set, s.exceptions, FieldId::kNetworkTransport);
  std::vector<std::unique_ptr<ActiveRule>> rules;
  for (Rule& rule : set.rules) {
    const auto old = std::find_if(s.rules.begin(), s.rules.end(), [&rule](const auto& active) {
      return active != nullptr && active->rule.info.id == rule.info.id && active->rule.query_text == rule.query_text;
    });
    if (old != s.rules.end()) {
      // The machine keeps its own compiled query; the words around it may be new.
      rule.query = std::move((*old)->rule.query);
      (*old)->rule = std::move(rule);
      rules.push_back(std::move(*old));
      continue;
    }
    sequence::Machine machine(*rule.query, s.options.sequence);
    const bool keyed = is_keyed_by_entity(*rule.query);
    const bool clock = rule.query->needs_clock();
    rules.push_back(std::make_unique<ActiveRule>(ActiveRule{std::move(rule), std::move(machine), keyed, clock}));
  }
  s.wants_sockets = wants_sockets;
  if (!wants_sockets) s.hosts.forget_sockets();
  s.rules = std::move(rules);
  s.fields = std::move(set.fields);
  s.index_rules();
}

const event::FieldTable& Engine::fields() const { return state_->fields; }
std::size_t Engine::rule_count() const { return state_->rules.size(); }
bool Engine::is_local(std::string_view node) const { return state_->hosts.is_local(node); }

audit::SelectionRequest Engine::selection() const {
  audit::SelectionRequest request;
  request.connect = !state_->by_kind[static_cast<std::size_t>(EventKind::kConnect)].empty();
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (is_file(static_cast<EventKind>(k)) && !state_->by_kind[k].empty()) request.files = true;
  }
  request.sockets = request.connect && state_->wants_sockets;
  return request;
}

void Engine::load_processes(const std::vector<entity::ProcEntry>& snapshot, EventTime taken) {
  state_->hosts.host("").table.load(snapshot, taken);
}

void Engine::save(BinaryWriter& out) const {
  state_->hosts.save(out);
  state_->save_rules(out);
}

bool Engine::restore(BinaryReader& in) {
  State& s = *state_;
  HostTable::Hosts hosts = s.hosts.restore(in);
  std::vector<RestoredRule> rules = s.restore_rules(in);
  if (!in.is_done()) return false;
  for (RestoredRule& restored : rules) restored.rule->machine = std::move(restored.machine);
  s.hosts.replace(std::move(hosts));  // the rules hear of those that are over a cap
  if (!s.wants_sockets) s.hosts.forget_sockets();
  return true;
}

void Engine::handle(const audit::AuditEvent& event, std::vector<alert::Alert>& out) {
  State& s = *state_;
  const bool own_pid = s.options.own_pid != 0 && event.syscall.pid == s.options.own_pid;
  if (own_pid && event.time >= s.options.own_start && s.hosts.is_local(event.node)) {
    ++s.counters.own_events;
    return;
  }
  Host& from = s.hosts.host(event.node);
  if (from.began_anew(event.serial)) from.table.boot({event.time, event.serial});
  from.last_serial = event.serial;
  if (!from.recent.insert({event.time, event.serial})) {
    ++s.counters.repeated_events;
    return;
  }
  s.process_event(from, event, out);
}

void Engine::handle(const event::Event& event, std::vector<alert::Alert>& out) {
  State& s = *state_;
  ++s.counters.events;
  s.tick(event.order.time, out);
  s.offer(s.of_any_kind, event, out);
}

void Engine::boot(std::string_view node, entity::Moment when) {
  Host& from = state_->hosts.host(node);
  if (from.is_shared || (from.last_serial != 0 && when.serial >= from.last_serial)) {
    ++state_->counters.boots_refused;
    return;
  }
  from.table.boot(when);
  from.last_serial = when.serial;
}

void Engine::advance(EventTime now, std::vector<alert::Alert>& out) { state_->tick(now, out); }

void Engine::finish(std::vector<alert::Alert>& out) {
  for (const auto& rule : state_->rules) {
    rule->machine.finish(state_->matches);
    state_->take_matches(*rule, out);
  }
}

const EngineCounters& Engine::counters() const { return state_->counters; }
std::vector<ExceptionHits> Engine::exception_hits() const { return state_->exceptions.hits(); }

entity::TableCounters Engine::table_counters() const { return state_->hosts.counters(); }
std::uint64_t Engine::completed_paths() const { return state_->hosts.completed_paths(); }

sequence::Counters Engine::sequence_counters() const {
  sequence::Counters sum;
  for (const auto& rule : state_->rules) {
    const sequence::Counters& c = rule->machine.counters();
    sum.matches += c.matches;
    sum.evicted_partials += c.evicted_partials;
    sum.expired_partials += c.expired_partials;
    sum.oversized_keys += c.oversized_keys;
    sum.dropped_tuples += c.dropped_tuples;
    sum.forgotten_keys += c.forgotten_keys;
    sum.dropped_matches += c.dropped_matches;
    sum.clock_rebases += c.clock_rebases;
  }
  return sum;
}

std::vector<std::string> Engine::hosts() const { return state_->hosts.ids(); }
std::uint64_t Engine::hosts_over_cap() const { return state_->hosts.over_cap(); }
std::size_t Engine::processes() const { return state_->hosts.processes(); }

std::size_t Engine::partials() const {
  std::size_t n = 0;
  for (const auto& rule : state_->rules) n += rule->machine.partials();
  return n;
}

}  // namespace audisp_eql::engine
