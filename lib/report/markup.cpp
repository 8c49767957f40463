// SPDX-License-Identifier: Apache-2.0
#include "lib/report/markup.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "lib/alert/budget.h"
#include "lib/base/escape.h"

namespace audisp_eql::report {
namespace {

constexpr std::size_t kArgBytes = 2'000;
constexpr std::size_t kCommandBytes = 6'000;
constexpr std::size_t kArgs = 100;

std::string cut_note(std::string_view text) { return fmt::format("<span class=\"cut\">{}</span>", text); }

bool is_cut(std::string_view bytes, std::size_t max_bytes) {
  return bytes.size() > max_bytes || escape_printable(bytes).size() > max_bytes;
}

std::string length_note(std::string_view bytes, std::size_t max_bytes) {
  if (!is_cut(bytes, max_bytes)) return {};
  return cut_note(fmt::format("cut: {} bytes in all", grouped(bytes.size())));
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t max_bytes) {
  // What a byte past the limit tears is cut.
  std::string out = escape_printable(bytes.substr(0, max_bytes + 1));
  return out.size() > max_bytes ? alert::cut_text(out, max_bytes) : out;
}

std::string encode(std::string_view printable) {
  std::string out;
  out.reserve(printable.size() + printable.size() / 8);
  for (const char c : printable) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string html_text(std::string_view bytes, std::size_t max_bytes) {
  return encode(printable(bytes, max_bytes)) + length_note(bytes, max_bytes);
}

std::string html_command(const std::vector<std::string>& args) {
  std::string out;
  std::size_t room = kCommandBytes;
  std::size_t shown = 0;
  for (; shown < args.size() && shown < kArgs && room >= 3; ++shown) {
    const std::size_t limit = std::min(kArgBytes, room);
    const std::string text = printable(args[shown], limit);
    out += fmt::format("{}<bdi>{}</bdi>{}", out.empty() ? "" : " ", encode(shell_quoted(text)),
                       length_note(args[shown], limit));
    room -= text.size();
  }
  if (shown == args.size()) return out;
  std::size_t bytes = 0;
  for (std::size_t i = shown; i < args.size(); ++i) bytes += args[i].size();
  return out +
         cut_note(fmt::format("cut: {}, {}", counted(args.size() - shown, "more argument"), counted(bytes, "byte")));
}

std::string percent_encode(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
  return out;
}

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t i = out.size(); i > 3; i -= 3) out.insert(i - 3, 1, ',');
  return out;
}

std::string counted(std::uint64_t number, std::string_view word) {
  return fmt::format("{} {}{}", grouped(number), word, number == 1 ? "" : "s");
}

std::string shown_time(EventTime time, const alert::UtcOffset& offset) {
  std::string out = alert::format_time(time, offset ? offset(time) : 0);
  constexpr std::size_t kDate = 10, kWithoutZone = 23;  // 2026-11-24T08:40:25.106
  out[kDate] = ' ';
  return out.insert(kWithoutZone, 1, ' ');
}

std::string html_time(EventTime time, const alert::UtcOffset& offset) {
  const std::string text = shown_time(time, offset);
  constexpr std::size_t kZone = 24;
  return fmt::format("<time>{}<small>{}</small></time>", text.substr(0, kZone), text.substr(kZone));
}

std::string html_short_time(EventTime time, const alert::UtcOffset& offset) {
  constexpr std::size_t kToSecond = 19;
  return fmt::format("<time>{}</time>", shown_time(time, offset).substr(0, kToSecond));
}

}  // namespace audisp_eql::report
