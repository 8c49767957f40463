// SPDX-License-Identifier: Apache-2.0
// A syslog daemon's socket, as /dev/log is one: there, away, or not reading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/unique_fd.h"

namespace audisp_eql::test {

class SyslogServer {
 public:
  explicit SyslogServer(std::string path);
  ~SyslogServer() { stop(); }
  SyslogServer(const SyslogServer&) = delete;
  SyslogServer& operator=(const SyslogServer&) = delete;

  void start();  // binds; a socket file that is there is replaced
  void stop();   // closes and removes

  // The next datagram; fails the test when none comes within 10 s.
  [[nodiscard]] std::string receive();
  // Those that are there now.
  [[nodiscard]] std::vector<std::string> take_all();
  // Receives until one contains `text`, and gives that one.
  std::string receive_until(const std::string& text);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] std::optional<std::string> receive_within(int milliseconds);

  std::string path_;
  plugin::UniqueFd socket_;
};

}  // namespace audisp_eql::test
