// SPDX-License-Identifier: Apache-2.0
#include "plugin/partition_scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <libaudit.h>

#include "lib/audit/forged_lines.h"
#include "lib/audit/lines.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::size_t kMaxKey = 255;  // a host name's

// As node= in front of a line.
bool is_node(std::string_view key) {
  const auto is_graphic = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; };
  return key.size() <= kMaxKey && std::all_of(key.begin(), key.end(), is_graphic);
}

}  // namespace

PartitionCounters& operator+=(PartitionCounters& sum, const PartitionCounters& more) {
  sum.messages += more.messages;
  sum.malformed += more.malformed;
  sum.foreign_lines += more.foreign_lines;
  sum.read_again += more.read_again;
  sum.alerts_again += more.alerts_again;
  sum.let_go += more.let_go;
  return sum;
}

PartitionScan::PartitionScan(engine::PipelineOptions options, engine::RuleSet rules, const WindowLimits& window,
                             ResumePoint from)
    : pipeline_(std::move(options)), window_(window), from_(from), next_(from.begin) {
  pipeline_.set_rules(std::move(rules));
}

void PartitionScan::take(const TopicMessage& message, std::vector<alert::Alert>& out) {
  ++counters_.messages;
  next_ = message.offset + 1;
  if (next_ <= from_.next) ++counters_.read_again;
  const auto newest = is_node(message.key) ? newest_in(message) : std::nullopt;
  if (!newest) {
    ++counters_.malformed;
    return;
  }
  window_.add(message.offset, message.key, *newest, message.came);
  counters_.let_go = window_.let_go();
  pipeline_.set_format(audit::LineFormat::kLog);
  pipeline_.set_default_node(std::string(message.key));
  pipeline_.feed(message.value, alerts_);
  if (!message.value.ends_with('\n')) pipeline_.feed("\n", alerts_);
  next_ > from_.next ? give(out) : forget();
}

std::optional<EventTime> PartitionScan::newest_in(const TopicMessage& message) {
  std::optional<EventTime> newest;
  audit::ForgedLines forged;  // as the grouper, which leaves these out
  for (std::string_view rest = message.value; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (forged.take(line)) continue;
    if (const auto header = audit::parse_header(line)) {
      if (header->type == AUDIT_SOCKADDR) forged.inspect(line, header->body);
      newest = newest ? std::max(*newest, header->time) : header->time;
      const bool has_both = !header->node.empty() && !message.key.empty();
      if (has_both && header->node != message.key) ++counters_.foreign_lines;
    }
  }
  return newest;
}

void PartitionScan::idle(std::vector<alert::Alert>& out) {
  pipeline_.idle(alerts_);
  give_at_end(out);
}

void PartitionScan::finish(std::vector<alert::Alert>& out) {
  pipeline_.finish(alerts_);
  give_at_end(out);
}

// The predecessor may have ended before it came to this.
void PartitionScan::give_at_end(std::vector<alert::Alert>& out) { next_ >= from_.next ? give(out) : forget(); }

void PartitionScan::give(std::vector<alert::Alert>& out) {
  std::move(alerts_.begin(), alerts_.end(), std::back_inserter(out));
  alerts_.clear();
}

void PartitionScan::forget() {
  counters_.alerts_again += alerts_.size();
  alerts_.clear();
}

std::optional<EventTime> needed_lookback(const engine::RuleSet& rules, const engine::PipelineOptions& options) {
  EventTime longest;
  for (const engine::Rule& rule : rules.rules) {
    if (rule.query->kind == eql::QueryKind::kEvent) continue;
    if (!rule.query->maxspan) return std::nullopt;
    longest = std::max(longest, *rule.query->maxspan);
  }
  return longest + options.engine.sequence.lateness + options.grouper.max_age;
}

}  // namespace audisp_eql::plugin
