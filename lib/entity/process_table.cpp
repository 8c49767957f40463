// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/process_table.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lib/entity/image_ledger.h"
#include "lib/entity/process_state.h"
#include "lib/entity/process_store.h"

namespace audisp_eql::entity {
namespace {

// Records of threads that were still inside a system call when another thread
// called exit_group carry times up to a little after it.
constexpr EventTime kExitGrace = seconds(1);

// How far the start that /proc gives and the time of a record may lie apart: a
// tick, and what the wall clock is corrected by meanwhile.
constexpr EventTime kStartTolerance = seconds(1);

constexpr std::uint32_t kInit = 1;

std::uint64_t mix(std::uint64_t h, std::uint64_t value) {
  h += 0x9E3779B97F4A7C15ULL + value;
  h = (h ^ (h >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  h = (h ^ (h >> 27U)) * 0x94D049BB133111EBULL;
  return h ^ (h >> 31U);
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return h;
}

EntityId make_entity_id(std::uint64_t host, std::uint32_t pid, Moment start) {
  return EntityId::from_hash(mix(mix(mix(host, pid), static_cast<std::uint64_t>(start.time.ms)), start.serial));
}

bool runs(const ImagePtr& image, std::string_view exe) {
  const Program& program = *image->program;
  if (exe.empty()) return !program.has_exe;
  return std::find(program.executables.begin(), program.executables.end(), exe) != program.executables.end();
}

// The user's service manager adopts orphans (PR_SET_CHILD_SUBREAPER, which no
// audit record tells of).
bool is_subreaper(const Process& process) {
  const auto& paths = process.image->program->executables;
  return std::any_of(paths.begin(), paths.end(), [](std::string_view path) {
    return path == "/usr/lib/systemd/systemd" || path == "/lib/systemd/systemd";
  });
}

ForkParent parent_of_fork(const Process& forker, std::uint32_t auid = audit::kUnsetId) {
  return {forker.entity_id, forker.image, forker.pid, forker.euid, auid};
}

// How much room is to be made.
enum class Room { kNone, kForOne };

// Two fork records named a pid that nobody has seen. The later one replaces
// the earlier only where it is surely the better: the earlier may be the true
// one, and the later forged (set_tid, or a pid namespace of one's own).
bool replaces(const ForkHint& later, const ForkHint& earlier) {
  constexpr EventTime kStale = seconds(10);
  const bool earlier_may_be_thread = earlier.sureness == audit::Fork::Sureness::kPerhapsThread;
  const bool later_is_process = later.sureness == audit::Fork::Sureness::kProcess;
  return (earlier_may_be_thread && later_is_process) || later.when.time - earlier.when.time > kStale;
}

// What runs under the pid did so when we first met it: nothing can have taken its
// place. Where the start itself came from /proc, the ticks tell whatever the clock.
bool is_still(const Process& process, const ProcEntry& entry) {
  return entry.start_ticks == process.start.serial || entry.start <= process.start.time + kStartTolerance;
}

void set_parent(Process& process, const ForkParent& parent) {
  process.parent_pid = parent.pid;
  process.parent_entity_id = parent.entity_id;
  process.parent_image = parent.image;
  process.parent_euid = parent.euid;
}

}  // namespace

std::string_view to_text(Doubt doubt) {
  switch (doubt) {
    case Doubt::kNone: return {};
    case Doubt::kAfterEnd: return "recorded just after the process ended; its pid may have been used again";
    case Doubt::kForker: return "more than one process was recorded as the one that forked it";
  }
  return {};
}

struct ProcessTable::State {
  State(std::string_view host_key, const TableLimits& table_limits, EndedCallback callback)
      : host(hash_text(host_key)),
        limits(table_limits),
        on_ended(std::move(callback)),
        store(table_limits.max_processes),
        ledger(table_limits.max_image_bytes) {}

  std::uint64_t host;
  TableLimits limits;
  EndedCallback on_ended;
  ProcSource proc;
  UnitSource units;
  ProcessStore store;
  SharedParts parts;
  ImageLedger ledger;
  TableCounters counters;
  std::optional<Moment> just_born;
  Moment now;  // of the record at hand

  Node& create(std::uint32_t pid, Moment start, ImagePtr image);
  void end(Node& node, Moment when);
  void forget_ended();
  void make_room(Room room);

  Node& resolve(const audit::AuditEvent& event);
  Node* generation_at(std::uint32_t pid, Moment when);
  Node* settle_hints(Node* node, const audit::AuditEvent& event);
  Node* settle_birth(Node* node, const audit::AuditEvent& event);
  Node& first_sight(const audit::AuditEvent& event);

  void learn(Node& node, const audit::AuditEvent& event);
  void learn_exec(Node& node, const audit::AuditEvent& event, const audit::Exec& exec);
  void learn_parent(Node& node, std::uint32_t ppid, Moment when);
  Node* find_parent(std::uint32_t ppid, Moment when);
  Node* read_proc(std::uint32_t pid, Moment not_after);
  [[nodiscard]] std::string unit_at(std::uint32_t pid, Moment when) const;
  Node& from_proc(const ProcEntry& entry);
  void end_what_is_gone(const std::vector<ProcEntry>& snapshot, EventTime taken);

  Node* newborn(std::uint32_t child, const ForkHint& hint);
};

Node& ProcessTable::State::create(std::uint32_t pid, Moment start, ImagePtr image) {
  make_room(Room::kForOne);
  Node& node = store.insert(pid);
  node.process.start = start;
  node.process.entity_id = make_entity_id(host, pid, start);
  node.process.image = std::move(image);
  ++counters.created;
  return node;
}

void ProcessTable::State::end(Node& node, Moment when) {
  if (node.process.ended) return;
  store.mark_ended(node, when);
  node.pending_hint.reset();
  ++counters.ended;
  if (on_ended) on_ended(node.process.entity_id.text(), when);
}

void ProcessTable::State::forget_ended() {
  while (Node* node = store.oldest_ended()) {
    if (now.time - node->process.end.time <= limits.ended_kept) return;
    store.erase(*node);
  }
}

void ProcessTable::State::make_room(Room room) {
  while (room == Room::kForOne ? store.full() : store.overfull()) {
    Node* victim = store.evict_candidate();
    if (on_ended && !victim->process.ended) on_ended(victim->process.entity_id.text(), now);
    store.erase(*victim);
    ++counters.evicted;
  }
}

// The generation alive at `when`: records come in completion order, so a record
// may belong to a process that has ended since, or to one before this.
Node* ProcessTable::State::generation_at(std::uint32_t pid, Moment when) {
  Node* node = store.newest(pid);
  while (node != nullptr && when < node->process.start) {
    Node* before = store.older(*node);
    if (before == nullptr || !before->process.ended || before->process.end < when) return node;
    node = before;
  }
  return node;
}

Node& ProcessTable::State::first_sight(const audit::AuditEvent& event) {
  const Moment when{event.time, event.serial};
  const auto& call = event.syscall;
  if (proc) {
    if (Node* node = read_proc(call.pid, when)) return *node;
  }
  Node& node = create(call.pid, when, image_from_exec({.exe = call.exe}, parts));
  learn_parent(node, call.ppid, when);
  return node;
}

// Decides what a fork record's word is worth, now that the child itself speaks.
// nullptr: what the table had is not this process.
Node* ProcessTable::State::settle_hints(Node* node, const audit::AuditEvent& event) {
  const auto& call = event.syscall;
  const Moment when{event.time, event.serial};
  const bool is_exec = std::holds_alternative<audit::Exec>(event.what);
  if (node->is_only_hinted()) return settle_birth(node, event);
  if (!node->pending_hint || when < node->pending_hint->when) return node;
  const ForkHint hint = *node->pending_hint;
  node->pending_hint.reset();
  const bool confirmed = !is_exec && call.ppid == hint.forker.pid && runs(hint.forker.image, call.exe) &&
                         !runs(node->process.image, call.exe);
  if (!confirmed) {
    ++counters.fork_hints_refused;
    return node;
  }
  ++counters.pids_reused;
  end(*node, hint.when);
  Node* born = newborn(call.pid, hint);
  store.prove(*born);
  just_born = hint.when;
  return born;
}

// A child that only fork records told of speaks for the first time.
Node* ProcessTable::State::settle_birth(Node* node, const audit::AuditEvent& event) {
  const auto& call = event.syscall;
  ForkHint hint = *node->birth;
  if (node->pending_hint && hint.forker.pid != call.ppid && node->pending_hint->forker.pid == call.ppid) {
    hint = *node->pending_hint;
    store.erase(*node);
    node = newborn(call.pid, hint);
  }
  const bool disputed = node->pending_hint != nullptr;
  node->pending_hint.reset();
  store.prove(*node);
  const bool same_parent = call.ppid == hint.forker.pid;
  const bool same_image = std::holds_alternative<audit::Exec>(event.what) || runs(hint.forker.image, call.exe);
  // An orphan's parent cannot vouch for it, but its login user can: nobody
  // without privileges changes that.
  const bool same_login = call.auid == hint.forker.auid;
  if (same_parent && same_image && hint.sureness == audit::Fork::Sureness::kPerhapsThread) just_born = hint.when;
  if (same_parent || (same_login && (same_image || call.ppid == kInit))) {
    if (disputed && !same_parent) node->process.doubt = Doubt::kForker;
    return node;
  }
  // The hint was about another namespace's pid, or forged.
  ++counters.fork_hints_refused;
  store.erase(*node);
  return nullptr;
}

Node& ProcessTable::State::resolve(const audit::AuditEvent& event) {
  const Moment when{event.time, event.serial};
  Node* node = generation_at(event.syscall.pid, when);
  if (node != nullptr && !node->process.ended) node = settle_hints(node, event);
  if (node == nullptr) return first_sight(event);
  if (!node->process.ended || when <= node->process.end) return *node;
  const bool in_grace = when.time - node->process.end.time <= kExitGrace &&
                        !std::holds_alternative<audit::Exec>(event.what) &&
                        runs(node->process.image, event.syscall.exe) && event.syscall.ppid == node->process.parent_pid;
  if (in_grace) {
    node->process.doubt = Doubt::kAfterEnd;
    return *node;
  }
  ++counters.pids_reused;
  return first_sight(event);
}

Node* ProcessTable::State::read_proc(std::uint32_t pid, Moment not_after) {
  if (!proc) return nullptr;
  const std::optional<ProcEntry> entry = proc(pid);
  if (!entry || entry->start > not_after.time + kProcTick) return nullptr;
  return &from_proc(*entry);
}

std::string ProcessTable::State::unit_at(std::uint32_t pid, Moment when) const {
  if (!units) return {};
  std::optional<ProcUnit> found = units(pid);
  if (!found || found->start > when.time + kProcTick) return {};
  return std::move(found->unit);
}

Node& ProcessTable::State::from_proc(const ProcEntry& entry) {
  auto image = image_from_exec({.path = {},
                                .exe = entry.exe,
                                .args = entry.args,
                                .has_args = !entry.args.empty(),
                                .args_truncated = entry.args_truncated,
                                .cwd = entry.cwd,
                                .systemd_unit = entry.systemd_unit},
                               parts);
  ledger.add(image);
  Node& node = create(entry.pid, {entry.start, entry.start_ticks}, std::move(image));
  node.process.euid = entry.euid;
  node.process.parent_pid = entry.ppid;
  return node;
}

// A process that only a fork record told of is judged by its own first record.
void ProcessTable::State::end_what_is_gone(const std::vector<ProcEntry>& snapshot, EventTime taken) {
  std::unordered_map<std::uint32_t, const ProcEntry*> running;
  for (const ProcEntry& entry : snapshot) running.emplace(entry.pid, &entry);
  for (Node* node : store.all()) {
    if (node->process.ended || node->is_only_hinted()) continue;
    const auto found = running.find(node->process.pid);
    if (found != running.end() && is_still(node->process, *found->second)) continue;
    // Correlation is told of a time that the log has reached: more may come of before.
    end(*node, now);
    node->process.end =
        found == running.end() ? Moment{taken, UINT64_MAX} : Moment{found->second->start, found->second->start_ticks};
  }
}

Node* ProcessTable::State::find_parent(std::uint32_t ppid, Moment when) {
  if (ppid == 0) return nullptr;
  Node* node = generation_at(ppid, when);
  if (node != nullptr && node->process.ended && node->process.end < when &&
      when.time - node->process.end.time > kExitGrace) {
    node = nullptr;
  }
  if (node == nullptr) node = read_proc(ppid, when);
  if (node != nullptr) store.touch(*node);
  return node;
}

void ProcessTable::State::learn_parent(Node& node, std::uint32_t ppid, Moment when) {
  const Node* parent = find_parent(ppid, when);
  const bool adopted = ppid == kInit || (parent != nullptr && is_subreaper(parent->process));
  if (node.birth && adopted && node.birth->forker.pid != ppid) {
    set_parent(node.process, node.birth->forker);
    return;
  }
  if (parent != nullptr) {
    set_parent(node.process, parent_of_fork(parent->process));
  } else {
    set_parent(node.process, {{}, nullptr, ppid, audit::kUnsetId, audit::kUnsetId});
  }
}

void ProcessTable::State::learn_exec(Node& node, const audit::AuditEvent& event, const audit::Exec& exec) {
  Process& process = node.process;
  const std::string unit = unit_at(process.pid, {event.time, event.serial});
  auto image = image_from_exec({.path = exec.path,
                                .exe = event.syscall.exe,
                                .args = exec.args,
                                .has_args = exec.has_args,
                                .args_truncated = exec.args_truncated,
                                .cwd = exec.cwd,
                                .systemd_unit = unit},
                               parts);
  ledger.add(image);
  process.previous_program = process.image->program;
  process.image = std::move(image);
  process.sockets.close_on_exec();
  // An ended process may have to make room for a parent: it keeps what it has.
  if (!process.ended) learn_parent(node, event.syscall.ppid, {event.time, event.serial});
  if (process.parent_image == nullptr) ++counters.parents_unknown;
}

void ProcessTable::State::learn(Node& node, const audit::AuditEvent& event) {
  store.touch(node);
  Process& process = node.process;
  process.euid = event.syscall.euid;
  if (const auto* exec = std::get_if<audit::Exec>(&event.what)) {
    learn_exec(node, event, *exec);
    return;
  }
  if (const auto* socket = std::get_if<audit::Socket>(&event.what)) process.sockets.add(*socket, event.time);
  if (!runs(process.image, event.syscall.exe)) {
    if (auto more = with_executable(process.image, event.syscall.exe, parts)) {
      ledger.add(more);
      process.image = std::move(more);
    }
  }
  if (process.parent_image == nullptr && !process.ended)
    learn_parent(node, event.syscall.ppid, {event.time, event.serial});
}

Node* ProcessTable::State::newborn(std::uint32_t child, const ForkHint& hint) {
  Node& node = create(child, hint.when, hint.forker.image);
  node.process.euid = hint.forker.euid;
  store.mark_born(node, hint);
  set_parent(node.process, hint.forker);
  return &node;
}

ProcessTable::ProcessTable(std::string_view host_key, const TableLimits& limits, EndedCallback on_ended)
    : state_(std::make_unique<State>(host_key, limits, std::move(on_ended))) {}
ProcessTable::~ProcessTable() = default;
ProcessTable::ProcessTable(ProcessTable&&) noexcept = default;
ProcessTable& ProcessTable::operator=(ProcessTable&&) noexcept = default;

void ProcessTable::set_proc_source(ProcSource source) { state_->proc = std::move(source); }

void ProcessTable::set_unit_source(UnitSource source) { state_->units = std::move(source); }

void ProcessTable::load(const std::vector<ProcEntry>& snapshot, EventTime taken) {
  state_->end_what_is_gone(snapshot, taken);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> added;  // and their parents
  for (const ProcEntry& entry : snapshot) {
    const Node* known = state_->store.newest(entry.pid);
    // One that ended and is there still is a zombie.
    if (known != nullptr && (!known->process.ended || is_still(known->process, entry))) continue;
    state_->from_proc(entry);
    added.emplace_back(entry.pid, entry.ppid);
  }
  for (const auto& [pid, ppid] : added) {
    Node* node = state_->store.newest(pid);
    Node* parent = state_->store.newest(ppid);
    if (node != nullptr && parent != nullptr) set_parent(node->process, parent_of_fork(parent->process));
  }
}

void ProcessTable::save(BinaryWriter& out) const {
  entity::save(state_->now, out);
  entity::save(state_->store, out);
}

bool ProcessTable::restore(BinaryReader& in) {
  ProcessStore store(state_->limits.max_processes);
  ImageLedger ledger(state_->limits.max_image_bytes);
  const Moment now = restore_moment(in);
  if (!entity::restore(in, store, ledger)) return false;
  state_->now = now;
  state_->store = std::move(store);
  state_->ledger = std::move(ledger);
  return true;
}

void ProcessTable::forget_sockets() {
  for (Node* node : state_->store.all()) node->process.sockets.clear();
}

void ProcessTable::enforce_limits() { state_->make_room(Room::kNone); }

const Process* ProcessTable::apply(const audit::AuditEvent& event) {
  State& s = *state_;
  s.just_born.reset();
  s.now = {event.time, event.serial};
  s.forget_ended();
  Node& node = s.resolve(event);
  s.learn(node, event);
  if (std::holds_alternative<audit::Exit>(event.what)) s.end(node, s.now);
  return &node.process;
}

const Process* ProcessTable::apply_fork(const audit::AuditEvent& event) {
  State& s = *state_;
  const auto& fork = std::get<audit::Fork>(event.what);
  const Process* forker = apply(event);
  s.just_born.reset();
  ++s.counters.fork_hints;
  const ForkHint hint{s.now, parent_of_fork(*forker, event.syscall.auid), fork.sureness, false};
  Sockets sockets = forker->sockets;  // making room for the child may take the forker
  Node* node = s.store.newest(fork.child);

  // The forker of a vfork is recorded after its child's exec, with an earlier time.
  if (node != nullptr && !node->is_only_hinted() && hint.when.time <= node->process.start.time) {
    if (!node->birth) {
      node->birth = std::make_unique<ForkHint>(hint);
      node->birth->is_proved = true;
    }
    if (node->process.parent_image == nullptr) set_parent(node->process, hint.forker);
    return nullptr;
  }
  if (node != nullptr && node->is_only_hinted() && !node->process.ended && replaces(hint, *node->birth)) {
    s.store.erase(*node);
    node = nullptr;
  }
  if (node != nullptr && !node->process.ended) {
    node->pending_hint = std::make_unique<ForkHint>(hint);
    return nullptr;
  }
  Node* born = s.newborn(fork.child, hint);
  born->process.sockets = std::move(sockets);
  return fork.sureness == audit::Fork::Sureness::kProcess ? &born->process : nullptr;
}

std::optional<Moment> ProcessTable::just_born() const { return state_->just_born; }

void ProcessTable::boot(Moment when) {
  for (Node* node : state_->store.all()) state_->end(*node, when);
  state_->store.clear();
  ++state_->counters.boots;
}

std::size_t ProcessTable::size() const { return state_->store.size(); }
std::size_t ProcessTable::image_bytes() const { return state_->ledger.bytes(); }

const TableCounters& ProcessTable::counters() const {
  state_->counters.forgotten_args = state_->ledger.forgotten();
  return state_->counters;
}

}  // namespace audisp_eql::entity
