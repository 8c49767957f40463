// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/normalize.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include <libaudit.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "lib/audit/decode.h"
#include "lib/audit/numbers.h"
#include "lib/audit/path.h"
#include "lib/audit/sockaddr.h"
#include "lib/audit/syscall_fields.h"

namespace audisp_eql::audit {

struct Normalizer::Call {
  SyscallFields fields;
  SyscallInfo info;
  std::uint32_t arch = 0;
  Syscall syscall;
};

namespace {

using Name = SyscallFields::Name;

const ParsedRecord* first_of(const ParsedGroup& group, int type) {
  const auto found = std::find_if(group.records.begin(), group.records.end(),
                                  [type](const ParsedRecord& record) { return record.type == type; });
  return found == group.records.end() ? nullptr : &*found;
}

const ParsedRecord* path_item_0(const ParsedGroup& group) {
  const auto found = std::find_if(group.records.begin(), group.records.end(), [](const ParsedRecord& record) {
    return record.type == AUDIT_PATH && record.find("item") == "0";
  });
  return found == group.records.end() ? nullptr : &*found;
}

ByteOrder byte_order(std::uint32_t arch) { return is_little_endian(arch) ? ByteOrder::kLittle : ByteOrder::kBig; }

// Errors of connect(2) that came before any attempt to reach the peer.
bool is_no_attempt(std::int64_t exit) {
  constexpr std::array kErrors{EBADF, ENOTSOCK, EFAULT, EINVAL, EAFNOSUPPORT, EALREADY, EISCONN};
  return std::find(kErrors.begin(), kErrors.end(), -exit) != kErrors.end();
}

Connect::Outcome outcome_of(const Syscall& syscall) {
  if (!syscall.exit) return Connect::Outcome::kUnknown;
  if (*syscall.exit == -EINPROGRESS || *syscall.exit == -EINTR) return Connect::Outcome::kUnknown;
  return *syscall.exit < 0 ? Connect::Outcome::kFailure : Connect::Outcome::kSuccess;
}

// The first arguments of a call on sockets, as ints; absent for a socketcall without
// SOCKETCALL record.
struct SocketArguments {
  std::uint32_t a0 = 0, a1 = 0, a2 = 0;
};

std::optional<SocketArguments> socket_arguments(SyscallKind kind, const Syscall& call, const ParsedGroup& group) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  if (kind != SyscallKind::kSocketcall) return SocketArguments{low(call.a0), low(call.a1), low(call.a2)};
  const ParsedRecord* const record = first_of(group, AUDIT_SOCKETCALL);
  if (record == nullptr) return std::nullopt;
  const auto a0 = parse_number<std::uint64_t>(record->find("a0"), 16);
  const auto a1 = parse_number<std::uint64_t>(record->find("a1"), 16);
  const auto a2 = parse_number<std::uint64_t>(record->find("a2"), 16);
  if (!a0 || !a1 || !a2) return std::nullopt;
  return SocketArguments{low(*a0), low(*a1), low(*a2)};
}

// Type and protocol as socket(2) has them; SCTP, MPTCP, ICMP and the like are neither.
std::optional<Transport> transport_of(const SocketArguments& made) {
  constexpr std::uint32_t kTypes = 0xF;  // linux/net.h SOCK_TYPE_MASK
  if (made.a0 != AF_INET && made.a0 != AF_INET6) return std::nullopt;
  const std::uint32_t type = made.a1 & kTypes;
  if (type == SOCK_STREAM && (made.a2 == 0 || made.a2 == IPPROTO_TCP)) return Transport::kTcp;
  if (type == SOCK_DGRAM && (made.a2 == 0 || made.a2 == IPPROTO_UDP)) return Transport::kUdp;
  return std::nullopt;
}

}  // namespace

Normalizer::Normalizer(const NormalizeLimits& limits) : limits_(limits) {}

std::optional<AuditEvent> Normalizer::normalize(const ParsedGroup& group) {
  const ParsedRecord* const record = first_of(group, AUDIT_SYSCALL);
  if (record == nullptr) {
    ++counters_.without_syscall;
    return std::nullopt;
  }
  auto call = read_call(*record);
  if (!call) return std::nullopt;

  AuditEvent event{.node = group.node,
                   .time = group.time,
                   .serial = group.serial,
                   .incomplete = group.incomplete,
                   .syscall = {},
                   .what = {}};
  const auto take = [&](auto what) {
    if (!what) return false;
    event.what = *std::move(what);
    return true;
  };
  bool made = false;
  switch (call->info.kind) {
    case SyscallKind::kExec: made = take(read_exec(*call, group)); break;
    case SyscallKind::kFork: made = take(read_fork(*call)); break;
    case SyscallKind::kExit: made = take(std::optional(Exit{static_cast<int>(call->syscall.a0 & 0xFF)})); break;
    case SyscallKind::kConnect: made = take(read_connect(*call, group)); break;
    case SyscallKind::kSocket: made = take(read_socket(*call, group)); break;
    case SyscallKind::kSocketcall:
      made = call->syscall.a0 == kSocketcallSocket ? take(read_socket(*call, group)) : take(read_connect(*call, group));
      break;
    case SyscallKind::kFile:
      made = take(read_opened_directory(call->info.variant, call->syscall, group)) ||
             take(read_file_change(call->info.variant, call->syscall, group, counters_.files));
      break;
    case SyscallKind::kOther: break;
  }
  if (!made) return std::nullopt;
  event.syscall = std::move(call->syscall);
  ++counters_.events;
  return event;
}

std::optional<Normalizer::Call> Normalizer::read_call(const ParsedRecord& record) {
  Call call{SyscallFields(record), {}, 0, {}};
  const auto arch = parse_number<std::uint32_t>(call.fields[Name::kArch], 16);
  const auto number = parse_number<std::uint64_t>(call.fields[Name::kSyscall]);
  if (!arch || !number) {
    ++counters_.bad_values;
    return std::nullopt;
  }
  const auto info = syscalls_.find(*arch, *number);
  if (!info) {
    ++counters_.unknown_arch;
    return std::nullopt;
  }
  call.info = *info;
  call.arch = *arch;
  call.syscall.name = info->name;
  if (info->kind == SyscallKind::kOther) {
    ++counters_.not_of_interest;
    return std::nullopt;
  }
  if (!read_ids(call)) return std::nullopt;
  return call;
}

// false when there is no process to speak of.
bool Normalizer::read_ids(Call& call) {
  Syscall& out = call.syscall;
  const auto number = [&]<typename T>(Name name, T absent, int base) {
    if (!call.fields.has(name)) return absent;
    const auto value = parse_number<T>(call.fields[name], base);
    if (!value) ++counters_.bad_values;
    return value.value_or(absent);
  };
  out.pid = number(Name::kPid, std::uint32_t{0}, 10);
  if (out.pid == 0) {
    if (!call.fields.has(Name::kPid)) ++counters_.bad_values;
    return false;
  }
  out.ppid = number(Name::kPpid, std::uint32_t{0}, 10);
  out.auid = number(Name::kAuid, kUnsetId, 10);
  out.uid = number(Name::kUid, kUnsetId, 10);
  out.gid = number(Name::kGid, kUnsetId, 10);
  out.euid = number(Name::kEuid, kUnsetId, 10);
  out.egid = number(Name::kEgid, kUnsetId, 10);
  out.a0 = number(Name::kA0, std::uint64_t{0}, 16);
  out.a1 = number(Name::kA1, std::uint64_t{0}, 16);
  out.a2 = number(Name::kA2, std::uint64_t{0}, 16);
  if (call.fields.has(Name::kExit)) {
    out.exit = parse_number<std::int64_t>(call.fields[Name::kExit]);
    if (!out.exit) ++counters_.bad_values;
  }
  if (call.fields.has(Name::kSuccess)) out.success = call.fields[Name::kSuccess] == "yes";
  out.comm = text_of(call.fields[Name::kComm]);
  out.exe = text_of(call.fields[Name::kExe]);
  const std::string_view tty = call.fields[Name::kTty];
  out.has_tty = !tty.empty() && tty != "(none)" && tty != "?";
  return true;
}

std::optional<Exec> Normalizer::read_exec(const Call& call, const ParsedGroup& group) {
  if (!call.syscall.success.value_or(false)) {
    ++counters_.failed_execs;
    return std::nullopt;
  }
  Arguments arguments = collect_arguments(group, limits_);
  counters_.bad_values += arguments.bad_values;
  if (!arguments.present) ++counters_.missing_execve;
  if (arguments.argc_mismatch) ++counters_.argc_mismatch;

  Exec exec;
  exec.args = std::move(arguments.args);
  exec.has_args = arguments.present;
  exec.args_truncated = arguments.truncated || group.truncated;
  if (const ParsedRecord* const cwd = first_of(group, AUDIT_CWD)) exec.cwd = text_of(cwd->find("cwd"));
  exec.path = executed_path(call, group, exec.cwd);
  return exec;
}

std::string Normalizer::executed_path(const Call& call, const ParsedGroup& group, const std::string& cwd) {
  const ParsedRecord* const item = path_item_0(group);
  if (item == nullptr) return {};
  const std::string name = text_of(item->find("name"));
  // It could be made to look like any path, one of those that rules leave out among them.
  if (climbs_out_of_a_name(name)) return {};
  const bool elsewhere = call.info.variant == SyscallVariant::kExecveat && !is_current_directory(call.syscall.a0);
  return resolve_path(name, elsewhere ? std::string_view{} : std::string_view(cwd));
}

std::optional<Fork> Normalizer::read_fork(const Call& call) {
  const Syscall& syscall = call.syscall;
  const bool made = syscall.success.value_or(false) && syscall.exit && *syscall.exit > 0 && *syscall.exit <= INT32_MAX;
  const std::uint64_t flags = clone_flags_in_a1(call.arch) ? syscall.a1 : syscall.a0;
  if (!made || (call.info.variant == SyscallVariant::kClone && (flags & CLONE_THREAD) != 0)) {
    ++counters_.not_of_interest;
    return std::nullopt;
  }
  return Fork{static_cast<std::uint32_t>(*syscall.exit),
              call.info.variant == SyscallVariant::kClone3 ? Fork::Sureness::kPerhapsThread : Fork::Sureness::kProcess};
}

// Without its arguments it is still known that the number is another socket now.
std::optional<Socket> Normalizer::read_socket(const Call& call, const ParsedGroup& group) {
  const Syscall& syscall = call.syscall;
  const bool made = syscall.success.value_or(false) && syscall.exit && *syscall.exit >= 0 && *syscall.exit <= INT32_MAX;
  if (!made) {
    ++counters_.not_of_interest;
    return std::nullopt;
  }
  const auto arguments = socket_arguments(call.info.kind, syscall, group);
  Socket socket;
  socket.descriptor = static_cast<std::uint32_t>(*syscall.exit);
  if (!arguments) return socket;
  socket.transport = transport_of(*arguments);
  socket.close_on_exec = (arguments->a1 & SOCK_CLOEXEC) != 0;
  return socket;
}

std::optional<Connect> Normalizer::read_connect(const Call& call, const ParsedGroup& group) {
  const auto refuse = [](std::uint64_t& counter) {
    ++counter;
    return std::nullopt;
  };
  if (call.info.kind == SyscallKind::kSocketcall && call.syscall.a0 != kSocketcallConnect) {
    return refuse(counters_.not_of_interest);
  }
  if (call.syscall.exit && is_no_attempt(*call.syscall.exit)) return refuse(counters_.not_attempts);
  const ParsedRecord* const record = first_of(group, AUDIT_SOCKADDR);
  const std::string_view digits = record == nullptr ? std::string_view{} : record->find("saddr");
  if (digits.data() == nullptr) return refuse(counters_.missing_sockaddr);

  const ByteOrder order = byte_order(call.arch);
  const auto bytes = decode_hex(digits);
  const auto family = bytes ? sockaddr_family(*bytes, order) : std::nullopt;
  if (!family) return refuse(counters_.bad_sockaddr);
  if (!is_internet_family(*family)) return refuse(counters_.other_families);
  const auto endpoint = decode_endpoint(*bytes, order);
  if (!endpoint) return refuse(counters_.bad_sockaddr);
  const auto arguments = socket_arguments(call.info.kind, call.syscall, group);
  return Connect{endpoint->address, endpoint->port, outcome_of(call.syscall),
                 arguments ? std::optional(arguments->a0) : std::nullopt};
}

// Empty when absent or bad; the latter is counted.
std::string Normalizer::text_of(std::string_view raw) {
  std::string text;
  if (append_decoded(raw, text) == Decoded::kBad) ++counters_.bad_values;
  return text;
}

}  // namespace audisp_eql::audit
