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

void add_executable(std::vector<std::string>& bag, std::string_view path) {
  add_distinct(bag, path);
  add_distinct(bag, without_suffixes(path));
}

ProgramPtr program_of(std::string_view path, std::string_view exe) {
  std::vector<std::string> executables;
  add_executable(executables, valid(path));
  add_executable(executables, valid(exe));
  return make_program(executables, !exe.empty());
}

Texts pack(std::span<const std::string> args) {
  if (std::all_of(args.begin(), args.end(), is_valid_utf8)) return Texts(args);
  std::vector<std::string> texts;
  for (const std::string& arg : args) texts.push_back(valid(arg));
  return Texts(texts);
}

// Longer texts are hardly met twice.
constexpr std::size_t kMaxShared = 256;

std::size_t hash(std::string_view one, std::string_view two) {
  const std::hash<std::string_view> hash;
  return hash(one) * 31 + hash(two);
}

// Where in a cache of `size` entries, which come with the first.
template <typename Entry>
Entry& entry_of(std::vector<Entry>& cache, std::size_t size, std::size_t hash) {
  if (cache.empty()) cache.resize(size);
  return cache[hash % size];
}

}  // namespace

std::size_t Program::bytes() const { return sizeof(Program) + executables.bytes() + names.bytes(); }

ProgramPtr make_program(std::span<const std::string> executables, bool has_exe) {
  std::vector<std::string> names;
  for (const std::string& path : executables) add_distinct(names, base_name(path));
  const boost::intrusive_ptr<Program> program(new Program);
  program->has_exe = has_exe;
  program->executables = Texts(executables);
  program->names = Texts(names);
  return program;
}

PlacePtr make_place(std::string_view working_directory, std::string_view systemd_unit) {
  const boost::intrusive_ptr<Place> place(new Place);
  place->working_directory = working_directory;
  place->systemd_unit = systemd_unit;
  return place;
}

ProgramPtr SharedParts::program(std::string_view path, std::string_view exe) {
  constexpr std::size_t kEntries = 512;
  if (path.size() > kMaxShared || exe.size() > kMaxShared) return program_of(path, exe);
  Executed& entry = entry_of(executed_, kEntries, hash(path, exe));
  if (entry.program == nullptr || entry.path != path || entry.exe != exe) {
    entry = {std::string(path), std::string(exe), shared(program_of(path, exe))};
  }
  return entry.program;
}

ProgramPtr SharedParts::shared(ProgramPtr program) {
  constexpr std::size_t kEntries = 4096;
  if (program->executables.bytes() > 2 * kMaxShared) return program;
  std::size_t h = program->has_exe ? 1 : 0;
  for (const std::string_view path : program->executables) h = h * 31 + std::hash<std::string_view>()(path);
  ProgramPtr& entry = entry_of(programs_, kEntries, h);
  if (entry == nullptr || entry->has_exe != program->has_exe || entry->executables != program->executables) {
    entry = std::move(program);
  }
  return entry;
}

PlacePtr SharedParts::place(std::string_view working_directory, std::string_view systemd_unit) {
  constexpr std::size_t kEntries = 512;
  if (working_directory.empty() && systemd_unit.empty()) return nullptr;
  if (!is_valid_utf8(working_directory) || !is_valid_utf8(systemd_unit)) {
    return place(valid(working_directory), valid(systemd_unit));
  }
  if (working_directory.size() + systemd_unit.size() > kMaxShared) return make_place(working_directory, systemd_unit);
  PlacePtr& entry = entry_of(places_, kEntries, hash(working_directory, systemd_unit));
  if (entry == nullptr || entry->working_directory != working_directory || entry->systemd_unit != systemd_unit) {
    entry = make_place(working_directory, systemd_unit);
  }
  return entry;
}

std::size_t Image::bytes() const {
  return sizeof(Image) + program->bytes() + args.bytes() + working_directory().size() + systemd_unit().size();
}

boost::intrusive_ptr<Image> image_from_exec(const ExecImage& exec, SharedParts& parts) {
  boost::intrusive_ptr<Image> image(new Image);
  image->program = parts.program(exec.path, exec.exe);
  image->place = parts.place(exec.cwd, exec.systemd_unit);
  image->args = pack(exec.args);
  image->has_args = exec.has_args;
  image->args_truncated = exec.args_truncated;
  return image;
}

boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string_view exe, SharedParts& parts) {
  const std::string path = valid(exe);
  const Program& program = *image->program;
  const Texts& known = program.executables;
  if (path.empty() || known.size() >= kMaxExecutables || std::find(known.begin(), known.end(), path) != known.end()) {
    return nullptr;
  }
  std::vector<std::string> executables(known.begin(), known.end());
  add_executable(executables, path);
  boost::intrusive_ptr<Image> copy(new Image(*image));
  copy->program = parts.shared(make_program(executables, program.has_exe));
  return copy;
}

}  // namespace audisp_eql::entity
