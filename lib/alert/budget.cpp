// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/budget.h"

#include <algorithm>
#include <utility>

#include "lib/alert/format.h"
#include "lib/base/escape.h"

namespace audisp_eql::alert {
namespace {

constexpr std::string_view kMark = "...";
constexpr std::size_t kLeastRuleId = 36;  // a UUID is never cut

template <typename Function>
void for_each_text(Technique& technique, const Function& f) {
  f(technique.id);
  f(technique.name);
  for (Technique& sub : technique.subtechniques) {  // two levels: ATT&CK has no more
    f(sub.id);
    f(sub.name);
  }
}

template <typename Function>
void for_each_text(ProcessInfo& process, const Function& f) {
  for (std::string* text : {&process.entity_id, &process.name, &process.executable, &process.kernel_executable,
                            &process.working_directory, &process.systemd_unit}) {
    f(*text);
  }
}

template <typename Function>
void for_each_text(FileInfo& file, const Function& f) {
  for (FileNames* names : {&file.now, &file.original}) {
    for (std::string* text : {&names->path, &names->name, &names->extension}) f(*text);
  }
  f(file.type);
  f(file.target);
}

// Every text but the arguments, the rule's id and the ids of alerts.
template <typename Function>
void for_each_text(Alert& a, const Function& f) {
  f(a.rule.name);
  f(a.rule.version);
  for (std::string& reference : a.rule.references) f(reference);
  for (Threat& threat : a.rule.threats) {
    for (std::string* text : {&threat.framework, &threat.tactic_id, &threat.tactic_name}) f(*text);
    for (Technique& technique : threat.techniques) for_each_text(technique, f);
  }
  for (std::string* text : {&a.node, &a.host_id, &a.action, &a.user.id, &a.user.name, &a.user.real_id, &a.user.audit_id,
                            &a.network_type, &a.network_transport}) {
    f(*text);
  }
  for (std::vector<std::string>* list : {&a.categories, &a.types, &a.notes}) {
    for (std::string& text : *list) f(text);
  }
  if (a.suppressed) {
    for (std::string& user : a.suppressed->users) f(user);
  }
  for_each_text(a.process, f);
  for_each_text(a.parent, f);
  if (a.destination) f(a.destination->ip);
  if (a.file) for_each_text(*a.file, f);
  if (a.desktop_entry) {
    DesktopEntryInfo& entry = *a.desktop_entry;  // the checksum is whole or not there
    for (std::string* text : {&entry.path, &entry.name, &entry.exec}) f(*text);
  }
  for (Evidence& event : a.evidence) {
    for (std::string* text : {&event.host, &event.action, &event.outcome, &event.file}) f(*text);
    if (event.destination) f(event.destination->ip);
  }
}

// The alert with printable text and no arguments, and these apart.
struct Printable {
  Alert rest;
  std::vector<std::string> args;
  std::vector<std::string> parent_args;
};

// One byte more than the budget is enough to know that a text must be cut; the
// sequence that this may tear is past every cut.
std::string escape_prefix(std::string_view bytes, std::size_t budget) {
  return escape_printable(budget == kUnlimited ? bytes : bytes.substr(0, budget + 1));
}

std::vector<std::string> keep_ends(const std::vector<std::string>& args, std::size_t count) {
  if (args.size() <= count) return args;
  const auto head = static_cast<std::ptrdiff_t>(count - count / 2);
  const auto tail = static_cast<std::ptrdiff_t>(count / 2);
  std::vector<std::string> out(args.begin(), args.begin() + head);
  out.emplace_back(kMark);
  out.insert(out.end(), args.end() - tail, args.end());
  return out;
}

std::vector<std::string> printable_args(const std::vector<std::string>& args, std::size_t budget) {
  // More arguments than bytes cannot fit whatever they are.
  std::vector<std::string> out = budget == kUnlimited || args.size() <= budget ? args : keep_ends(args, budget);
  for (std::string& arg : out) arg = escape_prefix(arg, budget);
  return out;
}

Printable make_printable(const Alert& alert, std::size_t budget) {
  Printable p;
  p.args = printable_args(alert.process.args, budget);
  p.parent_args = printable_args(alert.parent.args, budget);
  p.rest = alert;
  p.rest.process.args.clear();
  p.rest.parent.args.clear();
  p.rest.launches.clear();
  const auto escape = [budget](std::string& text) { text = escape_prefix(text, budget); };
  for_each_text(p.rest, escape);
  escape(p.rest.rule.id);
  return p;
}

// How much is kept; each member is a step of the search.
struct Cut {
  std::size_t arg_bytes = SIZE_MAX;
  std::size_t args = SIZE_MAX;
  std::size_t evidence = SIZE_MAX;
  std::size_t text_bytes = SIZE_MAX;
  std::size_t sections = SIZE_MAX;
};

struct Step {
  std::size_t Cut::*member;
  std::size_t low;
};
constexpr Step kSteps[] = {
    {&Cut::arg_bytes, 24},  {&Cut::args, 4},     {&Cut::evidence, 4},
    {&Cut::text_bytes, 64}, {&Cut::sections, 0}, {&Cut::text_bytes, 16},
};

// From what an analyst needs most to what he needs least. The rest (time, ids,
// rule, severity, host, pid, executable) always stays.
using Drop = void (*)(Alert&);
constexpr Drop kSections[] = {
    [](Alert& a) {
      if (!a.suppressed) return;
      a.suppressed->more_users += a.suppressed->users.size();
      a.suppressed->users.clear();
    },
    [](Alert& a) { a.destination.reset(), a.network_type.clear(), a.network_transport.clear(); },
    [](Alert& a) { a.file.reset(); },
    [](Alert& a) { a.desktop_entry.reset(); },
    [](Alert& a) {
      a.process.args.clear(), a.process.working_directory.clear();
      a.process.entity_id.clear(), a.process.name.clear(), a.process.kernel_executable.clear();
      a.process.systemd_unit.clear();
    },
    [](Alert& a) { a.user = {}; },
    [](Alert& a) { a.evidence.clear(); },
    [](Alert& a) { a.parent = {}; },
    [](Alert& a) { a.categories.clear(), a.types.clear(), a.action.clear(); },
    [](Alert& a) { a.rule.threats.clear(); },
    [](Alert& a) { a.rule.version.clear(), a.rule.references.clear(); },
    [](Alert& a) { a.notes.clear(); },
};

void keep_ends(std::vector<Evidence>& evidence, std::size_t count) {
  if (evidence.size() <= count) return;
  const auto head = static_cast<std::ptrdiff_t>(count - count / 2);
  const auto tail = static_cast<std::ptrdiff_t>(count / 2);
  evidence.erase(evidence.begin() + head, evidence.end() - tail);
}

std::vector<std::string> cut_args(const std::vector<std::string>& args, const Cut& cut) {
  std::vector<std::string> out = keep_ends(args, cut.args);
  for (std::string& arg : out) {
    if (arg.size() > cut.arg_bytes) arg = cut_text(arg, cut.arg_bytes);
  }
  return out;
}

Alert apply(const Printable& whole, const Cut& cut) {
  Alert a = whole.rest;
  a.truncated = true;
  a.process.args = cut_args(whole.args, cut);
  a.parent.args = cut_args(whole.parent_args, cut);
  keep_ends(a.evidence, cut.evidence);
  for (std::size_t i = cut.sections; i < std::size(kSections); ++i) kSections[i](a);
  for_each_text(a, [&](std::string& text) {
    if (text.size() > cut.text_bytes) text = cut_text(text, cut.text_bytes);
  });
  const std::size_t id_bytes = std::max(kLeastRuleId, cut.text_bytes);
  if (a.rule.id.size() > id_bytes) a.rule.id = cut_text(a.rule.id, id_bytes);
  return a;
}

std::string search(const Printable& whole, std::size_t budget, const Render& render) {
  Cut cut;
  for (const Step& step : kSteps) {
    cut.*step.member = step.low;
    std::string best = render(apply(whole, cut));
    if (best.size() > budget) continue;
    std::size_t low = step.low;
    std::size_t high = budget;
    while (low < high) {
      const std::size_t middle = low + (high - low + 1) / 2;
      cut.*step.member = middle;
      std::string text = render(apply(whole, cut));
      if (text.size() <= budget) {
        low = middle;
        best = std::move(text);
      } else {
        high = middle - 1;
      }
    }
    return best;
  }
  return render(apply(whole, cut));
}

std::size_t argument_bytes(const Printable& p) {
  std::size_t bytes = 0;
  for (const std::vector<std::string>* args : {&p.args, &p.parent_args}) {
    for (const std::string& arg : *args) bytes += arg.size();
  }
  return bytes;
}

// Length of the character or escape that `text` begins with.
std::size_t unit_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first == '\\') return text.size() > 1 && text[1] == 'x' ? 4 : 2;
  if (first < 0xC0) return 1;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

}  // namespace

std::string fit(const Alert& alert, std::size_t max_bytes, const Render& render) {
  const std::size_t budget = max_bytes == kUnlimited ? kUnlimited : std::max(max_bytes, kLeastBudget);
  Printable whole = make_printable(alert, budget);
  if (budget == kUnlimited || argument_bytes(whole) <= budget) {
    Alert a = whole.rest;
    a.process.args = whole.args;
    a.parent.args = whole.parent_args;
    std::string text = render(a);
    if (budget == kUnlimited || text.size() <= budget) return text;
  }
  return search(whole, budget, render);
}

std::string cut_text(std::string_view printable, std::size_t max_bytes) {
  if (printable.size() <= max_bytes) return std::string(printable);
  const std::size_t room = max_bytes - kMark.size();
  std::size_t end = 0;
  for (std::size_t next = 0; next <= room; next += unit_length(printable.substr(next))) end = next;
  return std::string(printable.substr(0, end)).append(kMark);
}

std::string command_line(const std::vector<std::string>& args) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out += ' ';
    out += args[i];
  }
  return out;
}

std::string users_text(const Suppressed& suppressed) {
  std::string out;
  for (const std::string& user : suppressed.users) out += (out.empty() ? "" : ", ") + user;
  if (suppressed.more_users == 0) return out;
  return out + (out.empty() ? "" : " and ") + std::to_string(suppressed.more_users) + " more";
}

}  // namespace audisp_eql::alert
