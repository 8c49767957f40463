// SPDX-License-Identifier: Apache-2.0
#include "lib/report/process_tree.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/desktop/desktop_entry.h"
#include "lib/report/markup.h"
#include "lib/report/search_command.h"

namespace audisp_eql::report {
namespace {

using alert::Alert;
using alert::Evidence;
using alert::ProcessInfo;

constexpr std::size_t kShownEvents = 24;
constexpr std::size_t kWordBytes = 64;

std::string row(std::string_view name, std::string_view html) {
  return html.empty() ? std::string() : fmt::format("<p><span class=\"key\">{}</span> {}</p>", name, html);
}

std::string value_row(std::string_view name, std::string_view bytes) {
  return bytes.empty() ? std::string() : row(name, fmt::format("<bdi class=\"value\">{}</bdi>", html_text(bytes)));
}

std::string duration(EventTime from, EventTime to) {
  const std::int64_t ms = (to - from).ms;
  if (ms < 0) return "earlier";
  if (ms < 1'000) return fmt::format("+{} ms", ms);
  if (ms < 60'000) return fmt::format("+{}.{:03} s", ms / 1'000, ms % 1'000);
  if (ms < 3'600'000) return fmt::format("+{} min {} s", ms / 60'000, ms / 1'000 % 60);
  return fmt::format("+{} h {} min", grouped(static_cast<std::uint64_t>(ms / 3'600'000)), ms / 60'000 % 60);
}

std::string endpoint(const alert::Destination& destination, std::string_view transport) {
  const bool v6 = destination.ip.find(':') != std::string::npos;
  std::string out = printable(destination.ip);
  if (v6) out = "[" + out + "]";
  if (destination.port) out += fmt::format(":{}", *destination.port);
  if (!transport.empty()) out += "/" + printable(transport, kWordBytes);
  return encode(out);
}

// Each option with its value is one piece, for a line to break between them.
std::string options_apart(std::string_view command) {
  std::string out;
  while (!command.empty()) {
    const std::size_t end = std::min(command.find(" -"), command.size());
    out += fmt::format("{}<span>{}</span>", out.empty() ? "" : " ", encode(command.substr(0, end)));
    command.remove_prefix(std::min(end + 1, command.size()));
  }
  return out;
}

bool is_known(const ProcessInfo& process) {
  return process.pid || !process.executable.empty() || !process.kernel_executable.empty() || !process.args.empty();
}

std::string process_head(std::string_view kind, const ProcessInfo& process) {
  const std::string& shown = alert::shown_executable(process);
  std::string out = fmt::format("<p class=\"head\"><span class=\"kind\">{}</span> <bdi class=\"name\">{}</bdi>", kind,
                                shown.empty() ? "unknown program" : html_text(shown));
  if (process.pid) out += fmt::format(" <span class=\"pid\">pid {}</span>", *process.pid);
  out += "</p>";
  if (!process.kernel_executable.empty() && process.kernel_executable != shown) {
    out += value_row("image", process.kernel_executable);
  }
  if (!process.args.empty()) out += fmt::format("<p class=\"command\"><code>{}</code></p>", html_command(process.args));
  return out + value_row("in", process.working_directory) + value_row("unit", process.systemd_unit);
}

// Whether what the entry starts is the parent, a script say, and not the process.
bool starts_parent(const Alert& alert) {
  const desktop::DesktopEntry entry{alert.desktop_entry->name, alert.desktop_entry->exec, {}, false};
  const std::string& path = alert.desktop_entry->path;
  return !desktop::starts(entry, path, alert.process.args) && desktop::starts(entry, path, alert.parent.args);
}

class Tree {
 public:
  Tree(const Alert& alert, const alert::UtcOffset& offset, std::string_view input)
      : a_(alert), offset_(offset), input_(input) {}

  std::string write() {
    split_events();
    std::string out = "<ul class=\"tree\">";
    for (const auto& [pid, events] : others_) {
      ProcessInfo other;
      other.pid = pid;
      out += node("process", process_head("process", other), event_nodes(events));
    }
    const bool above = a_.desktop_entry && starts_parent(a_);
    std::string inner = node("process", process_head("process", a_.process), event_nodes(own_));
    if (a_.desktop_entry && !above) inner = node("entry", entry_head(), inner);
    if (is_known(a_.parent)) inner = node("parent", process_head("parent", a_.parent), event_nodes(parents_) + inner);
    if (above) inner = node("entry", entry_head(), inner);
    return out + inner + "</ul>";
  }

 private:
  using Events = std::vector<const Evidence*>;

  // By the process that did it; what names no process is the alert's.
  void split_events() {
    for (const Evidence& event : a_.evidence) {
      const bool is_here = event.host == a_.host_id;
      if (is_here && (!event.pid || event.pid == a_.process.pid)) {
        own_.push_back(&event);
      } else if (is_here && event.pid == a_.parent.pid) {
        parents_.push_back(&event);
      } else {
        auto it = std::find_if(others_.begin(), others_.end(), [&](const auto& other) {
          return other.first == event.pid && other.second.front()->host == event.host;
        });
        if (it == others_.end()) it = others_.insert(it, {event.pid, {}});
        it->second.push_back(&event);
      }
    }
  }

  static std::string node(std::string_view kind, const std::string& head, const std::string& below) {
    const std::string list = below.empty() ? "" : fmt::format("<ul>{}</ul>", below);
    return fmt::format("<li class=\"{}\"><div class=\"node\">{}</div>{}</li>", kind, head, list);
  }

  [[nodiscard]] std::string entry_head() const {
    const alert::DesktopEntryInfo& entry = *a_.desktop_entry;
    std::string out =
        fmt::format("<p class=\"head\"><span class=\"kind\">autostart entry</span> <bdi class=\"name\">{}</bdi></p>",
                    html_text(entry.path));
    out += value_row("name", entry.name) + value_row("Exec", entry.exec) + value_row("owner", entry.owner);
    if (entry.mtime) out += row("changed", html_time(*entry.mtime, offset_));
    return out + value_row("sha256", entry.sha256) + value_row("found by", entry.found_by);
  }

  [[nodiscard]] std::string event_nodes(const Events& events) const {
    std::string out;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events.size() > kShownEvents && i == kShownEvents / 2) {
        const std::size_t left_out = events.size() - kShownEvents;
        out += node("event", fmt::format("<p>{} not shown</p>", counted(left_out, "more event")), {});
        i += left_out;
      }
      out += node(events[i]->destination ? "event connect" : "event", event_head(*events[i]), {});
    }
    return out;
  }

  [[nodiscard]] std::string event_head(const Evidence& event) const {
    std::string out = fmt::format("<p class=\"head\"><span class=\"kind\"><b>{}</b> {}</span>", event.stage,
                                  event.action.empty() ? "event" : html_text(event.action, kWordBytes));
    if (event.destination) {
      const bool is_last = &event == &a_.evidence.back();
      out += fmt::format(" <bdi class=\"name\">{}</bdi>",
                         endpoint(*event.destination, is_last ? a_.network_transport : std::string()));
    }
    if (!event.file.empty()) out += fmt::format(" <bdi class=\"name\">{}</bdi>", html_text(event.file));
    if (!event.outcome.empty())
      out += fmt::format(" <span class=\"outcome\">{}</span>", html_text(event.outcome, kWordBytes));
    out += " <span class=\"when\">" + html_time(event.time, offset_);
    if (&event != &a_.evidence.front()) {
      out += fmt::format(" <span class=\"after\">{}</span>", duration(a_.evidence.front().time, event.time));
    }
    if (event.host != a_.host_id) out += fmt::format(" on <bdi>{}</bdi>", html_text(event.host));
    out += "</span></p>";
    const std::string command = search_command(event, a_.node, input_);
    return command.empty() ? out : out + fmt::format("<p class=\"search\"><code>{}</code></p>", options_apart(command));
  }

  const Alert& a_;
  const alert::UtcOffset& offset_;
  std::string_view input_;
  Events own_, parents_;
  std::vector<std::pair<std::optional<std::int64_t>, Events>> others_;
};

}  // namespace

std::string process_tree(const Alert& alert, const alert::UtcOffset& offset, std::string_view ausearch_input) {
  return Tree(alert, offset, ausearch_input).write();
}

}  // namespace audisp_eql::report
