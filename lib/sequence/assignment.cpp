// SPDX-License-Identifier: Apache-2.0
// Depth-first choice, each step checked by augmenting paths, so that no branch
// is entered that has no end.
#include "lib/sequence/assignment.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace audisp_eql::sequence {
namespace {

class Chooser {
 public:
  Chooser(std::span<const std::vector<Candidate>> places, std::size_t most) : places_(places), most_(most) {}

  std::vector<Choice> run() {
    if (can_fill_from(0)) choose(0);
    return std::move(found_);
  }

 private:
  void choose(std::size_t place) {
    if (place == places_.size()) {
      found_.push_back(chosen_);
      return;
    }
    for (const Candidate candidate : places_[place]) {
      if (found_.size() >= most_) return;
      if (is_chosen(candidate)) continue;
      chosen_.push_back(candidate);
      if (can_fill_from(place + 1)) choose(place + 1);
      chosen_.pop_back();
    }
  }

  bool is_chosen(Candidate candidate) const {
    return std::find(chosen_.begin(), chosen_.end(), candidate) != chosen_.end();
  }

  // The places from `first` on have different candidates besides those chosen.
  bool can_fill_from(std::size_t first) {
    holder_.clear();
    for (std::size_t place = first; place < places_.size(); ++place) {
      visited_.clear();
      if (!augment(place)) return false;
    }
    return true;
  }

  bool augment(std::size_t place) {
    for (const Candidate candidate : places_[place]) {
      if (is_chosen(candidate) || !visited_.insert(candidate).second) continue;
      const auto held = holder_.find(candidate);
      if (held == holder_.end() || augment(held->second)) {
        holder_[candidate] = place;
        return true;
      }
    }
    return false;
  }

  std::span<const std::vector<Candidate>> places_;
  std::size_t most_;
  Choice chosen_;
  std::vector<Choice> found_;
  std::unordered_map<Candidate, std::size_t> holder_;
  std::unordered_set<Candidate> visited_;
};

}  // namespace

std::vector<Choice> distinct_choices(std::span<const std::vector<Candidate>> places, std::size_t most) {
  return Chooser(places, most).run();
}

}  // namespace audisp_eql::sequence
