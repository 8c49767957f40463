// SPDX-License-Identifier: Apache-2.0
#include "plugin/rule_report.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/engine/event_builder.h"
#include "lib/eql/query.h"

namespace audisp_eql::plugin {
namespace {

struct Feed {
  engine::EventKind kind;
  std::string_view records;
  std::string_view audit_rule;
};
constexpr std::string_view kFileRecords = "file (SYSCALL, CWD, PATH)";
constexpr std::string_view kFileRule =
    "-a always,exit -F arch=b64 -S open,openat,openat2,creat,truncate,rename,renameat,renameat2,link,linkat,symlink,"
    "symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat -F dir=DIRECTORY";
constexpr Feed kFeeds[] = {
    {engine::EventKind::kExec, "exec (SYSCALL, EXECVE, CWD, PATH)", "-a always,exit -F arch=b64 -S execve,execveat"},
    {engine::EventKind::kFork, "fork (SYSCALL)", "-a always,exit -F arch=b64 -S clone,clone3,fork,vfork"},
    {engine::EventKind::kExit, "exit (SYSCALL)", "-a always,exit -F arch=b64 -S exit_group"},
    {engine::EventKind::kConnect, "connect (SYSCALL, SOCKADDR)", "-a always,exit -F arch=b64 -S connect"},
    {engine::EventKind::kFileCreation, kFileRecords, kFileRule},
    {engine::EventKind::kFileModification, kFileRecords, kFileRule},
    {engine::EventKind::kFileRename, kFileRecords, kFileRule},
    {engine::EventKind::kFileDeletion, kFileRecords, kFileRule},
};

bool can_match(const eql::Query& query, engine::EventKind kind) {
  event::Event event;
  engine::set_kind(kind, event);
  return std::any_of(query.stages.begin(), query.stages.end(),
                     [&](const eql::Stage& stage) { return stage.predicate.could_match(event); });
}

std::string shape(const eql::Query& query) {
  std::string out;
  switch (query.kind) {
    case eql::QueryKind::kEvent: out = "single event"; break;
    case eql::QueryKind::kSequence: out = fmt::format("sequence of {}", query.stages.size()); break;
    case eql::QueryKind::kSample: out = fmt::format("sample of {}", query.stages.size()); break;
  }
  if (query.maxspan) out += fmt::format(" within {} ms", query.maxspan->ms);
  if (query.until) out += ", with until";
  return out;
}

struct Fields {
  std::vector<std::string> known, unknown, live_only;
};

Fields fields_of(const eql::Query& query, const event::FieldTable& table) {
  Fields fields;
  for (const event::FieldId id : query.fields) {
    auto& list = event::is_in_audit_events(id) ? fields.known : fields.unknown;
    list.push_back(escape_printable(table.name(id)));
    if (event::is_live_only(id)) fields.live_only.push_back(list.back());
  }
  return fields;
}

std::string row(std::string_view name, std::string_view text) {
  return text.empty() ? std::string() : fmt::format("  {:<13}{}\n", name, text);
}

}  // namespace

std::string describe_rule(const engine::Rule& rule, const event::FieldTable& table) {
  const eql::Query& query = *rule.query;
  const Fields fields = fields_of(query, table);
  std::string out = fmt::format("ok: {}: {}\n", rule.file, escape_printable(rule.info.name));
  out += row("id", escape_printable(rule.info.id));
  out += row("severity", fmt::format("{}, risk {}", alert::to_string(rule.info.severity), rule.info.risk_score));
  out += row("query", shape(query));
  out += row("fields", fmt::format("{}", fmt::join(fields.known, ", ")));
  out += row("live only", fields.live_only.empty()
                              ? std::string()
                              : fmt::format("{}: cannot match in a log (scan)", fmt::join(fields.live_only, ", ")));
  out += row("never there", fmt::format("{}", fmt::join(fields.unknown, ", ")));
  std::string_view said;
  for (const Feed& feed : kFeeds) {
    if (feed.records == said || !can_match(query, feed.kind)) continue;
    out += row("fed by", feed.records) + row("  needs", feed.audit_rule);
    said = feed.records;
  }
  if (can_match(query, engine::EventKind::kConnect) &&
      std::binary_search(query.fields.begin(), query.fields.end(), event::FieldId::kNetworkTransport)) {
    out += row("fed by", "socket (SYSCALL), for network.transport") +
           row("  needs", "-a always,exit -F arch=b64 -S socket -F a0=2, and with -F a0=10");
  }
  if (said.empty()) out += row("fed by", "nothing: no audit event can match it");
  return out;
}

std::string describe_disabled(const engine::Rule& rule) {
  return fmt::format("disabled: {}: {}\n", rule.file, escape_printable(rule.info.name)) +
         row("id", escape_printable(rule.info.id));
}

std::string describe_exception(const engine::Exception& e) {
  return fmt::format("ok: {}:{}: exception of {}{}: {}\n", e.file, e.line, escape_printable(e.rule_id),
                     e.expires ? fmt::format(" until {}", e.expires_text) : "", escape_printable(e.reason));
}

std::string explain_rule(const engine::Rule& rule) {
  event::FieldTable fields;
  const Source source{rule.file, rule.query_text};
  const Result<eql::Explanation> explained = eql::explain_query(source, fields);
  if (!explained) return render(explained.error().diagnostics);
  const std::pair<std::string_view, const std::string*> stages[] = {{"tokens", &explained->tokens},
                                                                    {"ast", &explained->ast},
                                                                    {"typed", &explained->typed},
                                                                    {"folded", &explained->folded},
                                                                    {"program", &explained->program}};
  std::string out;
  for (const auto& [name, text] : stages) out += fmt::format("  -- {} --\n{}\n", name, *text);
  return out;
}

}  // namespace audisp_eql::plugin
