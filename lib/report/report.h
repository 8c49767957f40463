// SPDX-License-Identifier: Apache-2.0
// Alerts as one HTML page that needs nothing else: no network, no other file, and
// no JavaScript but to filter. Opens no file and knows no clock.
// All text of logs and rules is escaped (lib/base/escape) and encoded; a policy
// (CSP) with the hashes of the page's own style and script refuses all others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/alert/format.h"
#include "lib/report/timeline.h"

namespace audisp_eql::report {

struct Limits {
  std::size_t alerts = 1'000;         // drawn; the others are counted by rule and host
  std::size_t bytes = 8'388'608;      // of HTML of what is drawn
  std::size_t groups = 500;           // rules on hosts that are counted apart; the others together
  std::size_t hosts = kDefaultLanes;  // with a line of their own in the timeline
};

struct Settings {
  alert::UtcOffset offset;     // none: UTC
  std::string ausearch_input;  // what ausearch needs to read the same logs: "-if FILE", as a shell has it; or nothing
  Limits limits;
};

// What the page says of itself.
struct Frame {
  std::string made_by;              // program and version
  std::optional<EventTime> made;    // when
  std::vector<std::string> inputs;  // files; empty: standard input
  std::string summary;              // lines of printable text: what was read, and what was not there
};

// Whether a file that begins with `head` (256 bytes are enough) is such a page.
[[nodiscard]] bool begins_as_report(std::string_view head);

class Report {
 public:
  explicit Report(Settings settings);

  // Takes the text that it draws and keeps nothing of the alert. Where there are
  // too many, the group (rule and host) that has most gives its latest away, so that
  // no flood hides another rule or host: of each group the first alerts are drawn.
  void add(const alert::Alert& alert);

  // The whole page, alerts in the order of time. At most Limits::bytes, and what
  // the groups and the timeline take (a few MiB at their limits).
  [[nodiscard]] std::string html(const Frame& frame) const;

  [[nodiscard]] std::uint64_t alerts() const { return alerts_; }
  [[nodiscard]] std::size_t drawn() const { return drawn_; }

 private:
  struct Card {
    EventTime time;
    std::uint64_t number;  // of the alert, as they came
    std::string host;      // printable
    std::string anchor;
    std::string html;
  };
  // The alerts of a rule on a host.
  struct Group {
    std::string rule_id, rule_name, host;  // printable
    alert::RuleSeverity severity = alert::RuleSeverity::kLow;
    EventTime first, last;
    std::uint64_t alerts = 0;
    std::size_t cost = 0;  // of its cards
    std::vector<Card> cards;
  };

  [[nodiscard]] Group& group_of(const alert::Alert& alert);
  [[nodiscard]] std::size_t cost_of(const Card& card) const;
  [[nodiscard]] bool has_room_for(const Group& group, std::size_t cost) const;
  void make_room();
  [[nodiscard]] std::vector<const Card*> cards_in_order() const;
  [[nodiscard]] std::vector<const Group*> groups_in_order() const;

  [[nodiscard]] std::string head_of_page() const;
  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::string header(const Frame& frame) const;
  [[nodiscard]] std::string overview() const;
  [[nodiscard]] std::string filter_form() const;
  [[nodiscard]] std::string not_drawn() const;

  Settings settings_;
  std::vector<Group> groups_;
  Timeline timeline_;
  std::uint64_t alerts_ = 0;
  std::array<std::uint64_t, 4> by_severity_{};
  std::size_t drawn_ = 0;
  std::size_t cost_ = 0;  // of all cards
};

}  // namespace audisp_eql::report
