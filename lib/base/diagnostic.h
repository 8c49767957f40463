// SPDX-License-Identifier: Apache-2.0
// A message about a piece of source text (rule, config): where, what, and what
// to do. Diagnostics are values, collected and rendered at the end; tests
// compare the fields, and the rendered text once per kind.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace audisp_eql {

// Half-open byte range [begin, end) in a source text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const Span&) const = default;
};

enum class Severity { kNote, kWarning, kError };

// `file` may be empty (an operating system failure, a flag). `line` and
// `column` count from 1, columns in bytes; 0 means the place is not known.
// `source_line` is that line without its newline, for the caret.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string message;  // what is wrong, no full stop
  std::string hint;     // what to do about it; may be empty
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t width = 1;  // bytes to underline, at least 1
  std::string source_line;
  bool operator==(const Diagnostic&) const = default;
};

// A text with a name, into which spans point. For EQL inside a TOML file
// `first_line` and `first_column` say where in the file the text begins
// (column counts for the first line only), so that messages name the file's own
// lines.
struct Source {
  std::string file;
  std::string text;
  std::size_t first_line = 1;
  std::size_t first_column = 1;
};

// The byte at `line` and `column` of the text, both counted from 1 as other parsers
// do; past the end of the text its size.
[[nodiscard]] std::size_t offset_at(std::string_view text, std::size_t line, std::size_t column);

// Builds a diagnostic whose place is `span` in `source`.
[[nodiscard]] Diagnostic diagnose(const Source& source, Span span, std::string message, std::string hint = {},
                                  Severity severity = Severity::kError);

// `file:line:col: error: message`, the source line, a caret line, `hint: ...`.
// Control bytes are shown as \xHH, and the file as escape_printable has it, so that
// no name of a file makes a line of its own. Always ends in a newline.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);
[[nodiscard]] std::string render(const std::vector<Diagnostic>& diagnostics);

[[nodiscard]] bool has_error(const std::vector<Diagnostic>& diagnostics);

// The candidate nearest to `word` by edit distance, if near enough to be a
// likely misspelling (distance <= 1 + length/4); empty if none.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace audisp_eql
