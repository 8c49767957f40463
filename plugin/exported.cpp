// SPDX-License-Identifier: Apache-2.0
#include "plugin/exported.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "plugin/plural.h"
#include "plugin/trusted_file.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

// Events are sorted in memory.
constexpr std::size_t kMaxInput = std::size_t{4} << 30U;

// errno, or 0 when the whole file is in `text`.
int read_all(int fd, std::string& text) {
  std::array<char, 256 * 1024> buffer;
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n == 0) return 0;
    if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
    if (n < 0 && errno != EINTR) return errno;
    if (text.size() > kMaxInput) return EFBIG;
  }
}

int read_input(const std::string& file, std::string& text) {
  if (file == "-") return read_all(STDIN_FILENO, text);
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return fd ? read_all(fd.get(), text) : errno;
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
    const std::string name = file == "-" ? "standard input" : file;
    std::string text;
    if (const int error = read_input(file, text); error != 0) {
      out.diagnostics.push_back(os_error("cannot read " + name, error));
      continue;
    }
    ++out.read;
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
