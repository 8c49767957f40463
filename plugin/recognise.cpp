// SPDX-License-Identifier: Apache-2.0
// What kind of text a log is, from its first lines.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <linux/audit.h>

#include "lib/audit/lines.h"
#include "plugin/inputs.h"

namespace audisp_eql::plugin {
namespace {

// A log may begin in the middle of a line; one that has no record in so many is none.
constexpr int kLinesTried = 50;

Error refuse(const std::string& name, std::string_view what, std::string_view hint) {
  Diagnostic d;
  d.message = fmt::format("{} {}", name, what);
  d.hint = hint;
  return Error(std::move(d));
}

template <typename Function>
void for_each_line(std::string_view text, const Function& f) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (!f(text.substr(0, end))) return;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

struct Foreign {
  std::size_t at;
  std::string_view magic, what, hint;
};
constexpr Foreign kForeign[] = {
    {0, "\x1f\x8b", "is packed twice", "unpack it on the way: zcat FILE | audisp-eql scan"},
    {0, "\xfd\x37\x7a\x58\x5a", "is packed twice", "unpack it on the way: xzcat FILE | audisp-eql scan"},
    {0, "\x28\xb5\x2f\xfd", "is packed twice", "unpack it on the way: zstdcat FILE | audisp-eql scan"},
    {0, "BZh", "is packed with bzip2", "unpack it on the way: bzcat FILE | audisp-eql scan"},
    {0, "\x04\x22\x4d\x18", "is packed with lz4", "unpack it on the way: lz4cat FILE | audisp-eql scan"},
    {0, "\x1f\x9d", "is packed with compress", "unpack it on the way: zcat FILE | audisp-eql scan"},
    {0, "PK\x03\x04", "is a zip archive", "unpack it on the way: unzip -p FILE | audisp-eql scan"},
    {257, "ustar", "is a tar archive", "unpack it into a folder and scan that"},
};

const Foreign* foreign_of(std::string_view head) {
  const auto* const found = std::find_if(std::begin(kForeign), std::end(kForeign), [head](const Foreign& f) {
    return head.size() > f.at && head.substr(f.at).starts_with(f.magic);
  });
  return found == std::end(kForeign) ? nullptr : found;
}

struct Kinds {
  audit::TextKind first = audit::TextKind::kUndecided;  // the first that decides; foreign lines do not
  bool foreign = false;
  bool dashes = false;  // `----`: plain ausearch
};

Kinds kinds_of(std::string_view head) {
  Kinds kinds;
  int left = kLinesTried;
  for_each_line(head, [&](std::string_view line) {
    if (line == "----") kinds.dashes = true;
    switch (audit::classify_line(line)) {
      case audit::TextKind::kUndecided: return true;
      case audit::TextKind::kForeign: kinds.foreign = true; return --left > 0;
      default: kinds.first = audit::classify_line(line); return false;
    }
  });
  return kinds;
}

// auditd sends EOE to plugins and never writes it to a log. A line in a log can
// be forged to look like one, so a single EOE proves nothing: every event in
// sight but the last must have its own.
bool is_stream(std::string_view head) {
  using Id = std::pair<EventTime, std::uint64_t>;
  std::set<Id> begun;
  std::set<Id> ended;
  Id last;
  for_each_line(head.substr(0, head.rfind('\n') + 1), [&](std::string_view line) {
    if (const auto header = audit::parse_header(line)) {
      const Id id{header->time, header->serial};
      if (header->type == AUDIT_EOE) ended.insert(id);
      if (header->type == AUDIT_SYSCALL) begun.insert(last = id);
    }
    return true;
  });
  begun.erase(last);
  if (begun.empty()) return ended.count(last) > 0;
  return std::includes(ended.begin(), ended.end(), begun.begin(), begun.end());
}

void note_first_record(std::string_view head, Recognised& out) {
  for_each_line(head, [&](std::string_view line) {
    const auto header = audit::parse_header(line);
    if (!header) return true;
    out.node = header->node;
    out.first_time = header->time;
    out.first_serial = header->serial;
    return false;
  });
}

}  // namespace

Result<Recognised> recognise(std::string_view head, const std::string& name) {
  if (const Foreign* foreign = foreign_of(head)) return refuse(name, foreign->what, foreign->hint);
  const Kinds kinds = kinds_of(head);
  if (kinds.first == audit::TextKind::kInterpreted) {
    return refuse(name, "is interpreted text: names in place of numbers cannot be turned back",
                  "give the log itself, or run ausearch with --raw and without -i or --format");
  }
  if (kinds.first == audit::TextKind::kUndecided && kinds.foreign) {
    return refuse(name, "holds no audit records",
                  "give /var/log/audit/audit.log or `ausearch --raw` output; journal and kernel log lines are cut "
                  "and cannot be used");
  }
  Recognised out;
  if (kinds.first == audit::TextKind::kAusearch || kinds.dashes) {
    out.format = audit::LineFormat::kAusearch;
  } else if (is_stream(head)) {
    out.format = audit::LineFormat::kStream;
  }
  note_first_record(head, out);
  return out;
}

}  // namespace audisp_eql::plugin
