// SPDX-License-Identifier: Apache-2.0
#include "plugin/log_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 16;  // DIR/host/var/log/audit is four

class Walk {
 public:
  void folder(const fs::path& path, int depth) {
    std::error_code error;
    fs::directory_iterator entries(path, error);
    while (!error && entries != fs::directory_iterator()) {
      entry(*entries, depth);
      entries.increment(error);
    }
    if (error) out_.errors.push_back(os_error("cannot read " + escape_printable(path.string()), error.value()));
  }

  LogFolder take() {
    std::sort(out_.files.begin(), out_.files.end());
    std::sort(out_.left_out.begin(), out_.left_out.end(),
              [](const LeftOut& a, const LeftOut& b) { return a.path < b.path; });
    return std::move(out_);
  }

 private:
  void entry(const fs::directory_entry& entry, int depth) {
    std::error_code error;
    const bool is_link = entry.is_symlink(error);
    const fs::file_type type = entry.status(error).type();
    if (type == fs::file_type::directory && !is_link) return subfolder(entry.path(), depth + 1);
    if (type != fs::file_type::regular) return leave_out(entry, why(type, is_link));
    if (entry.file_size(error) == 0) return leave_out(entry, "is empty");
    out_.files.push_back(entry.path().string());
  }

  void subfolder(const fs::path& path, int depth) {
    if (depth <= kDeepest) return folder(path, depth);
    Diagnostic deep;
    deep.message =
        fmt::format("left out {}: it lies more than {} folders deep", escape_printable(path.string()), kDeepest);
    deep.hint = "name it as an input of its own";
    out_.errors.push_back(std::move(deep));
  }

  void leave_out(const fs::directory_entry& entry, std::string_view why) {
    out_.left_out.push_back({entry.path().string(), std::string(why)});
  }

  static std::string_view why(fs::file_type type, bool is_link) {
    switch (type) {
      case fs::file_type::directory: return "is a link to a folder";
      case fs::file_type::fifo: return "is a FIFO";
      case fs::file_type::socket: return "is a socket";
      case fs::file_type::block:
      case fs::file_type::character: return "is a device";
      default: return is_link ? "is a link that leads nowhere" : "is no file";
    }
  }

  LogFolder out_;
};

}  // namespace

LogFolder list_folder(const std::string& folder) {
  Walk walk;
  walk.folder(folder, 0);
  return walk.take();
}

}  // namespace audisp_eql::plugin
