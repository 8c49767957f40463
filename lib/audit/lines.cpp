// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/lines.h"

#include "lib/audit/numbers.h"
#include "lib/audit/record_type.h"

namespace audisp_eql::audit {
namespace {

constexpr char kEnriched = '\x1d';  // what follows it is not raw
constexpr std::string_view kNode = "node=";
constexpr std::string_view kType = "type=";
constexpr std::string_view kMessage = "msg=audit(";
constexpr std::uint64_t kMaxSeconds = INT64_MAX / 1000 - 1;

// `S.MS:SERIAL):` at `pos`, which is moved behind it. auditd prints three
// digits of milliseconds; a fourth is no stamp of its making.
bool take_stamp(std::string_view line, std::size_t& pos, LineHeader& header) {
  const auto expect = [&](char c) { return pos < line.size() && line[pos] == c ? (++pos, true) : false; };
  const auto seconds = take_number(line, pos);
  if (!seconds || *seconds > kMaxSeconds || !expect('.')) return false;
  const auto ms = take_number(line, pos);
  if (!ms || *ms > 999 || !expect(':')) return false;
  const auto serial = take_number(line, pos);
  if (!serial || !expect(')') || !expect(':')) return false;
  header.time = milliseconds(static_cast<std::int64_t>(*seconds * 1000 + *ms));
  header.serial = *serial;
  return true;
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

namespace {

// `take` takes the stamp.
template <typename Take>
std::optional<LineHeader> parse(std::string_view line, Take take) {
  LineHeader header;
  std::size_t pos = 0;
  if (line.starts_with(kNode)) {
    pos = kNode.size();
    header.node = take_word(line, pos);
    if (header.node.empty() || header.node.find(kEnriched) != std::string_view::npos) return std::nullopt;
  }
  if (!line.substr(pos).starts_with(kType)) return std::nullopt;
  pos += kType.size();
  const std::string_view type = take_word(line, pos);
  if (type.empty() || !line.substr(pos).starts_with(kMessage)) return std::nullopt;
  pos += kMessage.size();
  if (!take(line, pos, header)) return std::nullopt;
  header.body = pos < line.size() && line[pos] == ' ' ? pos + 1 : pos;
  header.type = record_type_of(type);
  return header;
}

}  // namespace

std::optional<LineHeader> parse_header(std::string_view line) { return parse(line, take_stamp); }

std::optional<LineHeader> HeaderParser::parse(std::string_view line) {
  return audit::parse(line, [this](std::string_view text, std::size_t& pos, LineHeader& header) {
    const std::size_t begin = pos;
    if (!stamp_.empty() && text.substr(pos).starts_with(stamp_)) {
      pos += stamp_.size();
    } else {
      if (!take_stamp(text, pos, header)) return false;
      stamp_ = text.substr(begin, pos - begin);
      time_ = header.time;
      serial_ = header.serial;
    }
    header.time = time_;
    header.serial = serial_;
    return true;
  });
}

TextKind classify_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return TextKind::kUndecided;
  // Raw and interpreted ausearch output both have it; the line after it tells.
  if (line == "----" || line == "----\r") return TextKind::kUndecided;
  if (line.starts_with("time->")) return TextKind::kAusearch;
  if (parse_header(line)) return TextKind::kRecords;
  const std::size_t message = line.find(kMessage);
  if ((line.starts_with(kType) || line.starts_with(kNode)) && message != std::string_view::npos) {
    // A stamp has no space, an interpreted date has; else a damaged record: ask the next line.
    const std::string_view stamp = line.substr(message + kMessage.size());
    return stamp.substr(0, stamp.find(')')).find(' ', 1) != std::string_view::npos ? TextKind::kInterpreted
                                                                                   : TextKind::kUndecided;
  }
  if (line.starts_with("NODE,EVENT,") || line.starts_with("EVENT,DATE,")) return TextKind::kInterpreted;  // csv
  if (is_sentence(line)) return TextKind::kInterpreted;
  return TextKind::kForeign;
}

}  // namespace audisp_eql::audit
