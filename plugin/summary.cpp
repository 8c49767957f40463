// SPDX-License-Identifier: Apache-2.0
#include "plugin/summary.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/plural.h"
#include "plugin/progress.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kHostsShown = 8;

struct Counted {
  std::string_view name;
  std::string_view meaning;
};

// Records without which rules cannot see something.
constexpr Counted kNeeded[] = {
    {"records_exec",
     "no exec records: rules on processes cannot match (is there an audit rule for execve and execveat?)"},
    {"records_connect", "no connect records: rules on the network cannot match (is there an audit rule for connect?)"},
    {"records_fork", "no fork records: parents of processes that exec'd before the log began may be unknown"},
    {"records_exit", "no exit records: a pid that is used again may be taken for the process before"},
};

// What was read and could not be used, or only in part.
constexpr Counted kDamage[] = {
    {"lines_forged", "lines FORGED by a process through newlines in a socket address: TAMPERING, they were dropped"},
    {"lines_malformed", "lines are no audit records"},
    {"lines_overlong", "lines too long"},
    {"records_duplicate", "records met twice in one event"},
    {"records_orphan", "records of events whose SYSCALL record is not there"},
    {"records_dropped", "records over the cap of one event"},
    {"argument_bytes_dropped", "argument bytes over the cap of one event"},
    {"groups_incomplete", "events without their last record"},
    {"groups_evicted", "events taken as they were because too many were open"},
    {"groups_refused", "events that libauparse refused"},
    {"execs_without_execve", "execs without EXECVE record"},
    {"execs_argc_mismatch", "execs whose arguments are not all there"},
    {"connects_without_sockaddr", "connects without address"},
    {"connects_bad_sockaddr", "connects with a damaged address"},
    {"files_without_path_record", "changes of files without PATH record"},
    {"files_without_flags", "openat2 calls without OPENAT2 record: writes to files that were there are not seen"},
    {"values_bad", "values that do not parse"},
    {"arch_unknown", "events of an unknown machine"},
    {"events_repeated", "events met again and left out"},
    {"hosts_over_cap", "records of hosts over processes.max_hosts"},
    {"processes_evicted", "processes forgotten over processes.max"},
    {"partials_evicted", "half-complete matches dropped over a cap of [sequences]"},
    {"keys_oversized", "events whose join key is over sequences.max_key_bytes"},
};

template <typename List>
std::string joined(const List& list, std::size_t at_most) {
  std::string out;
  std::size_t n = 0;
  for (const std::string& text : list) {
    if (n == at_most) return out + fmt::format(" and {} more", list.size() - at_most);
    out += (n++ > 0 ? ", " : "") + escape_printable(text);
  }
  return out;
}

}  // namespace

void Summary::add_alert(const alert::Alert& alert) {
  ++alerts_;
  RuleCount& rule = by_rule_[alert.rule.id];
  rule.name = alert.rule.name;
  ++rule.alerts;
}

void Summary::add(const engine::Stats& stats) {
  for (const auto& [name, value] : stats.values()) values_[name] += value;
  hosts_.insert(stats.hosts.begin(), stats.hosts.end());
  if (stats.first_time) first_ = first_ ? std::min(*first_, *stats.first_time) : *stats.first_time;
  if (stats.last_time) last_ = last_ ? std::max(*last_, *stats.last_time) : *stats.last_time;
}

void Summary::add_exceptions(const std::vector<engine::ExceptionHits>& hits) {
  for (const engine::ExceptionHits& each : hits) {
    const auto [it, added] = exceptions_.try_emplace(each.line, each);
    if (!added) it->second.hits += each.hits;
  }
}

std::uint64_t Summary::value(const std::string& name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? 0 : it->second;
}

std::string Summary::text(TimeZone zone) const {
  const std::string interrupted = interrupted_ ? "INTERRUPTED: not all was read; this was found till then\n" : "";
  return interrupted + found() + excepted() + left_out(zone) + read(zone) + missing() + damaged();
}

std::string Summary::found() const {
  std::string out = fmt::format("{} by {}", plural(alerts_, "alert"), plural(rules_, "rule"));
  if (disabled_ > 0) out += fmt::format(" ({} disabled)", disabled_);
  if (refused_ > 0) out += fmt::format(" ({} refused)", plural(refused_, "rule file"));
  out += '\n';
  for (const auto& [id, rule] : by_rule_) {
    out += fmt::format("  {:>6}  {} ({})\n", rule.alerts, escape_printable(rule.name), escape_printable(id));
  }
  return out;
}

std::string Summary::excepted() const {
  std::string out;
  for (const auto& [line, e] : exceptions_) {
    if (e.hits == 0) continue;
    out += fmt::format("  {:>6}  not given, of {}: exception {}:{}: {}\n", e.hits, escape_printable(e.rule_id), e.file,
                       line, escape_printable(e.reason));
  }
  return out;
}

std::string Summary::left_out(TimeZone zone) const {
  std::string out;
  if (range_.is_bounded()) {
    out += "range:";
    if (range_.since) out += fmt::format(" since {}", shown_time(*range_.since, zone));
    if (range_.until) out += fmt::format(" until {}", shown_time(*range_.until, zone));
    out += fmt::format("; {} outside of it not shown\n", plural(outside_, "alert"));
  }
  if (repeated_ > 0)
    out += fmt::format("note: {} met again in another input, not shown twice\n", plural(repeated_, "alert"));
  return out;
}

std::string Summary::read(TimeZone zone) const {
  std::string out = fmt::format("read: {}, {}", plural(inputs_, "input"), plural(value("lines"), "line"));
  if (failed_ > 0) out += fmt::format("; {} could NOT be read whole", plural(failed_, "input"));
  out += fmt::format("\nevents: {} exec, {} connect, {} fork, {} exit, {} file\n", value("events_exec"),
                     value("events_connect"), value("events_fork"), value("events_exit"), value("events_file"));
  if (first_ && last_) out += fmt::format("time: {} to {}\n", shown_time(*first_, zone), shown_time(*last_, zone));
  if (!hosts_.empty()) out += fmt::format("hosts: {}\n", joined(hosts_, kHostsShown));
  if (repeated_bytes_ > 0) {
    out += fmt::format("note: {} left out that another input begins with, too\n", bytes_text(repeated_bytes_));
  }
  return out;
}

std::string Summary::missing() const {
  std::string out;
  if (value("lines") == 0) return "not there: any audit record at all\n";
  for (const Counted& needed : kNeeded) {
    if (value(std::string(needed.name)) == 0) out += fmt::format("not there: {}\n", needed.meaning);
  }
  if (expects_sockets_ && value("records_connect") > 0 && value("records_socket") == 0) {
    out +=
        "not there: no socket records: rules cannot tell TCP from UDP, and may take lookups of names for connections "
        "(is there an audit rule for socket?)\n";
  }
  if (const std::uint64_t unknown = value("parents_unknown"); unknown > 0) {
    out += fmt::format("not there: the parents of {} of {} execs (they started before the log)\n", unknown,
                       value("events_exec"));
  }
  if (hosts_.count("unknown") > 0) out += "not there: the host's name, shown as \"unknown\" (give --host)\n";
  return out;
}

std::string Summary::damaged() const {
  std::string out;
  for (const Counted& damage : kDamage) {
    if (const std::uint64_t n = value(std::string(damage.name)); n > 0)
      out += fmt::format("note: {} {}\n", n, damage.meaning);
  }
  return out;
}

}  // namespace audisp_eql::plugin
