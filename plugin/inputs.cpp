// SPDX-License-Identifier: Apache-2.0
#include "plugin/inputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHead = 64u << 10;
constexpr std::size_t kReadSize = 256u << 10;
constexpr std::string_view kStdin = "standard input";

Diagnostic note(std::string message) {
  Diagnostic d;
  d.severity = Severity::kNote;
  d.message = std::move(message);
  return d;
}

// Bytes until `limit` or the end; errno in `error`, 0 when all went well.
struct HeadRead {
  std::string bytes;
  int error = 0;
};
HeadRead read_head(int fd) {
  HeadRead head;
  head.bytes.resize(kHead);
  std::size_t size = 0;
  while (size < kHead) {
    const ssize_t n = ::read(fd, head.bytes.data() + size, kHead - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) head.error = errno;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  head.bytes.resize(size);
  return head;
}

class Opener {
 public:
  explicit Opener(std::string host) : host_(std::move(host)) {}

  void open(const std::string& file, const std::string& folder_host) {
    const bool is_stdin = file == "-";
    const std::string name = is_stdin ? std::string(kStdin) : file;
    UniqueFd fd(is_stdin ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                         : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat st {};
    if (!fd || ::fstat(fd.get(), &st) != 0) return refuse(os_error("cannot read " + name, errno));
    if (S_ISDIR(st.st_mode)) {
      Diagnostic d = os_error("cannot read " + name, EISDIR);
      d.hint = fmt::format("give its files: {}/*", file);
      return refuse(std::move(d));
    }
    if (S_ISREG(st.st_mode) && !seen_.emplace(st.st_dev, st.st_ino).second) {
      set_.diagnostics.push_back(note(name + " is a file already read under another name: left out"));
      return;
    }
    HeadRead head = read_head(fd.get());
    if (head.error != 0) return refuse(os_error("cannot read " + name, head.error));
    Result<Recognised> what = recognise(head.bytes, name);
    if (!what) return refuse(what.error().diagnostics.front());
    add(name, *what, folder_host);
    if (!S_ISREG(st.st_mode) || is_stdin) {
      set_.inputs.back().fd = std::move(fd);
      set_.inputs.back().head = std::move(head.bytes);
    }
  }

  InputSet take() {
    std::stable_sort(set_.inputs.begin(), set_.inputs.end(), [](const Input& a, const Input& b) {
      return std::tie(a.first_host, a.first_time, a.name) < std::tie(b.first_host, b.first_time, b.name);
    });
    return std::move(set_);
  }

 private:
  void refuse(Diagnostic d) { set_.diagnostics.push_back(std::move(d)); }

  void add(const std::string& name, const Recognised& what, const std::string& folder_host) {
    Input input;
    input.name = name;
    input.default_host = host_.empty() ? folder_host : host_;
    input.first_host = what.node.empty() ? input.default_host : what.node;
    input.first_time = what.first_time;
    input.format = what.format;
    set_.inputs.push_back(std::move(input));
  }

  std::string host_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  InputSet set_;
};

std::vector<std::string> parts_of(const std::string& path) {
  std::error_code error;
  std::vector<std::string> parts;
  for (const fs::path& part : fs::absolute(path, error).lexically_normal().parent_path())
    parts.push_back(part.string());
  return parts;
}

bool shares_file_names(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<fs::path>> folders;
  for (const std::string& path : paths) {
    const fs::path p(path);
    folders[p.filename().string()].insert(p.parent_path().lexically_normal());
  }
  return std::any_of(folders.begin(), folders.end(), [](const auto& entry) { return entry.second.size() > 1; });
}

}  // namespace

std::vector<std::string> hosts_of_tree(const std::vector<std::string>& paths) {
  std::vector<std::string> hosts(paths.size());
  if (!shares_file_names(paths)) return hosts;
  std::vector<std::vector<std::string>> parts;
  std::size_t shortest = SIZE_MAX;
  for (const std::string& path : paths) {
    parts.push_back(parts_of(path));
    shortest = std::min(shortest, parts.back().size());
  }
  std::size_t common = 0;
  while (common < shortest && std::all_of(parts.begin(), parts.end(), [&](const std::vector<std::string>& p) {
           return p[common] == parts.front()[common];
         })) {
    ++common;
  }
  // A file in the common folder itself: no tree of hosts.
  if (common == shortest) return hosts;
  for (std::size_t i = 0; i < paths.size(); ++i) hosts[i] = parts[i][common];
  return hosts;
}

InputSet open_inputs(const std::vector<std::string>& files, const std::string& host) {
  const std::vector<std::string> names = files.empty() ? std::vector<std::string>{"-"} : files;
  std::vector<std::string> paths;
  std::copy_if(names.begin(), names.end(), std::back_inserter(paths), [](const std::string& n) { return n != "-"; });
  const std::vector<std::string> folders = host.empty() ? hosts_of_tree(paths) : std::vector<std::string>(paths.size());
  Opener opener(host);
  std::size_t at = 0;
  for (const std::string& name : names) opener.open(name, name == "-" ? std::string() : folders[at++]);
  InputSet set = opener.take();
  for (const std::string& folder : folders) {
    const bool known = std::find(set.folder_hosts.begin(), set.folder_hosts.end(), folder) != set.folder_hosts.end();
    if (!folder.empty() && !known) set.folder_hosts.push_back(folder);
  }
  return set;
}

std::optional<Diagnostic> read_input(Input& input, const std::function<void(std::string_view)>& take) {
  if (!input.fd) {
    input.fd.reset(::open(input.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!input.fd) return os_error("cannot read " + input.name, errno);
  }
  char last = '\n';
  if (!input.head.empty()) {
    take(input.head);
    last = input.head.back();
  }
  const auto buffers = std::make_unique<char[]>(2 * kReadSize);
  std::optional<Diagnostic> failure;
  for (bool second = false;; second = !second) {
    char* const buffer = buffers.get() + (second ? kReadSize : 0);
    const ssize_t n = ::read(input.fd.get(), buffer, kReadSize);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) failure = os_error("cannot read " + input.name, errno);
    if (n <= 0) break;
    const std::string_view bytes(buffer, static_cast<std::size_t>(n));
    take(bytes);
    last = bytes.back();
  }
  if (last != '\n') take("\n");
  input.fd.reset();
  return failure;
}

}  // namespace audisp_eql::plugin
