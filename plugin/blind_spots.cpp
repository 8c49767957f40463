// SPDX-License-Identifier: Apache-2.0
#include "plugin/blind_spots.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

namespace audisp_eql::plugin {
namespace {

// 4.2 and 4.2.1 write the last 16 bytes of each record of the kernel to no
// plugin when log_format is RAW.
bool cuts_records(const engine::Stats& stats) {
  const bool version = stats.auditd_version == "4.2" || stats.auditd_version == "4.2.1";
  std::string format = stats.auditd_format;
  std::transform(format.begin(), format.end(), format.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return version && format == "raw";
}

}  // namespace

bool BlindSpots::is_missing(Kind& kind, std::uint64_t records, std::uint64_t others, Clock::time_point now) const {
  if (records != kind.records) {
    kind = {now, records, others, false};
    return false;
  }
  const bool missing = patience_.count() > 0 && now - kind.seen >= patience_ && others - kind.others >= kOtherRecords;
  return missing && !std::exchange(kind.said, true);
}

bool BlindSpots::is_incomplete(Share& share, std::uint64_t all, std::uint64_t lacking) {
  const std::uint64_t fresh = all - share.all;
  const std::uint64_t bad = lacking - share.lacking;
  if (fresh < kIncomplete) return false;
  const bool incomplete = bad * 2 >= fresh;
  const bool is_news = incomplete && !share.said;
  share = {all, lacking, incomplete};
  return is_news;
}

std::vector<std::string> BlindSpots::look(const engine::Stats& stats, std::uint64_t dropped_lines, Needs needs,
                                          Clock::time_point now) {
  std::vector<std::string> out;
  const auto missing = [&](std::string_view what) {
    out.push_back(
        fmt::format("no {0} record for {1} minutes while others came: is its audit rule loaded (auditctl -l), "
                    "and is there no `-a never,task`?",
                    what, patience_.count()));
  };
  const audit::GrouperCounters& seen = stats.grouper;
  if (is_missing(exec_, seen.exec_records, seen.lines, now)) missing("execve");
  const bool connects = needs != Needs::kExecs;
  if (is_missing(connect_, seen.connect_records, seen.lines, now) && connects) missing("connect");
  if (needs != Needs::kSocketsToo) {
    socket_ = {now, seen.socket_records, seen.connect_records, false};  // counted only where they are needed
  } else if (is_missing(socket_, seen.socket_records, seen.connect_records, now)) {
    missing("socket");
  }
  if (is_incomplete(without_arguments_, seen.exec_records, stats.normalize.missing_execve)) {
    out.emplace_back(
        "execve events come without their EXECVE record: rules see no arguments; look for "
        "`-a never,exclude -F msgtype=EXECVE`");
  }
  if (is_incomplete(without_address_, seen.connect_records, stats.normalize.missing_sockaddr)) {
    out.emplace_back(
        "connect events come without their SOCKADDR record: they cannot be used; look for "
        "`-a never,exclude -F msgtype=SOCKADDR`");
  }
  if (dropped_lines > dropped_lines_) {
    out.push_back(
        fmt::format("{} records dropped: they came faster than the rules could look at them (input.queue_bytes)",
                    dropped_lines - dropped_lines_));
    dropped_lines_ = dropped_lines;
  }
  if (cuts_records(stats) && !std::exchange(said_version_, true)) {
    out.push_back(fmt::format("auditd {} cuts the end off every record with log_format = RAW: set it to ENRICHED",
                              stats.auditd_version));
  }
  return out;
}

}  // namespace audisp_eql::plugin
