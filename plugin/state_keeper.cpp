// SPDX-License-Identifier: Apache-2.0
#include "plugin/state_keeper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include "plugin/clocks.h"
#include "plugin/host_id.h"
#include "plugin/state_file.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

// The wall clock may be set while we are away; this one is not, and counts suspended time.
EventTime since_boot() { return read_clock(CLOCK_BOOTTIME); }

Diagnostic warning(std::string message, std::string hint) {
  Diagnostic d;
  d.severity = Severity::kWarning;
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

}  // namespace

std::vector<Diagnostic> StateKeeper::obstacles() const {
  constexpr char kHint[] = "sequences that are pending at a restart will be lost; [state] says where they are kept";
  const std::string folder = folder_of(config_.path);
  struct stat st {};
  if (::stat(folder.c_str(), &st) != 0 && errno == ENOENT) {
    return {warning(fmt::format("there is no folder {} to keep state in", folder), kHint)};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return {
        warning(fmt::format("state cannot be kept in {}: user {} may not write there", folder, ::geteuid()), kHint)};
  }
  if (this_boot_id().empty()) return {warning("the id of this boot cannot be read: no state is kept", kHint)};
  return check_directory(folder, Trust::kState);
}

void StateKeeper::restore(engine::Pipeline& pipeline) {
  if (config_.path.empty()) return;
  const std::vector<Diagnostic> obstacles = this->obstacles();
  log_.write(obstacles);
  usable_ = obstacles.empty();
  if (!usable_) return;
  const auto read = read_state(config_.path, {this_boot_id(), since_boot(), config_.max_age, config_.max_bytes});
  if (!read) {
    ++refused_;
    return log_.write(read.error().diagnostics);
  }
  if (*read) take((*read)->bytes, pipeline);
}

void StateKeeper::take(const std::string& bytes, engine::Pipeline& pipeline) {
  if (::unlink(config_.path.c_str()) != 0) {
    ++refused_;
    return log_.write({os_error(config_.path + " is not used, because it cannot be removed", errno)});
  }
  if (!pipeline.restore(bytes)) {
    ++refused_;
    return log_.write({warning(config_.path + " is not used: what it says cannot be",
                               "sequences that were pending at the stop are lost")});
  }
  ++restored_;
  const engine::Stats stats = pipeline.stats();
  log_.info(fmt::format("state restored: {} processes, {} pending sequences", stats.processes, stats.partials));
}

bool StateKeeper::save(const engine::Pipeline& pipeline) {
  if (!usable_) return false;
  const SavedState state{this_boot_id(), since_boot(), pipeline.save()};
  if (state.bytes.size() > config_.max_bytes) {
    log_.warning(
        fmt::format("state not saved: {} bytes, more than max_bytes ({})", state.bytes.size(), config_.max_bytes));
    return false;
  }
  if (const auto failure = write_state(config_.path, state)) {
    log_.write({*failure});
    return false;
  }
  return true;
}

}  // namespace audisp_eql::plugin
