// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/image.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "lib/base/escape.h"

namespace audisp_eql::entity {
namespace {

constexpr std::string_view kDeleted = " (deleted)";
// dpkg moves a replaced file here while it unpacks; rpm adds `;` and eight hex digits.
constexpr std::string_view kDpkgSuffixes[] = {".dpkg-tmp", ".dpkg-new", ".dpkg-old"};
constexpr std::size_t kRpmSuffix = 9;

// A process can rename its image as often as it likes; its bag stays small.
constexpr std::size_t kMaxExecutables = 8;

bool is_rpm_suffix(std::string_view s) {
  return s.size() == kRpmSuffix && s.front() == ';' &&
         s.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

std::string_view without_suffixes(std::string_view path) {
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  for (const std::string_view suffix : kDpkgSuffixes) {
    if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
  }
  if (path.size() > kRpmSuffix && is_rpm_suffix(path.substr(path.size() - kRpmSuffix))) path.remove_suffix(kRpmSuffix);
  return path;
}

void add_distinct(std::vector<std::string>& bag, std::string_view value) {
  if (value.empty() || bag.size() >= kMaxExecutables) return;
  if (std::find(bag.begin(), bag.end(), value) == bag.end()) bag.emplace_back(value);
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string valid(std::string_view text) { return is_valid_utf8(text) ? std::string(text) : to_valid_utf8(text); }

void add_executable(Program& program, std::string_view path) {
  add_distinct(program.executables, path);
  add_distinct(program.executables, without_suffixes(path));
}

void fill_names(Program& program) {
  program.names.clear();
  for (const std::string& path : program.executables) add_distinct(program.names, base_name(path));
}

ProgramPtr make_program(std::string_view path, std::string_view exe) {
  const boost::intrusive_ptr<Program> program(new Program);
  program->kernel_exe = valid(exe);
  add_executable(*program, valid(path));
  add_executable(*program, program->kernel_exe);
  fill_names(*program);
  return program;
}

Texts pack(std::span<const std::string> args) {
  std::size_t bytes = 0;
  for (const std::string& arg : args) bytes += arg.size();
  Texts texts;
  texts.reserve(args.size(), bytes);
  for (const std::string& arg : args) texts.push_back(is_valid_utf8(arg) ? arg : to_valid_utf8(arg));
  return texts;
}

}  // namespace

std::size_t Program::bytes() const {
  std::size_t n = sizeof(Program) + kernel_exe.size();
  for (const std::string& s : executables) n += sizeof s + s.size();
  for (const std::string& s : names) n += sizeof s + s.size();
  return n;
}

ProgramPtr Programs::find_or_make(std::string_view path, std::string_view exe) {
  constexpr std::size_t kEntries = 512;
  constexpr std::size_t kMaxText = 256;  // longer ones are hardly met twice
  if (path.size() > kMaxText || exe.size() > kMaxText) return make_program(path, exe);
  if (entries_.empty()) entries_.resize(kEntries);
  const std::hash<std::string_view> hash;
  Entry& entry = entries_[(hash(path) * 31 + hash(exe)) % kEntries];
  if (entry.program == nullptr || entry.path != path || entry.exe != exe) {
    entry = {std::string(path), std::string(exe), make_program(path, exe)};
  }
  return entry.program;
}

std::size_t Image::bytes() const {
  return sizeof(Image) + program->bytes() + args.bytes() + working_directory.size() + systemd_unit.size();
}

boost::intrusive_ptr<Image> image_from_exec(const ExecImage& exec, Programs& programs) {
  boost::intrusive_ptr<Image> image(new Image);
  image->program = programs.find_or_make(exec.path, exec.exe);
  image->args = pack(exec.args);
  image->has_args = exec.has_args;
  image->args_truncated = exec.args_truncated;
  image->working_directory = valid(exec.cwd);
  image->systemd_unit = valid(exec.systemd_unit);
  return image;
}

boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string_view exe) {
  const std::string path = valid(exe);
  const auto& known = image->program->executables;
  if (path.empty() || known.size() >= kMaxExecutables || std::find(known.begin(), known.end(), path) != known.end()) {
    return nullptr;
  }
  const boost::intrusive_ptr<Program> more(new Program(*image->program));
  add_executable(*more, path);
  fill_names(*more);
  boost::intrusive_ptr<Image> copy(new Image(*image));
  copy->program = more;
  return copy;
}

}  // namespace audisp_eql::entity
