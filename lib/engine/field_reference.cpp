// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/field_reference.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lib/engine/event_builder.h"
#include "lib/event/schema.h"

namespace audisp_eql::engine {
namespace {

using event::Availability;
using event::FieldId;
using event::FieldInfo;

struct KindInfo {
  EventKind kind;
  std::string_view meaning;
  std::string_view source;
};

constexpr std::array<KindInfo, kEventKinds> kKinds = {{
    {EventKind::kExec, "A program was executed", "SYSCALL of execve, execveat; EXECVE, CWD, PATH"},
    {EventKind::kFork, "A process was made; of clone3 only once the child is seen to be no thread",
     "SYSCALL of fork, vfork, clone, clone3"},
    {EventKind::kExit, "A process ended by itself; not by a signal", "SYSCALL of exit_group"},
    {EventKind::kConnect, "A process asked to connect to an IPv4 or IPv6 address, whatever came of it",
     "SYSCALL of connect, socketcall; SOCKADDR"},
    {EventKind::kFileCreation, "A file, directory or link was made",
     "SYSCALL of open, openat, openat2, creat, mkdir, mkdirat, mknod, mknodat, link, linkat, symlink, symlinkat; PATH, "
     "CWD"},
    {EventKind::kFileModification, "A file that was there was opened for writing, or truncated",
     "SYSCALL of open, openat, openat2, creat, truncate; PATH, CWD"},
    {EventKind::kFileRename, "A file or directory was renamed", "SYSCALL of rename, renameat, renameat2; PATH, CWD"},
    {EventKind::kFileDeletion, "A file, directory or link was removed",
     "SYSCALL of unlink, unlinkat, rmdir; PATH, CWD"},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (static_cast<std::size_t>(kKinds[i].kind) != i || kKinds[i].meaning.empty() || kKinds[i].source.empty())
      return false;
  }
  return true;
}
static_assert(is_in_order());

std::string_view word_for(Availability availability) {
  switch (availability) {
    case Availability::kRecords: return "records";
    case Availability::kLive: return "live";
    case Availability::kExported: return "exported";
  }
  return {};
}

std::string_view remark_on(Availability availability) {
  switch (availability) {
    case Availability::kRecords: return "";
    case Availability::kLive: return "**Live only.** ";
    case Availability::kExported: return "**Never in audit events.** ";
  }
  return {};
}

// The words are the program's own: quotes and backslashes are all there could be.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

struct Kind {
  std::string_view category, type;
  std::vector<std::string_view> actions;
};

// `event` keeps the texts.
Kind kind_of(EventKind kind, event::Event& event) {
  event.clear();
  set_kind(kind, event);
  Kind out{event.text(FieldId::kEventCategory), event.text(FieldId::kEventType), {}};
  for (const event::Value action : event.get(FieldId::kEventAction)) out.actions.push_back(action.as_string());
  return out;
}

constexpr std::string_view kIntroduction = R"(# Fields and events

What rules can read, by `audisp-eql fields` (`--format json` for programs). The names are ECS.

- A condition on a field that has several values is true if it is true of one of them; but `!=`, `not in` and `not` are
  true only if what they deny is true of none.
- A field that is not listed here is never there in an audit event; `audisp-eql check` names those that a rule reads.
- With `scan --input ndjson` a field is what the exported event says, whatever is written here.
- *Process table*: what earlier records of the same process and of its parents told, kept from its first record to its
  end; live also what /proc said of it.

## Fields

| field | type | meaning | source: record and its fields |
|---|---|---|---|
)";

constexpr std::string_view kEvents = R"(
## Events

`event.action` has all the words of its row, so that rules written for any of several data sources match. The first one
is the one that alerts have.

| `event.category` | `event.type` | `event.action` | what happened | source |
|---|---|---|---|---|
)";

}  // namespace

std::string fields_as_markdown() {
  std::string out(kIntroduction);
  for (const FieldInfo& field : event::builtin_fields()) {
    out += fmt::format("| `{}` | {} | {}{} | {} |\n", field.name, to_string(field.type), remark_on(field.availability),
                       field.doc, field.source);
  }
  out += kEvents;
  event::Event event;
  for (const KindInfo& info : kKinds) {
    const Kind kind = kind_of(info.kind, event);
    out += fmt::format("| {} | {} | `{}` | {} | {} |\n", kind.category, kind.type, fmt::join(kind.actions, "` `"),
                       info.meaning, info.source);
  }
  return out;
}

std::string fields_as_json() {
  std::string out = "{\"fields\":[";
  std::string_view comma;
  for (const FieldInfo& field : event::builtin_fields()) {
    out += fmt::format("{}\n{{\"name\":{},\"type\":{},\"meaning\":{},\"source\":{},\"available\":{}}}", comma,
                       quoted(field.name), quoted(to_string(field.type)), quoted(field.doc), quoted(field.source),
                       quoted(word_for(field.availability)));
    comma = ",";
  }
  out += "\n],\"events\":[";
  comma = "";
  event::Event event;
  for (const KindInfo& info : kKinds) {
    const Kind kind = kind_of(info.kind, event);
    std::vector<std::string> actions;
    for (const std::string_view action : kind.actions) actions.push_back(quoted(action));
    out += fmt::format("{}\n{{\"category\":{},\"type\":{},\"action\":[{}],\"meaning\":{},\"source\":{}}}", comma,
                       quoted(kind.category), quoted(kind.type), fmt::join(actions, ","), quoted(info.meaning),
                       quoted(info.source));
    comma = ",";
  }
  return out + "\n]}\n";
}

}  // namespace audisp_eql::engine
