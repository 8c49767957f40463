// SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_finder.h"

#include <exception>
#include <utility>

namespace audisp_eql::plugin {

EntryFinder::EntryFinder(std::string root, Environment environment)
    : entries_(std::move(root)), environment_(std::move(environment)), thread_([this] { run(); }) {}

EntryFinder::~EntryFinder() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool EntryFinder::post(EntryQuestion question) {
  {
    const std::lock_guard lock(mutex_);
    if (questions_.size() >= kMaxQuestions) return false;
    questions_.push_back(std::move(question));
  }
  wake_.notify_one();
  return true;
}

void EntryFinder::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !questions_.empty(); });
    if (stop_) return;
    EntryQuestion question = std::move(questions_.front());
    questions_.pop_front();
    busy_ = true;
    lock.unlock();
    EntryFound found = answer(std::move(question));
    lock.lock();
    busy_ = false;
    answers_.push_back(std::move(found));
    ready_.notify();
    if (questions_.empty()) idle_.notify_all();
  }
}

// This thread has no main to catch what it throws, and an alert goes without an entry too.
EntryFound EntryFinder::answer(EntryQuestion question) const {
  try {
    if (question.pid) question.query.environment_path = environment_(*question.pid, question.seen);
    return {question.number, entries_.find(question.query)};
  } catch (const std::exception&) {
    return {question.number, std::nullopt};
  }
}

std::vector<EntryFound> EntryFinder::take() {
  ready_.clear();
  const std::lock_guard lock(mutex_);
  return std::exchange(answers_, {});
}

bool EntryFinder::drain(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return idle_.wait_for(lock, at_most, [this] { return questions_.empty() && !busy_; });
}

}  // namespace audisp_eql::plugin
