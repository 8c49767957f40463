// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/grouper.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <libaudit.h>

#include "lib/audit/event_buffer.h"
#include "lib/audit/event_index.h"
#include "lib/audit/file_change.h"
#include "lib/audit/forged_lines.h"
#include "lib/audit/lines.h"
#include "lib/audit/numbers.h"
#include "lib/audit/raw_fields.h"
#include "lib/audit/recent_events.h"
#include "lib/audit/skipped_stamps.h"
#include "lib/audit/slots.h"

namespace audisp_eql::audit {
namespace {

// Offsets in a group are 32 bits wide.
constexpr std::size_t kMaxText = 1u << 30;

constexpr int kFirstKernelType = AUDIT_FIRST_EVENT;  // below it every record is an event of its own

// Most opens are for reading. An argument that is not there has all flags.
bool is_read(SyscallVariant variant, std::string_view line, std::size_t body) {
  const auto argument = [&](std::string_view spaced_name) {
    return parse_number<std::uint64_t>(raw_field(line, body, spaced_name), 16).value_or(UINT64_MAX);
  };
  return only_reads(variant, argument(" a1="), argument(" a2="));
}

// Nothing of use follows the SYSCALL record. Waiting for the event's end would put
// a fork behind what the child does meanwhile, and a socket behind its connect.
bool is_one_record(SyscallKind kind) {
  return kind == SyscallKind::kFork || kind == SyscallKind::kExit || kind == SyscallKind::kSocket;
}

}  // namespace

struct Grouper::State {
  State(const Selection& s, const GrouperLimits& l)
      : selection(&s),
        limits(l),
        buffer_limits{l.max_records_per_event, std::min(l.max_bytes_per_event, kMaxText)},
        recent(l.recent_events) {}

  void add(std::string_view line);
  bool take_ausearch_line(std::string_view line);
  void close_all();
  void route(const LineHeader& header, std::string_view line);
  void add_syscall(const LineHeader& header, const EventKey& key, std::string_view line);
  bool skip_event(const EventKey& key);
  void add_part(const LineHeader& header, const EventKey& key, std::string_view line);
  void add_single(const LineHeader& header, const EventKey& key, std::string_view line);
  void end(const EventKey& key, int type);

  Slot& open(const LineHeader& header, const EventKey& key);
  void append(Slot& slot, const LineHeader& header, std::string_view line);
  void reopen(Slot& slot, std::size_t bytes);
  void make_room();
  void close(Slot& slot);
  void give_up(Slot& slot);
  void give_up_overdue();
  void shrink_open_bytes(const Slot& but);
  void keep(Slot& slot);
  void forget(Slot& slot, Fate fate);
  void release_current();
  void note_process(Slot& slot, SyscallKind kind, std::string_view pid_text);
  void give_up_exec_before(const Slot& slot);
  void drop_process(const Slot& slot);
  [[nodiscard]] bool wants_item(const EventKey& key, std::string_view item);
  [[nodiscard]] PathDetail path_detail(const Slot* slot) const;
  [[nodiscard]] std::optional<SyscallKind> wanted_socketcall(std::string_view call);
  [[nodiscard]] std::optional<SyscallKind> wanted_syscall(const LineHeader& header, std::string_view line);
  Slot* find(const EventKey& key) {
    const auto found = index.find(key);
    return found ? &slots[*found] : nullptr;
  }

  const Selection* selection;
  GrouperLimits limits;
  BufferLimits buffer_limits;
  LineFormat format = LineFormat::kLog;
  GrouperCounters counters;
  HeaderParser headers;
  ForgedLines forged;
  NodeIds nodes;
  EventIndex index;  // open, given up and not yet read, kept
  RecentEvents recent;
  SkippedStamps skipped;  // some of the newest of them
  Slots slots;
  SlotList open_events;                                         // by time of opening
  SlotList kept_events;                                         // by time of being kept
  std::unordered_map<std::uint64_t, std::uint32_t> open_execs;  // by Slot::process
  std::size_t open_bytes = 0;
  std::size_t kept_bytes = 0;
  std::deque<std::uint32_t> ready;
  std::optional<std::uint32_t> current;  // what next() gave last
  std::uint64_t begun = 0;               // events so far
  EventTime newest;
  std::string scratch;
  std::string default_node;
};

void Grouper::State::add(std::string_view line) {
  release_current();
  ++counters.lines;
  if (format == LineFormat::kLog && forged.take(line)) {
    ++counters.forged_lines;
    return;
  }
  if (format == LineFormat::kAusearch && take_ausearch_line(line)) return;
  if (skipped.has(line)) {
    ++counters.skipped_records;
    return;
  }
  auto header = headers.parse(line);
  if (!header) {
    ++counters.malformed_lines;
    return;
  }
  if (header->node.empty()) header->node = default_node;
  if (format == LineFormat::kLog && header->type == AUDIT_SOCKADDR) forged.inspect(line, header->body);
  newest = std::max(newest, header->time);
  route(*header, line);
  if (!open_events.empty()) give_up_overdue();
}

// Lines of ausearch's own.
bool Grouper::State::take_ausearch_line(std::string_view line) {
  if (line.starts_with("time->") || line.empty()) return true;
  if (line != "----") return false;
  close_all();
  return true;
}

// In ausearch's output an event ends with the next one's rule or the file.
void Grouper::State::close_all() {
  while (!open_events.empty()) {
    Slot& slot = slots[open_events.front()];
    if (slot.has_syscall) {
      close(slot);
    } else {
      counters.orphan_records += slot.buffer.records();
      forget(slot, Fate::kClosed);
    }
  }
}

void Grouper::State::route(const LineHeader& header, std::string_view line) {
  const EventKey key{nodes.id_of(header.node), header.time.ms, header.serial};
  if (header.type == AUDIT_URINGOP) {
    skip_event(key);
    return;
  }
  if (!selection->wants_type(header.type)) {
    ++counters.skipped_records;
    return;
  }
  switch (header.type) {
    case AUDIT_SYSCALL: return add_syscall(header, key, line);
    case AUDIT_EOE:
    case AUDIT_PROCTITLE: return end(key, header.type);
    case AUDIT_PATH:
      if (wants_item(key, raw_field(line, header.body, " item="))) return add_part(header, key, line);
      ++counters.skipped_records;
      return;
    default: return header.type < kFirstKernelType ? add_single(header, key, line) : add_part(header, key, line);
  }
}

bool Grouper::State::wants_item(const EventKey& key, std::string_view item) {
  if (item == "0") return true;
  return selection->wants(SyscallKind::kFile) && path_detail(find(key)) == PathDetail::kItem;
}

// Of an exec only the name as executed is ever read.
PathDetail Grouper::State::path_detail(const Slot* slot) const {
  const bool is_exec = slot != nullptr && slot->kind == SyscallKind::kExec;
  return selection->wants(SyscallKind::kFile) && !is_exec ? PathDetail::kItem : PathDetail::kName;
}

// The cheap look. Counts what is there, wanted or not.
std::optional<SyscallKind> Grouper::State::wanted_syscall(const LineHeader& header, std::string_view line) {
  const auto call = raw_syscall(line, header.body);
  if (!call) {
    ++counters.malformed_lines;
    return std::nullopt;
  }
  const auto info = selection->find(call->arch, call->number);
  if (!info) {
    ++counters.unknown_arch_records;
    return std::nullopt;
  }
  switch (info->kind) {
    case SyscallKind::kOther: return std::nullopt;
    case SyscallKind::kExec: ++counters.exec_records; break;
    case SyscallKind::kFork: ++counters.fork_records; break;
    case SyscallKind::kExit: ++counters.exit_records; break;
    case SyscallKind::kSocketcall: return wanted_socketcall(raw_field(line, header.body, " a0="));
    case SyscallKind::kConnect: ++counters.connect_records; break;
    case SyscallKind::kSocket:
      if (selection->wants(info->kind)) ++counters.socket_records;
      break;
    case SyscallKind::kFile:
      if (!selection->wants(info->kind) || is_read(info->variant, line, header.body)) return std::nullopt;
      ++counters.file_records;
      break;
  }
  return selection->wants(info->kind) ? std::optional(info->kind) : std::nullopt;
}

std::optional<SyscallKind> Grouper::State::wanted_socketcall(std::string_view call) {
  const bool is_socket = call == std::string_view("1");
  if (!is_socket && call != std::string_view("3")) return std::nullopt;
  if (is_socket && !selection->wants(SyscallKind::kSocket)) return std::nullopt;
  ++(is_socket ? counters.socket_records : counters.connect_records);
  return selection->wants(SyscallKind::kSocketcall) ? std::optional(SyscallKind::kSocketcall) : std::nullopt;
}

void Grouper::State::add_syscall(const LineHeader& header, const EventKey& key, std::string_view line) {
  const auto kind = wanted_syscall(header, line);
  if (!kind) {
    if (skip_event(key)) skipped.add(line);
    return;
  }
  Slot* slot = find(key);
  if (slot == nullptr) slot = &open(header, key);
  if (!slot->has_syscall) slot->kind = *kind;
  append(*slot, header, line);
  note_process(*slot, *kind, raw_field(line, header.body, " pid="));
  if (is_one_record(*kind) && slot->state == Slot::State::kOpen && format != LineFormat::kAusearch) close(*slot);
}

void Grouper::State::note_process(Slot& slot, SyscallKind kind, std::string_view pid_text) {
  if (slot.state != Slot::State::kOpen || slot.process != 0) return;
  const auto pid = parse_number<std::uint32_t>(pid_text);
  if (!pid) return;
  slot.process = std::uint64_t{slot.key.node} << 32U | *pid;
  give_up_exec_before(slot);
  if (kind == SyscallKind::kExec) open_execs.insert_or_assign(slot.process, slot.number);
}

// A process that is inside execve does nothing else, in no thread: its exec
// lost its end and is over. It must come first, or a sequence would see the two
// swapped.
void Grouper::State::give_up_exec_before(const Slot& slot) {
  const auto found = open_execs.find(slot.process);
  if (slot.process == 0 || found == open_execs.end() || found->second == slot.number) return;
  Slot& exec = slots[found->second];
  if (exec.begun < slot.begun) give_up(exec);
}

void Grouper::State::drop_process(const Slot& slot) {
  const auto found = open_execs.find(slot.process);
  if (slot.process != 0 && found != open_execs.end() && found->second == slot.number) open_execs.erase(found);
}

// The event is of no use: neither are its records, before and after this one. False
// when it has another SYSCALL record, which is.
bool Grouper::State::skip_event(const EventKey& key) {
  ++counters.skipped_records;
  Slot* const slot = find(key);
  if (slot != nullptr && slot->has_syscall) return false;
  if (slot == nullptr) {
    ++begun;
    recent.remember(key, Fate::kSkipped);
  } else {
    counters.skipped_records += slot->buffer.records();
    forget(*slot, Fate::kSkipped);
  }
  return true;
}

void Grouper::State::add_part(const LineHeader& header, const EventKey& key, std::string_view line) {
  Slot* slot = find(key);
  if (slot == nullptr) {
    switch (recent.find(key)) {
      case Fate::kSkipped: ++counters.skipped_records; return;
      case Fate::kClosed: ++counters.late_records; return;
      case Fate::kUnknown: slot = &open(header, key);
    }
  }
  append(*slot, header, line);
}

void Grouper::State::add_single(const LineHeader& header, const EventKey& key, std::string_view line) {
  if (find(key) != nullptr) {
    ++counters.malformed_lines;
    return;
  }
  Slot& slot = open(header, key);
  append(slot, header, line);
  close(slot);
}

void Grouper::State::end(const EventKey& key, int type) {
  ++counters.skipped_records;
  if (format == LineFormat::kAusearch) return;
  Slot* const slot = find(key);
  if (slot == nullptr) return;
  if (slot->state == Slot::State::kOpen) {
    if (slot->has_syscall) return close(*slot);
    slot->has_end = true;
    if (type == AUDIT_PROCTITLE) return;  // the SYSCALL record may yet come
    counters.orphan_records += slot->buffer.records();
  }
  forget(*slot, Fate::kClosed);
}

Slot& Grouper::State::open(const LineHeader& header, const EventKey& key) {
  skipped.clear();
  make_room();
  Slot& slot = slots.take();
  slot.key = key;
  slot.begun = ++begun;
  slot.opened = newest;
  RecordGroup& group = slot.buffer.group();
  group.node = header.node;
  group.time = header.time;
  group.serial = header.serial;
  slots.push_back(open_events, slot);
  index.insert(key, slot.number);
  return slot;
}

void Grouper::State::append(Slot& slot, const LineHeader& header, std::string_view line) {
  const std::size_t bytes = slot.buffer.bytes();
  const std::uint64_t dropped = slot.buffer.dropped_argument_bytes();
  const std::string_view needed = needed_fields(header.type, line, header.body, scratch, path_detail(&slot));
  const auto added = slot.buffer.add(header.type, needed, buffer_limits);
  if (added == EventBuffer::Added::kDuplicate) {
    ++counters.duplicate_records;
    return;
  }
  if (slot.state != Slot::State::kOpen) ++counters.late_records;
  if (slot.state == Slot::State::kKept) reopen(slot, bytes);
  if (header.type == AUDIT_SYSCALL) slot.has_syscall = true;
  if (added != EventBuffer::Added::kKept) ++counters.dropped_records;
  counters.dropped_argument_bytes += slot.buffer.dropped_argument_bytes() - dropped;
  if (slot.state != Slot::State::kOpen) return;
  open_bytes += slot.buffer.bytes() - bytes;
  if (open_bytes > limits.max_open_bytes) shrink_open_bytes(slot);
}

// A late fragment: what was kept of the event goes on with it.
void Grouper::State::reopen(Slot& slot, std::size_t bytes) {
  make_room();
  slots.erase(kept_events, slot);
  kept_bytes -= bytes;
  slot.state = Slot::State::kOpen;
  slot.buffer.group().incomplete = false;
  slot.begun = begun;
  slot.opened = newest;
  slots.push_back(open_events, slot);
  open_bytes += bytes;
}

void Grouper::State::make_room() {
  while (open_events.size() >= std::max<std::size_t>(limits.max_open_events, 1)) {
    ++counters.evicted_events;
    give_up(slots[open_events.front()]);
  }
}

void Grouper::State::shrink_open_bytes(const Slot& but) {
  while (open_bytes > limits.max_open_bytes) {
    const std::uint32_t oldest = open_events.front() == but.number ? but.next : open_events.front();
    if (oldest == kNoSlot) return;
    ++counters.evicted_events;
    give_up(slots[oldest]);
  }
}

void Grouper::State::close(Slot& slot) {
  if (format != LineFormat::kAusearch) give_up_exec_before(slot);
  drop_process(slot);
  slots.erase(open_events, slot);
  open_bytes -= slot.buffer.bytes();
  index.erase(slot.key);
  recent.remember(slot.key, Fate::kClosed);
  slot.buffer.seal();
  slot.state = Slot::State::kDone;
  ready.push_back(slot.number);
  ++counters.groups;
}

// As close(), but more may come.
void Grouper::State::give_up(Slot& slot) {
  drop_process(slot);
  slots.erase(open_events, slot);
  open_bytes -= slot.buffer.bytes();
  if (!slot.has_syscall) {
    counters.orphan_records += slot.buffer.records();
    return keep(slot);
  }
  slot.buffer.seal().incomplete = !slot.has_end;
  if (!slot.has_end) ++counters.incomplete_events;
  slot.state = Slot::State::kReady;
  ready.push_back(slot.number);
  ++counters.groups;
}

// The oldest first: they were opened in this order, and neither measure goes back.
void Grouper::State::give_up_overdue() {
  while (!open_events.empty()) {
    Slot& slot = slots[open_events.front()];
    if (begun - slot.begun <= limits.max_later_events && newest - slot.opened <= limits.max_age) return;
    give_up(slot);
  }
}

void Grouper::State::keep(Slot& slot) {
  slot.state = Slot::State::kKept;
  slots.push_back(kept_events, slot);
  kept_bytes += slot.buffer.bytes();
  if (slot.buffer.bytes() > limits.max_kept_bytes / 16) return forget(slot, Fate::kClosed);
  while (kept_events.size() > limits.max_kept_events || kept_bytes > limits.max_kept_bytes) {
    forget(slots[kept_events.front()], Fate::kClosed);
  }
}

// What else comes of the event is no news.
void Grouper::State::forget(Slot& slot, Fate fate) {
  index.erase(slot.key);
  recent.remember(slot.key, fate);
  const Slot::State was = std::exchange(slot.state, Slot::State::kDone);
  if (was == Slot::State::kReady) return;  // next() has yet to give it
  if (was == Slot::State::kOpen) {
    drop_process(slot);
    slots.erase(open_events, slot);
    open_bytes -= slot.buffer.bytes();
  } else {
    slots.erase(kept_events, slot);
    kept_bytes -= slot.buffer.bytes();
  }
  slots.give_back(slot);
}

void Grouper::State::release_current() {
  if (!current) return;
  Slot& slot = slots[*current];
  current.reset();
  if (slot.state == Slot::State::kDone) return slots.give_back(slot);
  keep(slot);
}

Grouper::Grouper(const Selection& selection, const GrouperLimits& limits)
    : state_(std::make_unique<State>(selection, limits)) {}
Grouper::~Grouper() = default;
Grouper::Grouper(Grouper&&) noexcept = default;
Grouper& Grouper::operator=(Grouper&&) noexcept = default;

void Grouper::set_format(LineFormat format) {
  state_->format = format;
  state_->forged = {};
}

void Grouper::set_default_node(std::string node) {
  state_->default_node = std::move(node);
  state_->skipped.clear();  // they are known without node
}

void Grouper::set_selection(const Selection& selection) { state_->selection = &selection; }

void Grouper::add(std::string_view line) { state_->add(line); }

const RecordGroup* Grouper::next() {
  state_->release_current();
  if (state_->ready.empty()) return nullptr;
  state_->current = state_->ready.front();
  state_->ready.pop_front();
  return &state_->slots[*state_->current].buffer.group();
}

void Grouper::take_current(RecordGroup& into) {
  Slot& slot = state_->slots[*state_->current];
  if (slot.state == Slot::State::kDone) {
    std::swap(into, slot.buffer.group());
  } else {
    into = slot.buffer.group();  // more may come of it
  }
}

void Grouper::flush() {
  state_->release_current();
  if (state_->format == LineFormat::kAusearch) state_->close_all();
  while (!state_->open_events.empty()) state_->give_up(state_->slots[state_->open_events.front()]);
}

std::size_t Grouper::open_events() const { return state_->open_events.size(); }

EventTime Grouper::newest() const { return state_->newest; }

const GrouperCounters& Grouper::counters() const { return state_->counters; }

}  // namespace audisp_eql::audit
