// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/raw_fields.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <libaudit.h>

#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

std::string_view word_at(std::string_view line, std::size_t pos) {
  std::size_t end = pos;
  while (end < line.size() && line[end] != ' ' && line[end] != '\x1d' && line[end] != '\r') ++end;
  return line.substr(pos, end - pos);
}

// Fields of a SYSCALL record that nothing reads. All others stay, known or not.
bool is_needless_in_syscall(std::string_view field) {
  if (field.empty()) return true;
  switch (field.front()) {
    case 'a': return field.starts_with("a3=");
    case 'c': return field.starts_with("cwd=");
    case 'f': return field.starts_with("fsuid=") || field.starts_with("fsgid=");
    case 'i': return field.starts_with("items=");
    case 'k': return field.starts_with("key=");
    case 's':
      return field.starts_with("suid=") || field.starts_with("sgid=") || field.starts_with("ses=") ||
             field.starts_with("subj=");
    default: return false;
  }
}

// Of a PATH record, unlike that, few are kept.
bool is_needless_in_path(std::string_view field) {
  constexpr std::array<std::string_view, 6> kKept = {"item=", "name=", "inode=", "dev=", "mode=", "nametype="};
  return std::none_of(kKept.begin(), kKept.end(), [field](std::string_view name) { return field.starts_with(name); });
}

std::string_view needed_in_path(std::string_view line, std::size_t body, std::string& scratch) {
  scratch.clear();
  std::size_t copied = 0;  // everything before it is in scratch or needless
  for (std::size_t pos = body; pos < line.size();) {
    std::size_t end = pos;
    while (end < line.size() && line[end] != ' ') ++end;
    const std::size_t next = std::min(end + 1, line.size());
    if (is_needless_in_path(line.substr(pos, end - pos))) {
      scratch.append(line, copied, pos - copied);
      copied = next;
    }
    pos = next;
  }
  scratch.append(line, copied);
  return scratch;
}

std::size_t find_text(std::string_view text, std::string_view wanted) {
  const void* const at = ::memmem(text.data(), text.size(), wanted.data(), wanted.size());
  return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

// The line up to and with the last field of it that is read, or only its header
// when there is none.
std::string_view up_to(std::string_view line, std::size_t body, std::string_view spaced_name) {
  const std::string_view value = raw_field(line, body, spaced_name);
  if (value.data() == nullptr) return line.substr(0, body);
  return line.substr(0, static_cast<std::size_t>(value.data() + value.size() - line.data()));
}

// `arch=A syscall=N ` at `pos`.
std::optional<RawSyscall> usual_syscall(std::string_view line, std::size_t pos) {
  if (!begins_with(line, pos, "arch=")) return std::nullopt;
  pos += 5;
  const auto arch = take_hex(line, pos);
  if (!arch || *arch > UINT32_MAX || !begins_with(line, pos, " syscall=")) return std::nullopt;
  pos += 9;
  const auto number = take_number(line, pos);
  if (!number || !begins_with(line, pos, " ")) return std::nullopt;
  return RawSyscall{static_cast<std::uint32_t>(*arch), *number};
}

}  // namespace

std::string_view needed_fields(int type, std::string_view line, std::size_t body, std::string& scratch,
                               PathDetail detail) {
  const std::string_view raw = raw_half(line);
  if (body > raw.size()) return raw;
  switch (type) {
    case AUDIT_PATH:
      if (detail == PathDetail::kItem) return needed_in_path(raw, body, scratch);
      return up_to(raw, body, " name=");
    case AUDIT_OPENAT2: return up_to(raw, body, " resolve=");
    case AUDIT_CWD: return up_to(raw, body, " cwd=");
    case AUDIT_SOCKADDR: return up_to(raw, body, " saddr=");
    // No genuine argument record has it, and libauparse 3.0.9 leaks it.
    case AUDIT_EXECVE: return raw.substr(0, find_text(raw, " cwd="));
    default: return raw;
  }
}

bool is_splittable(int type) {
  switch (type) {
    case AUDIT_SYSCALL:
    case AUDIT_CWD:
    case AUDIT_PATH:
    case AUDIT_SOCKADDR:
    case AUDIT_SOCKETCALL:
    case AUDIT_OPENAT2: return true;
    default: return false;
  }
}

void split_record(int type, std::string_view line, std::vector<Field>& fields) {
  const bool is_syscall = type == AUDIT_SYSCALL;
  const std::size_t header = line.find("): ");
  for (std::size_t pos = header == std::string_view::npos ? line.size() : header + 3; pos < line.size();) {
    const std::size_t end = std::min(line.find(' ', pos), line.size());
    const std::string_view word = line.substr(pos, end - pos);
    pos = end + 1;
    if (is_syscall && is_needless_in_syscall(word)) continue;
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    fields.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
}

std::string_view raw_half(std::string_view line) {
  const std::size_t separator = line.find('\x1d');
  if (separator != std::string_view::npos) return line.substr(0, separator);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view raw_field(std::string_view line, std::size_t body, std::string_view spaced_name) {
  const std::size_t space = body == 0 ? 0 : body - 1;
  // Most often the first one.
  if (line.substr(space).starts_with(spaced_name)) return word_at(line, space + spaced_name.size());
  const std::string_view raw = raw_half(line);
  const std::size_t at = raw.find(spaced_name, space);
  return at == std::string_view::npos ? std::string_view{} : word_at(raw, at + spaced_name.size());
}

std::optional<RawSyscall> raw_syscall(std::string_view line, std::size_t body) {
  if (const auto usual = usual_syscall(line, body)) return usual;
  const auto arch = parse_number<std::uint32_t>(raw_field(line, body, " arch="), 16);
  const auto number = parse_number<std::uint64_t>(raw_field(line, body, " syscall="));
  if (!arch || !number) return std::nullopt;
  return RawSyscall{*arch, *number};
}

}  // namespace audisp_eql::audit
