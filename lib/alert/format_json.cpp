// SPDX-License-Identifier: Apache-2.0
// The only file that knows Boost.JSON.
#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "lib/alert/budget.h"
#include "lib/alert/format.h"

namespace audisp_eql::alert {
namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view key, std::string_view text) {
  if (!text.empty()) out.emplace(key, text);
}
void put(json::object& out, std::string_view key, const std::optional<std::int64_t>& number) {
  if (number) out.emplace(key, *number);
}
void put(json::object& out, std::string_view key, json::object&& inner) {
  if (!inner.empty()) out.emplace(key, std::move(inner));
}
void put(json::object& out, std::string_view key, json::array&& inner) {
  if (!inner.empty()) out.emplace(key, std::move(inner));
}
void put(json::object& out, std::string_view key, const std::vector<std::string>& texts) {
  put(out, key, json::array(texts.begin(), texts.end()));
}

json::object event_of(const Alert& a) {
  json::object out;
  put(out, "id", a.id);
  out.emplace("kind", "alert");
  put(out, "category", a.categories);
  put(out, "type", a.types);
  put(out, "action", a.action);
  out.emplace("severity", to_number(a.rule.severity));
  out.emplace("risk_score", a.rule.risk_score);
  if (a.created) out.emplace("created", format_time(*a.created));
  return out;
}

json::object rule_of(const RuleInfo& rule) {
  json::object out;
  put(out, "id", rule.id);
  put(out, "name", rule.name);
  put(out, "version", rule.version);
  if (!rule.references.empty()) put(out, "reference", rule.references.front());
  return out;
}

json::object named(std::string_view id, std::string_view name) {
  json::object out;
  put(out, "id", id);
  put(out, "name", name);
  return out;
}

json::object technique_of(const Technique& technique) {
  json::object out = named(technique.id, technique.name);
  json::array subs;
  for (const Technique& sub : technique.subtechniques) subs.emplace_back(named(sub.id, sub.name));
  put(out, "subtechnique", std::move(subs));
  return out;
}

json::array threats_of(const std::vector<Threat>& threats) {
  json::array out;
  for (const Threat& threat : threats) {
    json::object one;
    put(one, "framework", threat.framework);
    put(one, "tactic", named(threat.tactic_id, threat.tactic_name));
    json::array techniques;
    for (const Technique& technique : threat.techniques) techniques.emplace_back(technique_of(technique));
    put(one, "technique", std::move(techniques));
    out.emplace_back(std::move(one));
  }
  return out;
}

json::object user_of(const UserInfo& user) {
  json::object out = named(user.id, user.name);
  json::object audit;
  put(audit, "id", user.audit_id);
  put(out, "audit", std::move(audit));
  return out;
}

json::object process_of(const ProcessInfo& process) {
  json::object out;
  put(out, "pid", process.pid);
  put(out, "entity_id", process.entity_id);
  put(out, "name", process.name);
  put(out, "executable", shown_executable(process));
  put(out, "args", process.args);
  put(out, "args_count", process.args_count);
  put(out, "command_line", command_line(process.args));
  put(out, "working_directory", process.working_directory);
  json::object systemd;
  put(systemd, "unit", process.systemd_unit);
  put(out, "systemd", std::move(systemd));
  return out;
}

json::object destination_of(const std::optional<Destination>& destination) {
  json::object out;
  if (!destination) return out;
  put(out, "ip", destination->ip);
  put(out, "port", destination->port);
  return out;
}

void put_names(json::object& out, const FileNames& names) {
  put(out, "path", names.path);
  put(out, "name", names.name);
  put(out, "extension", names.extension);
}

json::object file_of(const std::optional<FileInfo>& file) {
  json::object out;
  if (!file) return out;
  put_names(out, file->now);
  put(out, "type", file->type);
  put(out, "target_path", file->target);
  json::object original, extended;
  put_names(original, file->original);
  put(extended, "original", std::move(original));
  put(out, "Ext", std::move(extended));
  return out;
}

// A path has a slash, a name none.
json::object file_of(const Evidence& event) {
  json::object out;
  put(out, event.file.starts_with('/') ? "path" : "name", event.file);
  return out;
}

void add_distinct(std::vector<std::string>& list, const std::string& text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

json::object related_of(const Alert& a) {
  std::vector<std::string> ips;
  std::vector<std::string> users;
  std::vector<std::string> hosts;
  if (a.destination) add_distinct(ips, a.destination->ip);
  for (const Evidence& event : a.evidence) {
    if (event.destination) add_distinct(ips, event.destination->ip);
    add_distinct(hosts, event.host);
  }
  add_distinct(hosts, a.host_id);
  for (const std::string* user : {&a.user.name, &a.user.id, &a.user.real_id, &a.user.audit_id}) {
    add_distinct(users, *user);
  }
  if (a.suppressed) {
    for (const std::string& user : a.suppressed->users) add_distinct(users, user);
  }
  json::object out;
  put(out, "ip", ips);
  put(out, "user", users);
  put(out, "hosts", hosts);
  return out;
}

json::array evidence_of(const std::vector<Evidence>& evidence) {
  json::array out;
  for (const Evidence& event : evidence) {
    json::object one;
    one.emplace("stage", event.stage);
    one.emplace("time", format_time(event.time));
    put(one, "host", event.host);
    if (event.serial) one.emplace("serial", *event.serial);
    put(one, "action", event.action);
    put(one, "pid", event.pid);
    put(one, "outcome", event.outcome);
    put(one, "destination", destination_of(event.destination));
    put(one, "file", file_of(event));
    out.emplace_back(std::move(one));
  }
  return out;
}

json::object desktop_entry_of(const DesktopEntryInfo& entry) {
  json::object out;
  put(out, "path", entry.path);
  put(out, "name", entry.name);
  put(out, "exec", entry.exec);
  put(out, "owner", entry.owner);
  if (entry.mtime) out.emplace("mtime", format_time(*entry.mtime));
  put(out, "sha256", entry.sha256);
  put(out, "found_by", entry.found_by);
  return out;
}

json::object suppressed_of(const Suppressed& suppressed) {
  json::object out;
  out.emplace("count", suppressed.count);
  put(out, "first_id", suppressed.first_id);
  put(out, "last_id", suppressed.last_id);
  put(out, "users", suppressed.users);
  if (suppressed.more_users > 0) out.emplace("more_users", suppressed.more_users);
  return out;
}

json::object ours_of(const Alert& a) {
  json::object out;
  out.emplace("severity", to_string(a.rule.severity));
  out.emplace("truncated", a.truncated);
  put(out, "notes", a.notes);
  if (a.desktop_entry) put(out, "desktop_entry", desktop_entry_of(*a.desktop_entry));
  if (a.suppressed) put(out, "suppressed", suppressed_of(*a.suppressed));
  return out;
}

json::object whole_process_of(const Alert& a) {
  json::object process = process_of(a.process);
  put(process, "parent", process_of(a.parent));
  json::object real_user;
  put(real_user, "id", a.user.real_id);
  put(process, "real_user", std::move(real_user));
  return process;
}

std::string render(const Alert& a) {
  json::object out;
  out.emplace("@timestamp", format_time(a.time));
  put(out, "event", event_of(a));
  put(out, "rule", rule_of(a.rule));
  put(out, "threat", threats_of(a.rule.threats));
  put(out, "host", named(a.host_id, {}));
  put(out, "user", user_of(a.user));
  put(out, "process", whole_process_of(a));
  json::object network;
  put(network, "type", a.network_type);
  put(network, "transport", a.network_transport);
  put(out, "network", std::move(network));
  put(out, "destination", destination_of(a.destination));
  put(out, "file", file_of(a.file));
  put(out, "related", related_of(a));
  json::object data;
  put(data, "exe", a.process.kernel_executable);
  json::object auditd;
  put(auditd, "data", std::move(data));
  put(out, "auditd", std::move(auditd));
  put(out, "evidence", evidence_of(a.evidence));
  put(out, "audisp_eql", ours_of(a));
  return json::serialize(out);
}

}  // namespace

std::string format_json(const Alert& alert, std::size_t max_bytes) { return fit(alert, max_bytes, render); }

}  // namespace audisp_eql::alert
