// SPDX-License-Identifier: Apache-2.0
// Layout: a line that says what it is, the format's version, the length and the
// SHA-256 of what follows; then program version, boot, time, and the bytes.
#include "plugin/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/alert/digest.h"
#include "lib/base/binary.h"
#include "plugin/fresh_file.h"
#include "plugin/trusted_file.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kMagic = "audisp-eql state\n";
// Another number whenever what lib/ saves changes in any way.
constexpr std::uint64_t kFormat = 2;
constexpr std::size_t kDigestBytes = std::tuple_size_v<alert::Sha256>;
// Of the file, for all but the state's bytes.
constexpr std::size_t kHeaderRoom = 4096;
constexpr std::string_view kStartsEmpty = "sequences that were pending at the stop are lost";

std::string sha256(std::string_view bytes) {
  const alert::Sha256 digest = alert::sha256_of({&bytes, 1});
  return std::string(digest.begin(), digest.end());
}

std::string encode(const SavedState& state) {
  BinaryWriter body;
  body.text(AUDISP_EQL_VERSION);
  body.text(state.boot_id);
  body.time(state.saved_at);
  body.text(state.bytes);
  BinaryWriter out;
  out.raw(kMagic);
  out.number(kFormat);
  out.number(body.bytes().size());
  out.raw(sha256(body.bytes()));
  out.raw(body.bytes());
  return out.take();
}

// The file and its name last over a loss of power only when both are on disk.
bool write_durably(const std::string& path, const std::string& temporary, std::string_view bytes) {
  const UniqueFd file = create_fresh_file(temporary, 0600);
  if (!file || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0) return false;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return false;
  const UniqueFd folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0;
}

Error refuse(const std::string& path, std::string_view why) {
  Diagnostic d;
  d.severity = Severity::kWarning;
  d.message = fmt::format("{} is not used: {}", path, why);
  d.hint = kStartsEmpty;
  return Error(std::move(d));
}

std::string too_large(std::size_t max_bytes) { return fmt::format("larger than max_bytes ({})", max_bytes); }

// Empty: nothing speaks against it.
std::string judge(const struct stat& st, std::size_t max_bytes) {
  if (!S_ISREG(st.st_mode)) return "not a regular file";
  if (st.st_uid != 0 && st.st_uid != ::geteuid()) return fmt::format("it belongs to user {}", st.st_uid);
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "its group or every user can change it";
  if (static_cast<std::size_t>(st.st_size) > max_bytes + kHeaderRoom) return too_large(max_bytes);
  return {};
}

// As large as fstat said or smaller; what grows meanwhile is not read.
bool read_all(int fd, std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return true;
}

// The part that the checksum covers; or why there is none.
std::string check_frame(BinaryReader& in, std::string_view& body) {
  if (in.raw(kMagic.size()) != kMagic) return "cut short, or no state of this program";
  const std::uint64_t format = in.number();
  if (in.ok() && format != kFormat) return fmt::format("its format is version {}, not {}", format, kFormat);
  const std::uint64_t size = in.number();
  const std::string_view digest = in.raw(kDigestBytes);
  body = in.raw(static_cast<std::size_t>(size));
  if (!in.ok()) return "cut short";
  if (!in.is_done() || sha256(body) != digest) return "damaged";
  return {};
}

std::string decode(std::string_view file, const StateTerms& terms, SavedState& state) {
  BinaryReader frame(file);
  std::string_view body;
  if (std::string why = check_frame(frame, body); !why.empty()) return why;
  BinaryReader in(body);
  const std::string_view version = in.text();
  state.boot_id = in.text();
  state.saved_at = in.time();
  const std::string_view bytes = in.text();
  if (!in.is_done()) return "damaged";
  if (version != AUDISP_EQL_VERSION) {
    return fmt::format("version {} of the program wrote it, this is {}", version, AUDISP_EQL_VERSION);
  }
  if (state.boot_id != terms.boot_id) return "the machine was started again since";
  const EventTime age = terms.now - state.saved_at;
  if (age < EventTime{}) return "it was written later than now";
  if (age > terms.max_age) {
    return fmt::format("{} s old, more than max_age_seconds ({})", age.ms / 1000, terms.max_age.ms / 1000);
  }
  if (bytes.size() > terms.max_bytes) return too_large(terms.max_bytes);
  state.bytes = bytes;
  return {};
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::optional<Diagnostic> write_state(const std::string& path, const SavedState& state) {
  const std::string temporary = path + ".new";
  if (write_durably(path, temporary, encode(state))) return std::nullopt;
  const int error = errno;
  ::unlink(temporary.c_str());
  return os_error("cannot write " + path, error);
}

Result<std::optional<SavedState>> read_state(const std::string& path, const StateTerms& terms) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::optional<SavedState>();
  if (!fd && errno == ELOOP) return refuse(path, "a symbolic link");
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0) return Error(os_error("cannot read " + path, errno));
  if (const std::string why = judge(st, terms.max_bytes); !why.empty()) return refuse(path, why);
  std::string file(static_cast<std::size_t>(st.st_size), '\0');
  if (!read_all(fd.get(), file)) return Error(os_error("cannot read " + path, errno));
  SavedState state;
  if (const std::string why = decode(file, terms, state); !why.empty()) return refuse(path, why);
  return std::optional<SavedState>(std::move(state));
}

}  // namespace audisp_eql::plugin
