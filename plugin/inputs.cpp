// SPDX-License-Identifier: Apache-2.0
#include "plugin/inputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "plugin/earlier_files.h"
#include "plugin/log_folder.h"
#include "plugin/trusted_file.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHead = 64u << 10;
constexpr std::size_t kReadSize = 256u << 10;
constexpr std::size_t kNamed = 8;     // files that a note names
constexpr std::size_t kCompared = 4;  // earlier files with the same beginning: each costs another reading
constexpr std::string_view kStdin = "standard input";

Diagnostic note(std::string message) {
  Diagnostic d;
  d.severity = Severity::kNote;
  d.message = std::move(message);
  return d;
}

// The file itself, whatever it is called by now; else empty, with errno set.
UniqueFd open_again(const FileRef& file) {
  const auto is_it = [&file](const UniqueFd& fd) {
    struct stat st {};
    return fd && ::fstat(fd.get(), &st) == 0 && st.st_dev == file.device && st.st_ino == file.inode;
  };
  if (UniqueFd fd = open_file(file.name); is_it(fd)) return fd;
  std::error_code error;
  const fs::path folder = fs::path(file.name).parent_path();
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, error)) {
    if (!entry.is_regular_file(error)) continue;
    if (UniqueFd fd = open_file(entry.path().string()); is_it(fd)) return fd;
  }
  errno = ENOENT;
  return {};
}

// An input before it is known whose it is.
struct Found {
  Input input;
  std::string node;
  std::string folder_host;            // of the folder that was given
  std::optional<std::uint64_t> size;  // as stored; nullopt for a pipe
};

// Why a file is not read.
struct Refused {
  Diagnostic why;
  bool is_other = false;  // something else than a log: no error where nobody named it
};

class Opener {
 public:
  explicit Opener(ReadControl* control) : control_(control) {}

  void open(const std::string& file) {
    const bool is_stdin = file == "-";
    const std::string name = is_stdin ? std::string(kStdin) : escape_printable(file);
    UniqueFd fd = open_file(file);
    struct stat st {};
    if (!fd || ::fstat(fd.get(), &st) != 0) return refuse(os_error("cannot read " + name, errno));
    if (S_ISDIR(st.st_mode)) return folder(file, name);
    if (auto why = log(std::move(fd), st, is_stdin ? std::string() : file, name)) refuse(std::move(why->why));
  }

  std::vector<Found> take_found() { return std::move(found_); }
  std::vector<Diagnostic> take_diagnostics() { return std::move(diagnostics_); }

 private:
  void refuse(Diagnostic d) { diagnostics_.push_back(std::move(d)); }

  // nullopt: it is a log, the last of found_.
  std::optional<Refused> log(UniqueFd fd, const struct stat& st, const std::string& path, const std::string& name) {
    const bool is_file = S_ISREG(st.st_mode);
    const bool is_named = is_file && !path.empty();
    if (is_file && seen_.count({st.st_dev, st.st_ino}) > 0) {
      return Refused{note(name + " is a file already read under another name: left out"), true};
    }
    auto source = open_source(std::move(fd), {name, control_, !is_named});
    std::string head = read_up_to(*source, kHead);
    if (head.empty() && source->failure()) return Refused{*source->failure(), false};
    Result<Recognised> what = recognise(head, name);
    if (!what) return Refused{what.error().diagnostics.front(), true};
    if (is_file) seen_.emplace(st.st_dev, st.st_ino);
    Found& found = add(name, *what);
    if (is_file) found.size = static_cast<std::uint64_t>(st.st_size);
    if (is_named) {
      found.input.file = {path, st.st_dev, st.st_ino};
    } else {
      found.input.source = std::move(source);
      found.input.head = std::move(head);
    }
    return std::nullopt;
  }

  Found& add(const std::string& name, const Recognised& what) {
    Found found;
    found.input.name = name;
    found.input.first_time = what.first_time;
    found.input.first_serial = what.first_serial;
    found.input.format = what.format;
    found.input.control = control_;
    found.node = what.node;
    return found_.emplace_back(std::move(found));
  }

  void folder(const std::string& path, const std::string& name) {
    LogFolder listed = list_folder(path);
    diagnostics_.insert(diagnostics_.end(), listed.errors.begin(), listed.errors.end());
    const std::size_t first = found_.size();
    for (const std::string& file : listed.files) {
      if (auto why = of_folder(file)) listed.left_out.push_back({file, std::move(*why)});
    }
    name_hosts(path, first);
    say_left_out(path, name, listed.left_out);
    if (found_.size() > first || !listed.errors.empty()) return;
    Diagnostic d;
    d.message = name + " holds no audit log";
    d.hint = "give the folder of audit.log, usually /var/log/audit";
    refuse(std::move(d));
  }

  // Why it is left out, if it is. What looked like a log and cannot be read is no note but an error.
  std::optional<std::string> of_folder(const std::string& path) {
    const std::string name = escape_printable(path);
    UniqueFd fd = open_file(path);
    struct stat st {};
    if (!fd || ::fstat(fd.get(), &st) != 0) {
      refuse(os_error("cannot read " + name, errno));
      return std::nullopt;
    }
    if (!S_ISREG(st.st_mode)) return "is no file any more";
    const auto refused = log(std::move(fd), st, path, name);
    if (!refused) {
      if (found_.back().input.first_time) return std::nullopt;
      found_.pop_back();
      return "holds no audit records";
    }
    if (refused->is_other) return refused->why.message.substr(name.size() + 1);
    refuse(refused->why);
    return std::nullopt;
  }

  // Each folder in it is a host when several have logs, and itself has none.
  void name_hosts(const std::string& folder, std::size_t first) {
    std::set<std::string> hosts;
    for (std::size_t i = first; i < found_.size(); ++i) {
      const fs::path below = fs::path(found_[i].input.file.name).lexically_relative(folder);
      if (below.has_parent_path()) found_[i].folder_host = below.begin()->string();
      hosts.insert(found_[i].folder_host);
    }
    if (hosts.size() > 1 && hosts.count({}) == 0) return;
    for (std::size_t i = first; i < found_.size(); ++i) found_[i].folder_host.clear();
  }

  void say_left_out(const std::string& folder, const std::string& name, const std::vector<LeftOut>& left_out) {
    if (left_out.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(left_out.size(), kNamed); ++i) {
      const fs::path below = fs::path(left_out[i].path).lexically_relative(folder);
      text += fmt::format("{}{} ({})", i > 0 ? ", " : "", escape_printable(below.string()), left_out[i].why);
    }
    if (left_out.size() > kNamed) text += fmt::format(" and {} more", left_out.size() - kNamed);
    refuse(note(fmt::format("left out of {}: {}", name, text)));
  }

  ReadControl* control_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::vector<Found> found_;
  std::vector<Diagnostic> diagnostics_;
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
    folders[(has_packed_name(path) ? p.stem() : p.filename()).string()].insert(p.parent_path().lexically_normal());
  }
  return std::any_of(folders.begin(), folders.end(), [](const auto& entry) { return entry.second.size() > 1; });
}

// Whose each is: `host`, else a folder's name.
void name_hosts(std::vector<Found>& found, const std::string& host) {
  std::vector<std::string> paths;
  for (const Found& f : found) {
    if (f.folder_host.empty() && !f.input.file.name.empty()) paths.push_back(f.input.file.name);
  }
  const std::vector<std::string> tree = hosts_of_tree(paths);
  std::size_t at = 0;
  for (Found& f : found) {
    const bool is_in_tree = f.folder_host.empty() && !f.input.file.name.empty();
    if (is_in_tree) f.folder_host = tree[at++];
    if (!host.empty()) f.folder_host.clear();
    f.input.default_host = host.empty() ? f.folder_host : host;
    f.input.first_host = f.node.empty() ? f.input.default_host : f.node;
  }
}

// Copies of one log begin with the same record, so they stand next to each other.
void find_copies(std::vector<Input>& inputs) {
  const auto begins_as = [](const Input& a, const Input& b) {
    return a.default_host == b.default_host && a.first_host == b.first_host && a.first_time == b.first_time &&
           a.first_serial == b.first_serial;
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].source || !inputs[i].first_time) continue;
    for (std::size_t j = i; j > 0 && begins_as(inputs[j - 1], inputs[i]); --j) {
      const FileRef& file = inputs[j - 1].file;
      if (!file.name.empty() && inputs[i].earlier.size() < kCompared) inputs[i].earlier.push_back(file);
    }
  }
}

EarlierFiles open_earlier(const Input& input) {
  std::vector<std::unique_ptr<ByteSource>> files;
  for (const FileRef& file : input.earlier) {
    if (UniqueFd fd = open_again(file)) {
      files.push_back(open_source(std::move(fd), {file.name, input.control, false}));
    }
  }
  return EarlierFiles(std::move(files));
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

InputSet open_inputs(const std::vector<std::string>& files, const std::string& host, ReadControl* control) {
  Opener opener(control);
  for (const std::string& name : files.empty() ? std::vector<std::string>{"-"} : files) opener.open(name);
  std::vector<Found> found = opener.take_found();
  name_hosts(found, host);
  InputSet set;
  set.diagnostics = opener.take_diagnostics();
  set.bytes = 0;
  for (Found& f : found) {
    const auto& known = set.folder_hosts;
    if (!f.folder_host.empty() && std::find(known.begin(), known.end(), f.folder_host) == known.end()) {
      set.folder_hosts.push_back(f.folder_host);
    }
    set.bytes = set.bytes && f.size ? std::optional(*set.bytes + *f.size) : std::nullopt;
    set.inputs.push_back(std::move(f.input));
  }
  std::stable_sort(set.inputs.begin(), set.inputs.end(), [](const Input& a, const Input& b) {
    return std::tie(a.default_host, a.first_time, a.first_serial, a.first_host, a.name) <
           std::tie(b.default_host, b.first_time, b.first_serial, b.first_host, b.name);
  });
  find_copies(set.inputs);
  return set;
}

std::optional<Diagnostic> read_input(Input& input, const std::function<void(std::string_view)>& take) {
  if (!input.source) {
    UniqueFd fd = open_again(input.file);
    if (!fd) return os_error("cannot read " + input.name, errno);
    input.source = open_source(std::move(fd), {input.name, input.control, true});
  }
  EarlierFiles earlier = open_earlier(input);
  char last = '\n';
  const auto take_new = [&](std::string_view bytes) {
    take(bytes);
    last = bytes.back();
  };
  if (!input.head.empty()) earlier.feed(input.head, take_new);
  const auto buffers = std::make_unique<char[]>(2 * kReadSize);
  char* buffer = buffers.get();
  while (const std::size_t n = input.source->read(buffer, kReadSize)) {
    earlier.feed(std::string_view(buffer, n), take_new);
    buffer = buffer == buffers.get() ? buffer + kReadSize : buffers.get();
  }
  if (last != '\n' && !input.source->is_stopped()) take("\n");
  take({});
  if (input.control != nullptr) input.control->repeated += earlier.repeated();
  std::optional<Diagnostic> failure = input.source->failure();
  input.source.reset();
  return failure;
}

}  // namespace audisp_eql::plugin
