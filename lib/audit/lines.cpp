// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/lines.h"

#include <cstring>
#include <utility>

#include "lib/audit/numbers.h"
#include "lib/audit/record_type.h"

namespace audisp_eql::audit {
namespace {

constexpr char kEnriched = '\x1d';  // what follows it is not raw
constexpr char kNode[] = "node=";
constexpr char kType[] = "type=";
constexpr char kMessage[] = "msg=audit(";
constexpr std::uint64_t kMaxSeconds = INT64_MAX / 1000 - 1;

// `wanted` at `pos`, which is moved behind it.
template <std::size_t kSize>
bool take(std::string_view line, std::size_t& pos, const char (&wanted)[kSize]) {
  if (!begins_with(line, pos, wanted)) return false;
  pos += kSize - 1;
  return true;
}

// `S.MS:`. auditd prints three digits of milliseconds; a fourth is no stamp of its making.
std::optional<EventTime> take_instant(std::string_view line, std::size_t& pos) {
  const auto seconds = take_number(line, pos);
  if (!seconds || *seconds > kMaxSeconds || !take(line, pos, ".")) return std::nullopt;
  const auto ms = take_number(line, pos);
  if (!ms || *ms > 999 || !take(line, pos, ":")) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(*seconds * 1000 + *ms));
}

// The text up to the next space, both taken; empty when there is none.
std::string_view take_word(std::string_view line, std::size_t& pos) {
  const std::size_t space = line.find(' ', pos);
  if (space == std::string_view::npos) return {};
  const std::string_view word = line.substr(pos, space - pos);
  pos = space + 1;
  return word;
}

// ausearch --format text: `At 07:41:02 24/11/26 root, ...`, `On host at 07:41:02 ...`.
bool is_sentence(std::string_view line) {
  if (line.starts_with("On ")) {
    const std::size_t at = line.find(" at ");
    if (at == std::string_view::npos) return false;
    line.remove_prefix(at + 1);
  } else if (!line.starts_with("At ")) {
    return false;
  }
  return line.size() > 8 && line[5] == ':' && line[8] == ':';
}

}  // namespace

std::optional<std::string_view> LineSplitter::next() {
  while (!chunk_.empty()) {
    const std::size_t end = chunk_.find('\n');
    const std::string_view piece = chunk_.substr(0, end);
    if (!skipping_ && partial_.size() + piece.size() > max_line_) {
      skipping_ = true;
      ++overlong_;
      partial_.clear();
    }
    if (end == std::string_view::npos) {
      if (!skipping_) partial_.append(piece);
      chunk_ = {};
      return std::nullopt;
    }
    chunk_.remove_prefix(end + 1);
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    if (partial_.empty()) return piece;
    partial_.append(piece);
    joined_.swap(partial_);
    partial_.clear();
    return joined_;
  }
  return std::nullopt;
}

std::optional<std::string_view> LineSplitter::rest() {
  skipping_ = false;
  if (partial_.empty()) return std::nullopt;
  joined_.swap(partial_);
  partial_.clear();
  return joined_;
}

// `S.MS:SERIAL):` at `pos`, which is moved behind it.
bool HeaderParser::take_stamp(std::string_view line, std::size_t& pos, LineHeader& header) {
  const std::size_t begin = pos;
  const std::size_t length = instant_.size();
  if (has_instant_ && line.size() - pos >= length && std::memcmp(line.data() + pos, instant_.data(), length) == 0) {
    pos += length;
  } else {
    const auto time = take_instant(line, pos);
    if (!time) return false;
    time_ = *time;
    has_instant_ = pos - begin == length;
    if (has_instant_) line.copy(instant_.data(), length, begin);
  }
  const auto serial = take_number(line, pos);
  if (!serial || !take(line, pos, "):")) return false;
  header.time = time_;
  header.serial = *serial;
  return true;
}

std::optional<LineHeader> HeaderParser::parse(std::string_view line) {
  std::optional<LineHeader> header(std::in_place);
  std::size_t pos = 0;
  if (take(line, pos, kNode)) {
    header->node = take_word(line, pos);
    if (header->node.empty() || header->node.find(kEnriched) != std::string_view::npos) return std::nullopt;
  }
  if (!take(line, pos, kType)) return std::nullopt;
  const auto type = take_record_type(line, pos);
  if (!type || !take(line, pos, kMessage) || !take_stamp(line, pos, *header)) return std::nullopt;
  header->type = *type;
  header->body = pos < line.size() && line[pos] == ' ' ? pos + 1 : pos;
  return header;
}

std::optional<LineHeader> parse_header(std::string_view line) { return HeaderParser().parse(line); }

TextKind classify_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return TextKind::kUndecided;
  // Raw and interpreted ausearch output both have it; the line after it tells.
  if (line == "----" || line == "----\r") return TextKind::kUndecided;
  if (line.starts_with("time->")) return TextKind::kAusearch;
  if (parse_header(line)) return TextKind::kRecords;
  const std::size_t message = line.find(kMessage);
  if ((line.starts_with(kType) || line.starts_with(kNode)) && message != std::string_view::npos) {
    // A stamp has no space, an interpreted date has; else a damaged record: ask the next line.
    const std::string_view stamp = line.substr(message + sizeof kMessage - 1);
    return stamp.substr(0, stamp.find(')')).find(' ', 1) != std::string_view::npos ? TextKind::kInterpreted
                                                                                   : TextKind::kUndecided;
  }
  if (line.starts_with("NODE,EVENT,") || line.starts_with("EVENT,DATE,")) return TextKind::kInterpreted;  // csv
  if (is_sentence(line)) return TextKind::kInterpreted;
  return TextKind::kForeign;
}

}  // namespace audisp_eql::audit
