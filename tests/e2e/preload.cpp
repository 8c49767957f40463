// SPDX-License-Identifier: Apache-2.0
// Loaded with LD_PRELOAD into a program that would not connect: connects to
// E2E_PORT on loopback before that program's main. Proves that no rule or
// filter lets anyone hide behind the plugin's own name.
#include <cstdint>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

__attribute__((constructor)) void connect_first() {
  const char* port = std::getenv("E2E_PORT");
  if (port == nullptr) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
}

}  // namespace
