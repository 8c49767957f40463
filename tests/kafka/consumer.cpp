// SPDX-License-Identifier: Apache-2.0
#include "tests/kafka/consumer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "tests/support/command.h"

namespace audisp_eql::test {

Consumer::Consumer(const std::vector<std::string>& argv) {
  std::array<int, 2> fds{};
  REQUIRE(::pipe2(fds.data(), O_CLOEXEC) == 0);
  out_.reset(fds[0]);
  const plugin::UniqueFd write(fds[1]);
  std::vector<char*> args;
  for (const std::string& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::dup2(write.get(), STDOUT_FILENO);
    ::execv(args[0], args.data());
    ::_exit(127);
  }
}

Consumer::~Consumer() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Consumer::signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }

int Consumer::wait() {
  while (read_some()) continue;
  const int pid = pid_;
  pid_ = -1;
  return wait_for_exit(pid, 60);
}

bool Consumer::read_some() {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(out_.get(), buffer.data(), buffer.size());
  if (n <= 0) return false;
  rest_.append(buffer.data(), static_cast<std::size_t>(n));
  for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1)) {
    const boost::json::value alert = boost::json::parse(rest_.substr(0, end));
    alerts_.push_back(
        {std::string(alert.at("event").at("id").as_string()), std::string(alert.at("host").at("id").as_string())});
  }
  return true;
}

bool Consumer::wait_for_more(const std::vector<Consumer*>& consumers) {
  std::vector<pollfd> ready;
  for (const Consumer* consumer : consumers) ready.push_back({consumer->out_.get(), POLLIN, 0});
  if (::poll(ready.data(), ready.size(), 60'000) <= 0) return false;
  bool is_more = false;
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].revents != 0 && consumers[i]->read_some()) is_more = true;
  }
  return is_more;
}

}  // namespace audisp_eql::test
