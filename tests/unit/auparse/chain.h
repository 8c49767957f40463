// SPDX-License-Identifier: Apache-2.0
// Bytes to audit events, the whole way of lib/audit and lib/auparse, for tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/grouper.h"
#include "lib/audit/lines.h"
#include "lib/audit/normalize.h"
#include "lib/auparse/parser.h"

namespace audisp_eql::test {

inline std::string fixture(const std::string& name) {
  std::ifstream file(std::string(AUDISP_EQL_FIXTURES) + "/audit/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  audit::LineSplitter splitter;
  splitter.feed(text);
  while (const auto line = splitter.next()) lines.emplace_back(*line);
  if (const auto rest = splitter.rest()) lines.emplace_back(*rest);
  return lines;
}

// What an event says, as one line: equal events have equal texts.
inline std::string shown(const audit::AuditEvent& event) {
  std::string out = std::string(event.node) + "/" + std::to_string(event.time.ms) + ":" + std::to_string(event.serial) +
                    (event.incomplete ? " incomplete " : " ") + std::string(event.syscall.name) + " " +
                    std::to_string(event.syscall.pid) + " " + std::to_string(event.syscall.ppid) + " " +
                    event.syscall.exe;
  if (const auto* exec = std::get_if<audit::Exec>(&event.what)) {
    out += " exec " + exec->path + (exec->args_truncated ? " truncated" : "");
    for (const std::string& arg : exec->args) out += " [" + arg + "]";
  } else if (const auto* fork = std::get_if<audit::Fork>(&event.what)) {
    out += " fork " + std::to_string(fork->child);
  } else if (const auto* exit = std::get_if<audit::Exit>(&event.what)) {
    out += " exit " + std::to_string(exit->status);
  } else if (const auto* connect = std::get_if<audit::Connect>(&event.what)) {
    out += " connect " + to_string(connect->address) + " " + std::to_string(connect->port) + " " +
           std::to_string(static_cast<int>(connect->outcome));
  }
  return out;
}

class Chain {
 public:
  explicit Chain(audit::LineFormat format = audit::LineFormat::kLog, const audit::GrouperLimits& limits = {})
      : grouper(selection_, limits) {
    grouper.set_format(format);
  }

  void feed(std::string_view chunk) {
    splitter_.feed(chunk);
    while (const auto line = splitter_.next()) add(*line);
  }
  void add(std::string_view line) {
    grouper.add(line);
    drain();
  }
  std::vector<audit::AuditEvent> finish() {
    if (const auto rest = splitter_.rest()) add(*rest);
    grouper.flush();
    drain();
    return std::move(events);
  }

 private:
  audit::Selection selection_;
  audit::LineSplitter splitter_;

  void drain() {
    while (const audit::RecordGroup* group = grouper.next()) {
      const audit::ParsedGroup* parsed = parser.parse(*group);
      if (parsed == nullptr) continue;
      auto event = normalizer.normalize(*parsed);
      if (!event) continue;
      event->node = {};  // a view of the group
      events.push_back(*std::move(event));
    }
  }

 public:
  audit::Grouper grouper;
  auparse::Parser parser;
  audit::Normalizer normalizer;
  std::vector<audit::AuditEvent> events;
};

inline std::vector<std::string> shown_events(std::string_view text,
                                             audit::LineFormat format = audit::LineFormat::kLog) {
  Chain chain(format);
  chain.feed(text);
  std::vector<std::string> out;
  for (const audit::AuditEvent& event : chain.finish()) out.push_back(shown(event));
  return out;
}

}  // namespace audisp_eql::test
