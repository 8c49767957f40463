// SPDX-License-Identifier: Apache-2.0
#include "tests/support/syslog_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include <doctest/doctest.h>

namespace audisp_eql::test {

SyslogServer::SyslogServer(std::string path) : path_(std::move(path)) {}

void SyslogServer::start() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path_.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  ::unlink(path_.c_str());
  socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  // As daemons do: whoever runs may log.
  REQUIRE(::chmod(path_.c_str(), 0666) == 0);
}

void SyslogServer::stop() {
  socket_.reset();
  ::unlink(path_.c_str());
}

std::optional<std::string> SyslogServer::receive_within(int milliseconds) {
  pollfd fd = {socket_.get(), POLLIN, 0};
  if (::poll(&fd, 1, milliseconds) <= 0) return std::nullopt;
  std::string bytes(1 << 17, '\0');
  const ssize_t n = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  REQUIRE(n >= 0);
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

std::string SyslogServer::receive() {
  const auto datagram = receive_within(10'000);
  REQUIRE_MESSAGE(datagram.has_value(), "no datagram came");
  return *datagram;
}

std::vector<std::string> SyslogServer::take_all() {
  std::vector<std::string> all;
  while (auto datagram = receive_within(0)) all.push_back(std::move(*datagram));
  return all;
}

std::string SyslogServer::receive_until(const std::string& text) {
  for (;;) {
    std::string datagram = receive();
    if (datagram.find(text) != std::string::npos) return datagram;
  }
}

}  // namespace audisp_eql::test
