// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/file_change.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <libaudit.h>
#include <linux/openat2.h>

#include "lib/audit/decode.h"
#include "lib/audit/numbers.h"
#include "lib/audit/path.h"

namespace audisp_eql::audit {
namespace {

using Action = FileChange::Action;
using Variant = SyscallVariant;

// asm-generic/fcntl.h: these bits are the same on all machines that libaudit
// has tables of.
constexpr std::uint64_t kAccess = 03, kWriteOnly = 01, kReadWrite = 02;
constexpr std::uint64_t kCreate = 0100, kTruncate = 01000, kPath = 010000000, kTmpfile = 020000000;
static_assert(O_WRONLY == kWriteOnly && O_RDWR == kReadWrite);

// O_DIRECTORY is one of the two, the other one O_DIRECT or O_LARGEFILE: the mode tells.
constexpr std::uint64_t kPerhapsDirectory = kPath | 0200000 | 040000;

// inode(7): the same on all of them too.
constexpr std::uint32_t kTypeBits = 0170000, kRegular = 0100000, kDirectoryBits = 0040000, kLinkBits = 0120000;

// The truth of a name needs a directory: which argument holds its descriptor.
constexpr int kNoArgument = -1;

enum class Does : std::uint8_t { kOpen, kWrite, kRename, kSymlink, kMake, kRemove };
struct Shape {
  Does does;
  int directory;      // of the name that the file has afterwards, or had
  int old_directory;  // of the name that a rename takes away
};

constexpr Shape shape_of(Variant variant) {
  constexpr int kNone = kNoArgument;
  switch (variant) {
    case Variant::kOpenat:
    case Variant::kOpenat2: return {Does::kOpen, 0, kNone};
    case Variant::kWrite: return {Does::kWrite, kNone, kNone};
    case Variant::kRename: return {Does::kRename, kNone, kNone};
    case Variant::kRenameat: return {Does::kRename, 2, 0};
    case Variant::kLinkat: return {Does::kMake, 2, kNone};
    case Variant::kSymlink: return {Does::kSymlink, kNone, kNone};
    case Variant::kSymlinkat: return {Does::kSymlink, 1, kNone};
    case Variant::kMake: return {Does::kMake, kNone, kNone};
    case Variant::kMakeat: return {Does::kMake, 0, kNone};
    case Variant::kRemove: return {Does::kRemove, kNone, kNone};
    case Variant::kRemoveat: return {Does::kRemove, 0, kNone};
    default: return {Does::kOpen, kNone, kNone};
  }
}

// A file without a name is nothing that can be found again, and O_PATH opens
// nothing. Access mode 3 allows neither reading nor writing.
bool opens_for_writing(std::uint64_t flags) {
  if ((flags & (kPath | kTmpfile)) != 0) return false;
  const std::uint64_t access = flags & kAccess;
  return access == kWriteOnly || access == kReadWrite || (flags & kTruncate) != 0;
}

// The directory could be reached by another way than its name says.
bool is_sure_name(std::string_view name) { return !climbs_out_of_a_name(name); }

bool may_be_directory(FileChange::Type type) {
  return type == FileChange::Type::kDirectory || type == FileChange::Type::kUnknown;
}

bool is_descriptor(std::optional<std::int64_t> exit) { return exit && *exit >= 0 && *exit <= INT32_MAX; }

struct Item {
  std::uint32_t number = UINT32_MAX;
  std::string_view type;
  std::string name;  // empty for (null)
  std::string_view mode;
  std::optional<InodeId> id;
};

// `MAJOR:MINOR`, hexadecimal.
std::optional<std::uint64_t> device_of(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto major = parse_number<std::uint32_t>(text.substr(0, colon), 16);
  const auto minor = parse_number<std::uint32_t>(text.substr(std::min(colon + 1, text.size())), 16);
  if (!major || !minor) return std::nullopt;
  return std::uint64_t{*major} << 32U | *minor;
}

std::optional<InodeId> id_of(const ParsedRecord& record) {
  const auto device = device_of(record.find("dev"));
  const auto inode = parse_number<std::uint64_t>(record.find("inode"));
  if (!device || !inode) return std::nullopt;
  return InodeId{*device, *inode};
}

std::string_view last_component(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  path.remove_prefix(path.rfind('/') + 1);
  return path == "." || path == ".." ? std::string_view{} : path;
}

FileChange::Type type_of(std::string_view mode) {
  using enum FileChange::Type;
  const auto bits = parse_number<std::uint32_t>(mode, 8);
  if (!bits) return kUnknown;
  switch (*bits & kTypeBits) {
    case kRegular: return kFile;
    case kDirectoryBits: return kDirectory;
    case kLinkBits: return kSymlink;
    default: return kOther;
  }
}

class Reader {
 public:
  Reader(Variant variant, const Syscall& call, const ParsedGroup& group, FileCounters& counters)
      : variant_(variant), shape_(shape_of(variant)), call_(call), counters_(counters) {
    read(group);
  }

  // Nothing but a directory has its mode, so flags need not be looked at.
  std::optional<OpenedDirectory> opened_directory() const {
    const Item* const item = pick("NORMAL");
    const bool is_fit = item != nullptr && item->id && type_of(item->mode) == FileChange::Type::kDirectory;
    if (!is_fit || !is_sure_name(item->name) || !is_descriptor(call_.exit)) return std::nullopt;
    FileName name = name_of(item->name, directory(shape_.directory));
    if (name.path.empty()) return std::nullopt;
    return OpenedDirectory{std::move(name.path), *item->id, static_cast<std::uint32_t>(*call_.exit)};
  }

  std::optional<FileChange> change() {
    switch (shape_.does) {
      case Does::kOpen:
      case Does::kWrite: return open();
      case Does::kRename: return rename();
      case Does::kSymlink: return symlink();
      case Does::kMake: return of(Action::kCreation, pick("CREATE"));
      case Does::kRemove: return of(Action::kDeletion, pick("DELETE"));
    }
    return std::nullopt;
  }

 private:
  void read(const ParsedGroup& group) {
    bool has_cwd = false;
    for (const ParsedRecord& record : group.records) {
      if (record.type == AUDIT_PATH) add_item(record);
      if (record.type == AUDIT_OPENAT2) read_how(record);
      if (record.type == AUDIT_CWD && !has_cwd) {
        has_cwd = true;
        cwd_ = text_of(record.find("cwd"));
      }
    }
    std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.number < b.number; });
  }

  void add_item(const ParsedRecord& record) {
    Item& item = items_.emplace_back();
    const auto number = parse_number<std::uint32_t>(record.find("item"));
    if (number) item.number = *number;
    item.type = record.find("nametype");
    item.name = text_of(record.find("name"));
    item.mode = record.find("mode");
    item.id = id_of(record);
  }

  // struct open_how, as the OPENAT2 record has it: octal, octal, 0x hex.
  void read_how(const ParsedRecord& record) {
    how_flags_ = parse_number<std::uint64_t>(record.find("oflag"), 8);
    std::string_view resolve = record.find("resolve");
    if (resolve.starts_with("0x")) resolve.remove_prefix(2);
    const auto bits = parse_number<std::uint64_t>(resolve, 16);
    if (!how_flags_ || !bits) ++counters_.bad_values;
    // An absolute name is then one below the descriptor.
    is_rooted_ = !bits || (*bits & RESOLVE_IN_ROOT) != 0;
  }

  // By nametype: the first item that has a name, else the last one; that one
  // has an inode where a dangling link was followed.
  [[nodiscard]] const Item* pick(std::string_view type) const {
    const Item* found = nullptr;
    for (const Item& item : items_) {
      if (item.type != type) continue;
      found = &item;
      if (!item.name.empty()) break;
    }
    return found;
  }

  std::optional<FileChange> open() {
    if (const Item* const made = pick("CREATE")) return of(Action::kCreation, made);
    if (shape_.does == Does::kOpen) {
      const auto flags = open_flags();
      if (!flags) return refuse(counters_.missing_flags);
      if (!opens_for_writing(*flags)) return refuse(counters_.unchanged);
    }
    return of(Action::kModification, pick("NORMAL"));
  }

  [[nodiscard]] std::optional<std::uint64_t> open_flags() const {
    if (variant_ == Variant::kOpenat2) return how_flags_;
    return variant_ == Variant::kOpenat ? call_.a2 : call_.a1;
  }

  // The first DELETE item is the old name, the first CREATE item the new one. A
  // second DELETE is what had the new name before; an exchange has two of each.
  // Their inodes tell less: of two files of the same name the kernel has one
  // DELETE item, with the inode of the one overwritten.
  std::optional<FileChange> rename() {
    const Item* const now = pick("CREATE");
    const Item* const before = pick("DELETE");
    if (now == nullptr && before == nullptr) {
      return refuse(items_.empty() ? counters_.missing_paths : counters_.unchanged);
    }
    FileChange change;
    change.action = Action::kRename;
    change.type = type_of(now != nullptr ? now->mode : before->mode);
    if (now != nullptr) change.file = moved_name(now->name, shape_.directory);
    if (before != nullptr) change.original = moved_name(before->name, shape_.old_directory);
    change.moves_directory = moves_directory();
    note_unknown(change);
    return change;
  }

  [[nodiscard]] bool moves_directory() const {
    return std::any_of(items_.begin(), items_.end(), [](const Item& item) {
      const bool is_moved = item.type == "CREATE" || item.type == "DELETE";
      return is_moved && may_be_directory(type_of(item.mode));
    });
  }

  [[nodiscard]] FileName moved_name(std::string_view name, int argument) const {
    FileName out = name_of(name, directory(argument));
    const bool is_direct = name.find('/') == std::string_view::npos;
    if (out.path.empty() && is_direct && argument != kNoArgument) out.descriptor = argument_of(argument);
    return out;
  }

  // The link's text is an UNKNOWN item, until the kernel looks for the link's
  // own: where both end alike it takes the text's item for it. The link is in
  // the directory that the PARENT item names, whatever the CREATE item says.
  std::optional<FileChange> symlink() {
    const Item* const made = pick("CREATE");
    if (made == nullptr) return refuse(counters_.missing_paths);
    const Item* const text = pick("UNKNOWN");
    const Item* const parent = pick("PARENT");
    FileChange change;
    change.type = FileChange::Type::kSymlink;
    change.target = (text != nullptr ? text : made)->name;
    change.file.name = last_component(made->name);
    const bool is_known = parent != nullptr && !change.file.name.empty() && is_directory_known(parent->name);
    if (is_known) change.file.path = resolve_path(parent->name + "/" + change.file.name, cwd_);
    note_unknown(change);
    return change;
  }

  // A parent is printed as the name's beginning, with its slash, or where the
  // name has none as the working directory, also if another was meant.
  [[nodiscard]] bool is_directory_known(std::string_view parent) const {
    if (parent.empty() || directory(shape_.directory) == Directory::kCurrent) return !parent.empty();
    return parent.size() > 1 && parent.starts_with('/') && parent.ends_with('/');
  }

  enum class Directory : std::uint8_t { kCurrent, kUnknown };

  [[nodiscard]] Directory directory(int argument) const {
    if (argument == kNoArgument) return Directory::kCurrent;
    return is_current_directory(argument_of(argument)) ? Directory::kCurrent : Directory::kUnknown;
  }

  // The kernel prints the register; a descriptor is its low 32 bits.
  [[nodiscard]] std::uint32_t argument_of(int argument) const {
    return static_cast<std::uint32_t>(std::array{call_.a0, call_.a1, call_.a2}.at(static_cast<std::size_t>(argument)));
  }

  [[nodiscard]] FileName name_of(std::string_view name, Directory directory) const {
    FileName out;
    const bool is_certain = variant_ != Variant::kOpenat2 || (how_flags_ && !is_rooted_);
    if (is_certain) out.path = resolve_path(name, directory == Directory::kCurrent ? cwd_ : std::string());
    out.name = last_component(out.path.empty() ? name : out.path);
    return out;
  }

  std::optional<FileChange> of(Action action, const Item* item) {
    if (item == nullptr) return refuse(counters_.missing_paths);
    FileChange change;
    change.action = action;
    change.type = type_of(item->mode);
    change.file = name_of(item->name, directory(shape_.directory));
    if (action == Action::kDeletion && may_be_directory(change.type)) {
      change.directory = item->id;
      change.moves_directory = !item->id;
    }
    const bool is_made = action == Action::kCreation && change.type == FileChange::Type::kDirectory;
    if (is_made && is_sure_name(item->name)) change.directory = item->id;
    note_unknown(change);
    return change;
  }

  // The item numbers of a rename's two parents say nothing: the kernel reads the
  // new name first, or last, as its compiler likes.
  void note_unknown(FileChange& change) {
    const bool is_rename = change.action == Action::kRename;
    if (change.file.path.empty()) ++counters_.unknown_paths;
    if (change.file.path.empty() || (is_rename && change.original.path.empty()))
      change.parents = parents(is_rename ? 2 : 1);
  }

  // Empty unless there are as many PARENT items: it could be the other one that is there.
  [[nodiscard]] std::vector<InodeId> parents(std::size_t expected) const {
    std::vector<InodeId> ids;
    std::size_t found = 0;
    for (const Item& item : items_) {
      if (item.type != "PARENT") continue;
      if (!item.id) return {};
      ++found;
      if (std::find(ids.begin(), ids.end(), *item.id) == ids.end()) ids.push_back(*item.id);
    }
    return found == expected ? ids : std::vector<InodeId>{};
  }

  static std::optional<FileChange> refuse(std::uint64_t& counter) {
    ++counter;
    return std::nullopt;
  }

  std::string text_of(std::string_view raw) {
    std::string text;
    if (append_decoded(raw, text) == Decoded::kBad) ++counters_.bad_values;
    return text;
  }

  Variant variant_;
  Shape shape_;
  const Syscall& call_;
  FileCounters& counters_;
  std::vector<Item> items_;  // by item number
  std::string cwd_;
  std::optional<std::uint64_t> how_flags_;
  bool is_rooted_ = false;
};

}  // namespace

std::optional<FileChange> read_file_change(SyscallVariant variant, const Syscall& call, const ParsedGroup& group,
                                           FileCounters& counters) {
  if (!call.success.value_or(false)) {
    ++counters.failed;
    return std::nullopt;
  }
  return Reader(variant, call, group, counters).change();
}

std::optional<OpenedDirectory> read_opened_directory(SyscallVariant variant, const Syscall& call,
                                                     const ParsedGroup& group) {
  const bool has_flags = variant == Variant::kOpen || variant == Variant::kOpenat;
  if (!has_flags && variant != Variant::kOpenat2) return std::nullopt;
  const std::uint64_t flags = variant == Variant::kOpen ? call.a1 : call.a2;
  if (!call.success.value_or(false) || (has_flags && (flags & kPerhapsDirectory) == 0)) return std::nullopt;
  FileCounters not_counted;
  return Reader(variant, call, group, not_counted).opened_directory();
}

bool only_reads(SyscallVariant variant, std::uint64_t a1, std::uint64_t a2) {
  if (variant != Variant::kOpen && variant != Variant::kOpenat) return false;
  const std::uint64_t flags = variant == Variant::kOpen ? a1 : a2;
  return !opens_for_writing(flags) && (flags & (kCreate | kPerhapsDirectory)) == 0;
}

}  // namespace audisp_eql::audit
