// SPDX-License-Identifier: Apache-2.0
#include "plugin/exported.h"

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/byte_source.h"
#include "plugin/plural.h"
#include "plugin/trusted_file.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

// Events are sorted in memory.
constexpr std::size_t kReadSize = 256u << 10;
constexpr std::size_t kMaxInput = std::size_t{4} << 30U;

// Why not all of it is in `text`.
std::optional<Diagnostic> read_input(const std::string& file, const std::string& name, std::string& text) {
  UniqueFd fd = open_file(file);
  if (!fd) return os_error("cannot read " + name, errno);
  const auto source = open_source(std::move(fd), {name, nullptr});
  const auto buffer = std::make_unique<char[]>(kReadSize);
  while (const std::size_t n = source->read(buffer.get(), kReadSize)) {
    text.append(buffer.get(), n);
    if (text.size() <= kMaxInput) continue;
    text.clear();
    return os_error("cannot read " + name, EFBIG);
  }
  return source->failure();
}

Diagnostic refused_line(const ndjson::BadLine& bad) {
  Diagnostic d;
  d.severity = Severity::kWarning;
  d.file = bad.file;
  d.line = bad.line;
  d.column = 1;
  d.message = "line left out: " + bad.why;
  return d;
}

}  // namespace

ExportedInputs read_exported(const std::vector<std::string>& files, ndjson::SortedLog& log) {
  ExportedInputs out;
  for (const std::string& file : files.empty() ? std::vector<std::string>{"-"} : files) {
    const std::string name = file == "-" ? "standard input" : escape_printable(file);
    std::string text;
    auto failure = read_input(file, name, text);
    if (failure) out.diagnostics.push_back(std::move(*failure));
    if (!failure) ++out.read;
    log.add(name, std::move(text));
  }
  for (const ndjson::BadLine& bad : log.bad_lines()) out.diagnostics.push_back(refused_line(bad));
  return out;
}

std::string exported_summary(const ndjson::ReaderCounters& counters, std::size_t inputs, std::size_t results,
                             std::size_t rules) {
  std::string out =
      fmt::format("{} by {}\nread: {}, {}, {}\n", plural(results, "result"), plural(rules, "rule"),
                  plural(inputs, "input"), plural(counters.lines, "line"), plural(counters.events, "event"));
  if (counters.lines > 0 && counters.events == 0)
    out += "note: NO line is an exported event; is this the right file?\n";
  if (counters.bad_lines > 0)
    out += fmt::format("note: {} left out: no JSON object\n", plural(counters.bad_lines, "line"));
  if (counters.without_time > 0) {
    out += fmt::format("note: {} without a readable time, put first (give --timestamp-field)\n",
                       plural(counters.without_time, "event"));
  }
  return out;
}

}  // namespace audisp_eql::plugin
