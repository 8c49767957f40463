// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/image.h"

#include <algorithm>
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

void make_valid(std::string& text) {
  if (!is_valid_utf8(text)) text = to_valid_utf8(text);
}

void add_executable(Image& image, std::string_view path) {
  add_distinct(image.executables, path);
  add_distinct(image.executables, without_suffixes(path));
}

void fill_names(Image& image) {
  image.names.clear();
  for (const std::string& path : image.executables) add_distinct(image.names, base_name(path));
}

}  // namespace

std::size_t Image::bytes() const {
  std::size_t n = sizeof(Image) + working_directory.size() + kernel_exe.size() + systemd_unit.size();
  for (const std::string& s : executables) n += sizeof s + s.size();
  for (const std::string& s : names) n += sizeof s + s.size();
  for (const std::string& s : args) n += sizeof s + s.size();
  return n;
}

boost::intrusive_ptr<Image> image_from_exe(std::string exe) {
  ExecImage exec;
  exec.exe = std::move(exe);
  return image_from_exec(std::move(exec));
}

boost::intrusive_ptr<Image> image_from_exec(ExecImage exec) {
  boost::intrusive_ptr<Image> image(new Image);
  make_valid(exec.path);
  make_valid(exec.exe);
  make_valid(exec.cwd);
  make_valid(exec.systemd_unit);
  for (std::string& arg : exec.args) make_valid(arg);
  add_executable(*image, exec.path);
  add_executable(*image, exec.exe);
  fill_names(*image);
  image->kernel_exe = std::move(exec.exe);
  image->args = std::move(exec.args);
  image->has_args = exec.has_args;
  image->args_truncated = exec.args_truncated;
  image->working_directory = std::move(exec.cwd);
  image->systemd_unit = std::move(exec.systemd_unit);
  return image;
}

boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string exe) {
  make_valid(exe);
  if (exe.empty() || image->executables.size() >= kMaxExecutables ||
      std::find(image->executables.begin(), image->executables.end(), exe) != image->executables.end()) {
    return nullptr;
  }
  boost::intrusive_ptr<Image> copy(new Image(*image));
  add_executable(*copy, exe);
  fill_names(*copy);
  return copy;
}

}  // namespace audisp_eql::entity
