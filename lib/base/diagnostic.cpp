// SPDX-License-Identifier: Apache-2.0
#include "lib/base/diagnostic.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/base/result.h"

namespace audisp_eql {
namespace {

// A long line (Elastic's queries run to 10,000 characters) is shown around the place.
constexpr std::size_t kShownLine = 160;
constexpr std::size_t kShownBefore = 60;

struct Excerpt {
  std::string text;
  std::string caret;
};

// Bytes that a terminal would obey are shown instead.
void append_visible(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f) {
    out += fmt::format("\\x{:02X}", byte);
  } else {
    out += c;
  }
}

std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) append_visible(out, c);
  return out;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Tabs stay tabs in both lines, so that the caret stands under the same column.
Excerpt excerpt(const Diagnostic& d) {
  const std::string& line = d.source_line;
  const std::size_t at = std::min(d.column > 0 ? d.column - 1 : 0, line.size());
  std::size_t begin = line.size() > kShownLine && at > kShownBefore ? at - kShownBefore : 0;
  while (begin > 0 && is_continuation(line[begin])) --begin;
  std::size_t end = std::min(line.size(), begin + kShownLine);
  while (end < line.size() && is_continuation(line[end])) ++end;

  Excerpt e;
  if (begin > 0) e.text = "...";
  e.caret.assign(e.text.size(), ' ');
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t before = e.text.size();
    if (line[i] == '\t') {
      e.text += '\t';
    } else {
      append_visible(e.text, line[i]);
    }
    const std::size_t columns = is_continuation(line[i]) ? 0 : e.text.size() - before;
    if (i < at) e.caret.append(columns, line[i] == '\t' ? '\t' : ' ');
    if (i == at) e.caret += '^';
    if (i > at && i < at + d.width) e.caret.append(columns, '~');
  }
  if (end < line.size()) e.text += "...";
  if (at >= end) e.caret += '^';
  return e;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kNote: return "note";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
  }
  return "error";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(error.diagnostics.empty() ? "no value" : error.diagnostics.front().message);
}

std::size_t offset_at(std::string_view text, std::size_t line, std::size_t column) {
  std::size_t at = 0;
  for (std::size_t n = 1; n < line && at < text.size(); ++n) {
    const std::size_t newline = text.find('\n', at);
    at = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  return std::min(text.size(), at + (column > 0 ? column - 1 : 0));
}

Diagnostic diagnose(const Source& source, Span span, std::string message, std::string hint, Severity severity) {
  const std::string& text = source.text;
  const std::size_t at = std::min(span.begin, text.size());
  const std::size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 == 0
  const std::size_t newline = text.find('\n', at);
  const std::size_t line_end = newline == std::string::npos ? text.size() : newline;
  const auto lines_before =
      static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));

  Diagnostic d;
  d.severity = severity;
  d.message = std::move(message);
  d.hint = std::move(hint);
  d.file = source.file;
  d.line = source.first_line + lines_before;
  d.column = at - line_begin + 1;
  d.width = std::max<std::size_t>(1, std::min(span.end, line_end) - std::min(at, std::min(span.end, line_end)));
  d.source_line = text.substr(line_begin, line_end - line_begin);
  if (lines_before == 0 && source.first_column > 1) {
    d.column += source.first_column - 1;
    d.source_line.insert(0, source.first_column - 1, ' ');
  }
  return d;
}

std::string render(const Diagnostic& d) {
  std::string out;
  if (!d.file.empty()) out += escape_printable(d.file) + ":";
  if (d.line > 0) out += fmt::format("{}:{}:", d.line, d.column);
  if (!out.empty()) out += ' ';
  out += fmt::format("{}: {}\n", severity_name(d.severity), visible(d.message));
  if (d.line > 0 && !d.source_line.empty()) {
    const Excerpt e = excerpt(d);
    out += fmt::format("  {}\n  {}\n", e.text, e.caret);
  }
  if (!d.hint.empty()) out += fmt::format("  hint: {}\n", visible(d.hint));
  return out;
}

std::string render(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics) out += render(d);
  return out;
}

bool has_error(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  // Longer words cannot be misspellings of any name we know; bounds the work on hostile input.
  constexpr std::size_t kMaxWord = 128;
  std::string_view best;
  std::size_t best_distance = 1 + word.size() / 4;
  if (word.size() > kMaxWord) return best;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance || (distance == best_distance && best.empty())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace audisp_eql
