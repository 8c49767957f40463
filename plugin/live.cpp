// SPDX-License-Identifier: Apache-2.0
#include "plugin/live.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "plugin/kernel_audit.h"
#include "plugin/privileges.h"
#include "plugin/reader.h"
#include "plugin/service.h"
#include "plugin/settings.h"
#include "plugin/signals.h"

namespace audisp_eql::plugin {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using boost::system::error_code;

// After TERM from anybody but auditd: how long to wait for the end of file.
constexpr milliseconds kDrainTime{3000};
// At the end: how long a slow syslog daemon may take.
constexpr milliseconds kLastSyslog{2000};
// Bytes worked on before timers and signals get their turn.
constexpr std::size_t kSlice = 1u << 20;
constexpr std::size_t kPiece = 64u << 10;

// A descriptor that somebody else owns, waited for.
class Watch {
 public:
  Watch(boost::asio::io_context& context, int fd) : descriptor_(context, fd) {}
  ~Watch() { descriptor_.release(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  template <typename Function>
  void when_readable(Function f) {
    descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [f](error_code error) {
      if (!error) f();
    });
  }

 private:
  boost::asio::posix::stream_descriptor descriptor_;
};

// A timer that is either armed or not; arming it again changes nothing.
class Timer {
 public:
  explicit Timer(boost::asio::io_context& context) : timer_(context) {}

  template <typename Function>
  void arm(milliseconds after, Function f) {
    if (std::exchange(armed_, true)) return;
    timer_.expires_after(after);
    timer_.async_wait([this, f, turn = turn_](error_code error) {
      if (turn != turn_) return;  // disarmed meanwhile
      armed_ = false;
      if (!error) f();
    });
  }
  void disarm() {
    ++turn_;
    armed_ = false;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  bool armed_ = false;
  std::uint64_t turn_ = 0;
};

class Live {
 public:
  Live(Signals& signals, Reader& reader, Service& service)
      : signals_(signals),
        reader_(reader),
        service_(service),
        input_(context_, reader.ready_fd()),
        requests_(context_, signals.fd()),
        replies_(context_, service.disk().ready_fd()),
        entries_(context_, service.finder().ready_fd()) {}

  void run() {
    wait_for_input();
    wait_for_requests();
    wait_for_replies();
    wait_for_entries();
    wait_for_heartbeat();
    wait_a_minute();
    wait_for_metrics();
    if (service_.waits_for_time()) wait_for_silence(idle_time());  // what was pending before a restart
    send();
    context_.run();
  }

 private:
  void wait_for_input() {
    input_.when_readable([this] {
      reader_.clear_ready();
      take();
    });
  }

  void take() {
    for (std::size_t taken = 0; taken < kSlice;) {
      const std::string_view bytes = reader_.front().substr(0, kPiece);
      if (bytes.empty()) {
        if (reader_.ended()) return finish();
        wait_for_input();
        break;
      }
      service_.feed(bytes);
      reader_.pop(bytes.size());
      taken += bytes.size();
      if (taken >= kSlice) boost::asio::post(context_, [this] { take(); });
    }
    last_input_ = Clock::now();
    wait_for_silence(idle_time());
    send();
  }

  [[nodiscard]] milliseconds idle_time() const { return milliseconds(service_.config().input.idle.ms); }

  // One timer for a burst of any length: it looks how long the silence has
  // lasted when it fires, and runs on only while something waits for time.
  void wait_for_silence(milliseconds after) {
    silence_.arm(after, [this] {
      const auto quiet = std::chrono::duration_cast<milliseconds>(Clock::now() - last_input_);
      if (quiet < idle_time()) return wait_for_silence(idle_time() - quiet);
      service_.idle(quiet);
      send();
      if (service_.waits_for_time()) wait_for_silence(idle_time());
    });
  }

  void wait_for_requests() {
    requests_.when_readable([this] {
      while (const auto request = signals_.next()) serve(*request);
      send();
      wait_for_requests();
    });
  }

  void wait_for_replies() {
    replies_.when_readable([this] {
      const std::uint64_t reloads = service_.reloads();
      service_.take_replies();
      if (service_.reloads() != reloads) restart_timers();
      send();
      wait_for_replies();
    });
  }

  void wait_for_entries() {
    entries_.when_readable([this] {
      service_.take_replies();
      send();
      wait_for_entries();
    });
  }

  void serve(Request request) {
    switch (request) {
      case Request::kStop: return reader_.stop();
      case Request::kDrain: return deadline_.arm(kDrainTime, [this] { reader_.stop(); });
      case Request::kReload: return service_.reload();
      case Request::kState: return service_.report_state();
    }
  }

  // Their intervals may be others.
  void restart_timers() {
    heartbeat_.disarm();
    metrics_.disarm();
    wait_for_heartbeat();
    wait_for_metrics();
  }

  void wait_for_heartbeat() {
    const milliseconds every(service_.config().heartbeat.ms);
    // A reload may switch it on: look again now and then.
    const milliseconds after = every.count() > 0 ? every : milliseconds(60'000);
    heartbeat_.arm(after, [this] {
      if (service_.config().heartbeat.ms > 0) service_.heartbeat();
      send();
      wait_for_heartbeat();
    });
  }

  void wait_a_minute() {
    minute_.arm(milliseconds(60'000), [this] {
      service_.look_around();
      send();
      wait_a_minute();
    });
  }

  void wait_for_metrics() {
    service_.write_metrics();
    metrics_.arm(milliseconds(service_.config().metrics.interval.ms), [this] { wait_for_metrics(); });
  }

  void send() {
    if (const auto again = service_.send()) {
      syslog_.arm(*again, [this] { send(); });
    }
    if (const auto after = service_.delivery_in()) {
      delivery_.arm(*after, [this] {
        service_.deliver();
        send();
      });
    }
    if (const auto after = service_.summary_in()) {
      summary_.arm(*after, [this] {
        service_.summarise();
        send();
      });
    }
  }

  void finish() {
    service_.finish();
    // What hangs must not hold up auditd: its thread cannot be stopped.
    if (!service_.drain(kLastSyslog)) ::_exit(static_cast<int>(ExitCode::kDone));
    context_.stop();
  }

  Signals& signals_;
  Reader& reader_;
  Service& service_;
  boost::asio::io_context context_{1};
  Watch input_;
  Watch requests_;
  Watch replies_;
  Watch entries_;
  Timer silence_{context_};
  Timer heartbeat_{context_};
  Timer minute_{context_};
  Timer metrics_{context_};
  Timer syslog_{context_};
  Timer summary_{context_};
  Timer delivery_{context_};
  Timer deadline_{context_};
  Clock::time_point last_input_ = Clock::now();
};

// Something a person did: say what he may have meant.
std::optional<ExitCode> refuse_input(int fd) {
  if (::isatty(fd) == 1) {
    fmt::print(stderr, "{}\naudisp-eql: standard input is a terminal; auditd starts this program with records on it.\n",
               help_text());
    return ExitCode::kUsage;
  }
  struct stat st {};
  if (::fstat(fd, &st) != 0) {
    fmt::print(stderr, "audisp-eql: standard input is closed\n");
    return ExitCode::kUnreadable;
  }
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return std::nullopt;
  fmt::print(stderr, "audisp-eql: standard input is a {}; to read a log: audisp-eql scan FILE\n",
             S_ISDIR(st.st_mode) ? "directory" : "file");
  return ExitCode::kUsage;
}

}  // namespace

ExitCode run_live(const Options& options) {
  if (const auto refused = refuse_input(STDIN_FILENO)) return *refused;
  Signals signals;
  Settings settings = load_settings(options, required_trust());
  const std::optional<KernelAudit> kernel = read_kernel_audit();
  Privileges privileges = drop_privileges(privilege_options(settings.config));  // before the first thread
  Reader reader(STDIN_FILENO, settings.config.input.queue_bytes, settings.config.input.max_line_bytes);
  OpenSpool spool = open_spool(settings.config.spool);
  Service service(options, std::move(settings), reader, std::move(spool));
  service.start(std::move(privileges), kernel);
  Live(signals, reader, service).run();
  return reader.counters().error == 0 ? ExitCode::kDone : ExitCode::kUnreadable;
}

}  // namespace audisp_eql::plugin
