// SPDX-License-Identifier: Apache-2.0
#include "plugin/log.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <spdlog/logger.h>

#include "lib/base/escape.h"

namespace audisp_eql::plugin {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kCritical: return spdlog::level::critical;
  }
  return spdlog::level::info;
}

LogLevel from_spdlog(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical: return LogLevel::kCritical;
    case spdlog::level::err: return LogLevel::kError;
    case spdlog::level::warn: return LogLevel::kWarning;
    case spdlog::level::info: return LogLevel::kInfo;
    default: return LogLevel::kDebug;
  }
}

// A logger without sinks: what it would give them goes to the writer. One
// thread logs, so there is no mutex.
class WriterLogger final : public spdlog::logger {
 public:
  explicit WriterLogger(Log::Writer writer) : logger("audisp-eql"), writer_(std::move(writer)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    writer_(from_spdlog(message.level), escape_printable(text));
  }
  void flush_() override {}

  Log::Writer writer_;
};

LogLevel level_of(Severity severity) {
  switch (severity) {
    case Severity::kNote: return LogLevel::kInfo;
    case Severity::kWarning: return LogLevel::kWarning;
    case Severity::kError: return LogLevel::kError;
  }
  return LogLevel::kError;
}

std::string one_line(const Diagnostic& d) {
  std::string out;
  if (!d.file.empty()) out += d.file + ":";
  if (d.line > 0) out += fmt::format("{}:{}:", d.line, d.column);
  if (!out.empty()) out += ' ';
  out += d.message;
  if (!d.hint.empty()) out += fmt::format(" (hint: {})", d.hint);
  return out;
}

}  // namespace

struct Log::State {
  explicit State(Writer writer) : logger(std::move(writer)) {}
  WriterLogger logger;
};

Log::Log(Writer writer, LogLevel least) : state_(std::make_unique<State>(std::move(writer))) { set_level(least); }
Log::~Log() = default;

void Log::set_level(LogLevel least) { state_->logger.set_level(to_spdlog(least)); }

void Log::write(LogLevel level, std::string_view message) {
  // Not a format string: braces in a file's name are only braces.
  state_->logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
}

void Log::write(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& d : diagnostics) write(level_of(d.severity), one_line(d));
}

}  // namespace audisp_eql::plugin
