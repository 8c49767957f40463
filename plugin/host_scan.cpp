// SPDX-License-Identifier: Apache-2.0
#include "plugin/host_scan.h"

#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "plugin/channel.h"

namespace audisp_eql::plugin {
namespace {

// What lies between two threads is bounded by these.
constexpr std::size_t kBatches = 6;
constexpr std::size_t kMaxGroups = 256;
constexpr std::size_t kMaxBytes = 256u << 10;
constexpr std::size_t kPiecesPerWord = 64;

// Nobody takes what is made any more: whoever stopped says why.
struct Stopped {};

// Ends with its owner: the channels that it waits for are closed first.
class Worker {
 public:
  template <typename Work>
  explicit Worker(Work work)
      : thread_([this, work] {
          try {
            work();
          } catch (const Stopped&) {
          } catch (...) {
            error_ = std::current_exception();
          }
        }) {}
  ~Worker() {
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void finish() {
    thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
  std::thread thread_;
};

bool is_stopped(const std::vector<Input>& inputs) {
  return !inputs.empty() && inputs.front().control != nullptr && inputs.front().control->is_stopped();
}

// Closes a thread's channels when it ends, however it does.
template <typename... Channels>
class CloseAtEnd {
 public:
  explicit CloseAtEnd(Channels&... channels) : close_([&channels...] { (channels.close(), ...); }) {}
  ~CloseAtEnd() { close_(); }
  CloseAtEnd(const CloseAtEnd&) = delete;
  CloseAtEnd& operator=(const CloseAtEnd&) = delete;

 private:
  std::function<void()> close_;
};

template <typename T>
T receive_or_stop(Channel<T>& channel) {
  std::optional<T> value = channel.receive();
  if (!value) throw Stopped();
  return *value;
}

}  // namespace

// Bytes of a log, or what lies between two.
struct HostScan::Piece {
  std::string_view bytes{};
  std::optional<audit::LineFormat> format = std::nullopt;  // of what follows
  bool is_end = false;                                     // nothing of the event before goes on
};

// Groups, and what was made of them, which looks into them. Storage is used again;
// all of it is allocated and freed by the stage that fills it.
struct HostScan::Batch {
  std::vector<audit::RecordGroup> groups;
  std::size_t used = 0;   // of the groups
  std::size_t bytes = 0;  // of their text
  std::vector<engine::Occurrence> occurrences;

  [[nodiscard]] audit::RecordGroup& next_group() {
    if (used == groups.size()) groups.emplace_back();
    return groups[used];
  }
  void add_group() { bytes += groups[used++].text.size(); }
  [[nodiscard]] bool is_full() const { return used >= kMaxGroups || bytes >= kMaxBytes; }
};

// The one that is being filled.
class HostScan::Batches {
 public:
  using Change = std::function<Batch*(Batch* full)>;  // an empty one for a full one
  Batches(Batch* first, Change change) : current_(first), change_(std::move(change)) {}

  [[nodiscard]] Batch& current() { return *current_; }
  void submit() { current_ = change_(current_); }

 private:
  Batch* current_;
  Change change_;
};

HostScan::HostScan(engine::PipelineOptions options, engine::RuleSet rules, unsigned jobs)
    : jobs_(jobs), intake_(options.grouper, options.max_line), engine_(std::move(options.engine)) {
  engine_.set_rules(std::move(rules));
  intake_.set_selection(engine_.selection());
}

std::vector<Diagnostic> HostScan::run(std::vector<Input>& inputs, const TakeAlerts& take) {
  std::vector<Diagnostic> failures;
  if (jobs_ == 1) {
    run_in_one_thread(inputs, take, failures);
  } else {
    run_in_four(inputs, take, failures);
  }
  // After a stop what waits for an event to be missing, or for all of one, waits on.
  if (!is_stopped(inputs)) engine_.finish(alerts_);
  take(alerts_);
  return failures;
}

void HostScan::read(std::vector<Input>& inputs, const TakePiece& take, std::vector<Diagnostic>& failures) {
  std::optional<audit::LineFormat> format;
  for (Input& input : inputs) {
    // Of a pipe there may be what was read to recognise it.
    if (is_stopped(inputs) && input.head.empty()) continue;
    // An event may span two files of one kind; of two kinds it cannot.
    if (format != input.format) take({.format = input.format, .is_end = format.has_value()});
    format = input.format;
    auto failure = read_input(input, [&](std::string_view bytes) { take({.bytes = bytes}); });
    if (failure) failures.push_back(std::move(*failure));
  }
  if (!is_stopped(inputs)) take({.is_end = true});
}

void HostScan::group(const Piece& piece, Batches& batches) {
  if (piece.is_end) {
    intake_.end_of_input();
  } else if (!piece.bytes.empty()) {
    intake_.feed(piece.bytes);
  }
  while (intake_.take(batches.current().next_group())) {
    batches.current().add_group();
    if (batches.current().is_full()) batches.submit();
  }
  // What comes through a pipe now and then is not held back; an empty one shows how
  // far the reading is.
  if (batches.current().used > 0 || ++pieces_ % kPiecesPerWord == 0) batches.submit();
  if (piece.format) intake_.set_format(*piece.format);
}

void HostScan::decode(Batch& batch) {
  batch.occurrences.clear();
  for (std::size_t i = 0; i < batch.used; ++i) {
    if (auto occurrence = decoder_.decode(batch.groups[i])) batch.occurrences.push_back(std::move(*occurrence));
  }
}

void HostScan::judge(Batch& batch, const TakeAlerts& take) {
  for (const engine::Occurrence& occurrence : batch.occurrences) engine::give(occurrence, engine_, alerts_);
  batch.used = batch.bytes = 0;
  take(alerts_);
}

void HostScan::run_in_one_thread(std::vector<Input>& inputs, const TakeAlerts& take,
                                 std::vector<Diagnostic>& failures) {
  Batch only;
  Batches batches(&only, [&](Batch* full) {
    decode(*full);
    judge(*full, take);
    return full;
  });
  read(
      inputs, [&](const Piece& piece) { group(piece, batches); }, failures);
}

void HostScan::run_in_four(std::vector<Input>& inputs, const TakeAlerts& take, std::vector<Diagnostic>& failures) {
  std::array<Batch, kBatches> storage;
  Channel<Piece> pieces;
  Channel<bool> taken;  // a word for each piece that is done
  Channel<Batch*> empty, grouped, decoded;
  for (Batch& batch : storage) empty.send(&batch);
  Worker reader([&] {
    const CloseAtEnd close(pieces);
    bool is_first = true;
    // A piece is good until the next call has returned: by then it must be done.
    const auto send = [&](const Piece& piece) {
      pieces.send(piece);
      if (!std::exchange(is_first, false)) receive_or_stop(taken);
    };
    read(inputs, send, failures);
  });
  Worker grouper([&] {
    const CloseAtEnd close(grouped, taken);
    Batches batches(receive_or_stop(empty), [&](Batch* full) {
      grouped.send(full);
      return receive_or_stop(empty);
    });
    while (const auto piece = pieces.receive()) {
      group(*piece, batches);
      taken.send(true);
    }
  });
  Worker decoder([&] {
    const CloseAtEnd close(decoded);
    while (const auto batch = grouped.receive()) {
      decode(**batch);
      decoded.send(*batch);
    }
  });
  {
    const CloseAtEnd close(empty);
    while (const auto batch = decoded.receive()) {
      judge(**batch, take);
      empty.send(*batch);
    }
  }
  reader.finish();
  grouper.finish();
  decoder.finish();
}

}  // namespace audisp_eql::plugin
