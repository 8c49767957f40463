// SPDX-License-Identifier: Apache-2.0
#include "plugin/host_scan.h"

#include <array>
#include <cstddef>
#include <exception>
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

// Ends the thread that it owns: the channels are closed first.
class Worker {
 public:
  template <typename Work>
  explicit Worker(Work work)
      : thread_([this, work] {
          try {
            work();
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

// Nobody takes what is read any more.
struct Stopped {};

template <typename T>
struct CloseAtEnd {
  Channel<T>& channel;
  ~CloseAtEnd() { channel.close(); }
};

}  // namespace

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
    run_in_three(inputs, take, failures);
  }
  engine_.finish(alerts_);
  take(alerts_);
  return failures;
}

void HostScan::read(std::vector<Input>& inputs, const Submit& submit, std::vector<Diagnostic>& failures) {
  Batch* batch = submit(nullptr);
  const auto take_groups = [&] {
    while (intake_.take(batch->next_group())) {
      batch->add_group();
      if (batch->is_full()) batch = submit(batch);
    }
    // What comes through a pipe now and then is not held back.
    if (batch->used > 0) batch = submit(batch);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // An event may span two files of one kind; of two kinds it cannot.
    if (i > 0 && inputs[i].format != inputs[i - 1].format) intake_.end_of_input();
    take_groups();
    intake_.set_format(inputs[i].format);
    auto failure = read_input(inputs[i], [&](std::string_view bytes) {
      intake_.feed(bytes);
      take_groups();
    });
    if (failure) failures.push_back(std::move(*failure));
  }
  intake_.end_of_input();
  take_groups();
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
  const auto submit = [&](Batch* full) {
    if (full != nullptr) {
      decode(*full);
      judge(*full, take);
    }
    return &only;
  };
  read(inputs, submit, failures);
}

void HostScan::run_in_three(std::vector<Input>& inputs, const TakeAlerts& take, std::vector<Diagnostic>& failures) {
  std::array<Batch, kBatches> batches;
  Channel<Batch*> empty, grouped, decoded;
  for (Batch& batch : batches) empty.send(&batch);
  // Each closes what it sends to, however it ends; an end here stops the reader.
  Worker reader([&] {
    const CloseAtEnd<Batch*> close{grouped};
    const auto submit = [&](Batch* full) {
      if (full != nullptr) grouped.send(full);
      const auto batch = empty.receive();
      if (!batch) throw Stopped();
      return *batch;
    };
    try {
      read(inputs, submit, failures);
    } catch (const Stopped&) {  // whoever stopped it says why
    }
  });
  Worker decoder([&] {
    const CloseAtEnd<Batch*> close{decoded};
    while (const auto batch = grouped.receive()) {
      decode(**batch);
      decoded.send(*batch);
    }
  });
  {
    const CloseAtEnd<Batch*> close{empty};
    while (const auto batch = decoded.receive()) {
      judge(**batch, take);
      empty.send(*batch);
    }
  }
  reader.finish();
  decoder.finish();
}

}  // namespace audisp_eql::plugin
