// SPDX-License-Identifier: Apache-2.0
// Alerts as JSON lines appended to a file (0640). An error is counted and the
// file tried again with the next alert; it is never fatal.
#pragma once

#include <cstdint>
#include <string>

#include "lib/alert/sink.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

class FileSink : public alert::Sink {
 public:
  explicit FileSink(std::string path);
  void emit(const alert::Alert& alert) override;
  // The same for an alert that is JSON already, without newline. False: it is not in the file.
  bool append(const std::string& json);

  // After rotation: later alerts go to a new file at the path. When that cannot
  // be opened, which counts as an error, they go to the old one until it can.
  void reopen();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  [[nodiscard]] int last_error() const { return last_error_; }  // errno

 private:
  bool open();
  bool write(const std::string& line);

  std::string path_;
  UniqueFd fd_;
  bool torn_ = false;   // the last line has no end
  bool stale_ = false;  // what is open may not be what is at the path
  std::uint64_t written_ = 0;
  std::uint64_t errors_ = 0;
  int last_error_ = 0;
};

}  // namespace audisp_eql::plugin
