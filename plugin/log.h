// SPDX-License-Identifier: Apache-2.0
// What the program says to its operator; not alerts. Never blocks: where the
// lines go is the writer's business. spdlog is known to log.cpp alone.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "plugin/config.h"

namespace audisp_eql::plugin {

class Log {
 public:
  // Gets one line of printable text at a time, without newline.
  using Writer = std::function<void(LogLevel, std::string_view)>;

  Log(Writer writer, LogLevel least);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void set_level(LogLevel least);

  void write(LogLevel level, std::string_view message);
  void info(std::string_view message) { write(LogLevel::kInfo, message); }
  void warning(std::string_view message) { write(LogLevel::kWarning, message); }
  void error(std::string_view message) { write(LogLevel::kError, message); }
  void critical(std::string_view message) { write(LogLevel::kCritical, message); }
  // One line each: place, message, hint.
  void write(const std::vector<Diagnostic>& diagnostics);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::plugin
