// SPDX-License-Identifier: Apache-2.0
// The pseudo code of the semantics, and missing events looked up afterwards.
#include "tests/support/sequence_oracle.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace audisp_eql::test {
namespace {

using event::Event;

// Kind (null, boolean, number, text), then the value.
using KeyValue = std::tuple<int, double, std::string>;
using Key = std::vector<KeyValue>;
using Seq = std::vector<int>;  // positions of positive events

KeyValue to_key_value(const event::Value& value) {
  using Kind = event::Value::Kind;
  switch (value.kind()) {
    case Kind::kNull: return {0, 0, ""};
    case Kind::kBool: return {1, value.as_bool() ? 1 : 0, ""};
    case Kind::kInt:
    case Kind::kDouble: return {2, value.number(), ""};
    case Kind::kString: return {3, 0, std::string(value.as_string())};
  }
  return {};
}

std::string key_text(const KeyValue& value) {
  switch (std::get<0>(value)) {
    case 0: return "null";
    case 1: return std::get<1>(value) != 0 ? "true" : "false";
    case 2: {
      std::string text = std::to_string(std::get<1>(value));
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
      return text;
    }
    default: return std::get<2>(value);
  }
}

std::set<Key> keys_of(const eql::Stage& stage, const Event& event) {
  std::set<Key> keys{Key{}};
  for (const eql::JoinKey& join : stage.keys) {
    std::vector<KeyValue> values;
    for (const event::Value& value : event.get(join.field)) values.push_back(to_key_value(value));
    if (values.empty() && join.optional) values.push_back(to_key_value(event::Value()));
    std::set<Key> longer;
    for (const Key& key : keys) {
      for (const KeyValue& value : values) {
        Key next = key;
        next.push_back(value);
        longer.insert(next);
      }
    }
    keys = longer;
  }
  return keys;
}

struct Found {
  Key key;
  Seq events;
};

class SequenceOracle {
 public:
  SequenceOracle(const eql::Query& query, const std::vector<Event>& log) : query_(query), log_(log) {
    for (std::size_t i = 0; i < query.stages.size(); ++i) {
      if (!query.stages[i].missing) positive_.push_back(i);
    }
  }

  std::vector<Found> run() {
    for (std::size_t i = 0; i < log_.size(); ++i) feed(static_cast<int>(i));
    std::vector<Found> sound;
    for (const Found& found : complete_) {
      if (is_sound(found)) sound.push_back(found);
    }
    std::sort(sound.begin(), sound.end(), [](const Found& a, const Found& b) {
      return std::tuple(a.events.back(), a.events.front(), a.key) <
             std::tuple(b.events.back(), b.events.front(), b.key);
    });
    return sound;
  }

  std::vector<int> with_gaps(const Seq& events) const {
    std::vector<int> all(query_.stages.size(), -1);
    for (std::size_t n = 0; n < positive_.size(); ++n) all[positive_[n]] = events[n];
    return all;
  }

 private:
  bool hits(const eql::Stage& stage, int position) {
    return evaluator_.matches(stage.predicate, log_[static_cast<std::size_t>(position)]);
  }
  const Event& at(int position) const { return log_[static_cast<std::size_t>(position)]; }
  EventTime time(int position) const { return at(position).order.time; }

  void feed(int position) {
    for (std::size_t n = positive_.size(); n-- > 0;) {
      const eql::Stage& stage = query_.stages[positive_[n]];
      if (!hits(stage, position)) continue;
      for (const Key& key : keys_of(stage, at(position))) advance(n, key, position);
    }
    if (!query_.until || !hits(*query_.until, position)) return;
    for (const Key& key : keys_of(*query_.until, at(position))) states_.erase(key);
  }

  void advance(std::size_t n, const Key& key, int position) {
    auto& states = states_[key];
    states.resize(positive_.size());
    Seq events;
    if (n > 0) {
      if (!states[n - 1]) return;
      events = *states[n - 1];
      states[n - 1].reset();
      if (query_.maxspan && time(position) - time(events.front()) > *query_.maxspan) return;
    }
    events.push_back(position);
    if (n + 1 == positive_.size()) {
      complete_.push_back({key, events});
    } else {
      states[n] = events;
    }
  }

  // Positions of events of the missing stages between two positive ones, with this key.
  std::vector<int> missing_in_gap(std::size_t gap, const Key& key) {
    const std::size_t from = gap == 0 ? 0 : positive_[gap - 1] + 1;
    const std::size_t to = gap == positive_.size() ? query_.stages.size() : positive_[gap];
    std::vector<int> found;
    for (std::size_t i = 0; i < log_.size(); ++i) {
      for (std::size_t s = from; s < to; ++s) {
        const int position = static_cast<int>(i);
        if (hits(query_.stages[s], position) && keys_of(query_.stages[s], log_[i]).contains(key)) {
          found.push_back(position);
        }
      }
    }
    return found;
  }

  bool is_sound(const Found& found) {
    for (std::size_t gap = 1; gap < positive_.size(); ++gap) {
      for (const int position : missing_in_gap(gap, found.key)) {
        if (found.events[gap - 1] < position && position < found.events[gap]) return false;
      }
    }
    return ends_are_sound(found);
  }

  bool ends_are_sound(const Found& found) {
    const bool leading = query_.stages.front().missing;
    const bool trailing = query_.stages.back().missing;
    std::optional<int> before;
    std::optional<int> after;
    for (const int p : missing_in_gap(0, found.key)) {
      if (p < found.events.front()) before = p;
    }
    for (const int p : missing_in_gap(positive_.size(), found.key)) {
      if (p > found.events.back() && !after) after = p;
    }
    if (leading && trailing) return !before || !after || time(*after) - time(*before) > *query_.maxspan;
    if (leading) return !before || time(found.events.back()) - time(*before) > *query_.maxspan;
    if (trailing) return !after || time(*after) - time(found.events.front()) > *query_.maxspan;
    return true;
  }

  const eql::Query& query_;
  const std::vector<Event>& log_;
  eql::Evaluator evaluator_;
  std::vector<std::size_t> positive_;
  std::map<Key, std::vector<std::optional<Seq>>> states_;
  std::vector<Found> complete_;
};

// Every way to fill the filters with different events, first ones first.
void choose(const std::vector<std::vector<int>>& filters, std::size_t most, Seq& chosen, std::vector<Seq>& out) {
  if (out.size() >= most) return;
  if (chosen.size() == filters.size()) {
    out.push_back(chosen);
    return;
  }
  for (const int position : filters[chosen.size()]) {
    if (std::find(chosen.begin(), chosen.end(), position) != chosen.end()) continue;
    chosen.push_back(position);
    choose(filters, most, chosen, out);
    chosen.pop_back();
  }
}

std::vector<Found> samples(const eql::Query& query, const std::vector<Event>& log, std::size_t most) {
  eql::Evaluator evaluator;
  std::map<Key, std::vector<std::vector<int>>> by_key;
  for (std::size_t i = 0; i < log.size(); ++i) {
    for (std::size_t s = 0; s < query.stages.size(); ++s) {
      if (!evaluator.matches(query.stages[s].predicate, log[i])) continue;
      for (const Key& key : keys_of(query.stages[s], log[i])) {
        auto& filters = by_key[key];
        filters.resize(query.stages.size());
        filters[s].push_back(static_cast<int>(i));
      }
    }
  }
  std::vector<Found> found;
  for (const auto& [key, filters] : by_key) {
    std::vector<Seq> out;
    Seq chosen;
    choose(filters, most, chosen, out);
    for (const Seq& events : out) found.push_back({key, events});
  }
  return found;
}

template <typename T>
void apply_pipes(const std::vector<eql::Pipe>& pipes, std::vector<T>& results) {
  for (const eql::Pipe& pipe : pipes) {
    if (results.size() <= pipe.count) continue;
    const auto count = static_cast<std::ptrdiff_t>(pipe.count);
    if (pipe.kind == eql::Pipe::Kind::kHead) {
      results.erase(results.begin() + count, results.end());
    } else {
      results.erase(results.begin(), results.end() - count);
    }
  }
}

}  // namespace

std::vector<OracleMatch> oracle_matches(const eql::Query& query, const std::vector<Event>& log,
                                        std::size_t max_samples) {
  SequenceOracle oracle(query, log);
  const bool is_sample = query.kind == eql::QueryKind::kSample;
  std::vector<OracleMatch> results;
  for (const Found& found : is_sample ? samples(query, log, max_samples) : oracle.run()) {
    OracleMatch& result = results.emplace_back();
    result.events = is_sample ? found.events : oracle.with_gaps(found.events);
    for (const KeyValue& value : found.key) result.keys.push_back(key_text(value));
  }
  apply_pipes(query.pipes, results);
  return results;
}

}  // namespace audisp_eql::test
