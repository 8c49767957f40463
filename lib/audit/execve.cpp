// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/execve.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>

#include <libaudit.h>

#include "lib/audit/decode.h"
#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

struct Piece {
  std::uint64_t index = 0;
  std::uint64_t fragment = 0;
  std::string_view raw;

  [[nodiscard]] auto key() const { return std::tie(index, fragment); }
};

// `aN` or `aN[i]`; nullopt for every other name, `aN_len` among them: the
// kernel itself advises not to trust that one.
std::optional<Piece> parse_piece(const Field& field) {
  if (field.name.size() < 2 || field.name.front() != 'a') return std::nullopt;
  Piece piece;
  piece.raw = field.value;
  std::size_t pos = 1;
  const auto index = take_number(field.name, pos);
  if (!index) return std::nullopt;
  piece.index = *index;
  if (pos == field.name.size()) return piece;
  if (field.name[pos] != '[' || field.name.back() != ']') return std::nullopt;
  const auto fragment = parse_number<std::uint64_t>(field.name.substr(pos + 1, field.name.size() - pos - 2));
  if (!fragment) return std::nullopt;
  piece.fragment = *fragment;
  return piece;
}

std::size_t decoded_size(std::string_view raw) {
  return raw.starts_with('"') ? raw.size() - std::min<std::size_t>(raw.size(), 2) : raw.size() / 2;
}

std::size_t decoded_size(std::span<const Piece> pieces) {
  std::size_t size = 0;
  for (const Piece& piece : pieces) size += decoded_size(piece.raw);
  return size;
}

class Collector {
 public:
  explicit Collector(const ArgumentLimits& limits) : limits_(limits) {}

  Arguments collect(const ParsedGroup& group) {
    for (const ParsedRecord& record : group.records) {
      if (record.type == AUDIT_EXECVE) read(record);
    }
    if (!out_.present) return std::move(out_);
    sort();
    build();
    finish();
    return std::move(out_);
  }

 private:
  void read(const ParsedRecord& record) {
    out_.present = true;
    for (const Field& field : record.fields) {
      if (const auto piece = parse_piece(field)) {
        pieces_.push_back(*piece);
      } else if (field.name == "argc" && !argc_) {
        argc_ = parse_number<std::uint64_t>(field.value);
        if (!argc_) ++out_.bad_values;
      }
    }
  }

  void sort() {
    const auto less = [](const Piece& a, const Piece& b) { return a.key() < b.key(); };
    if (!std::is_sorted(pieces_.begin(), pieces_.end(), less)) {
      std::stable_sort(pieces_.begin(), pieces_.end(), less);
    }
    // The same piece again, or one beyond argc: the first record to say so is believed.
    const auto twice =
        std::unique(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.key() == b.key(); });
    if (twice != pieces_.end()) out_.argc_mismatch = true;
    pieces_.erase(twice, pieces_.end());
    if (!argc_) return;
    const auto beyond = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return p.index >= *argc_; });
    if (beyond != pieces_.end()) out_.argc_mismatch = true;
    pieces_.erase(beyond, pieces_.end());
  }

  void build() {
    if (pieces_.empty()) return;
    const std::uint64_t last = pieces_.back().index;
    const auto last_begin =
        std::find_if(pieces_.rbegin(), pieces_.rend(), [&](const Piece& p) { return p.index != last; }).base();
    reserved_ = decoded_size(std::span(last_begin, pieces_.end()));
    for (auto begin = pieces_.begin(); begin != pieces_.end();) {
      const auto end = std::find_if(begin, pieces_.end(), [&](const Piece& p) { return p.index != begin->index; });
      if (begin == last_begin) reserved_ = 0;
      fill_gap(begin->index);
      const std::size_t room = begin == last_begin ? limits_.max_args : limits_.max_args - 1;
      add(std::span(begin, end), room);
      begin = end;
    }
  }

  // Empty arguments for those missing before `index`.
  void fill_gap(std::uint64_t index) {
    const std::uint64_t missing = index - next_index_;
    next_index_ = index;
    if (missing == 0) return;
    out_.truncated = true;
    out_.argc_mismatch = true;
    if (missing > kMaxFilledGap) return;
    const std::size_t room = limits_.max_args - std::min(limits_.max_args, out_.args.size() + 1);
    out_.args.resize(out_.args.size() + std::min<std::size_t>(missing, room));
  }

  // One argument, unless there are `max_args` already.
  void add(std::span<const Piece> pieces, std::size_t max_args) {
    ++next_index_;
    if (out_.args.size() >= max_args) {
      out_.truncated = true;
      return;
    }
    std::string& arg = out_.args.emplace_back();
    const std::size_t size = decoded_size(pieces);
    if (bytes_ + size + reserved_ > limits_.max_arg_bytes) {
      out_.truncated = true;
      return;
    }
    bytes_ += size;
    std::uint64_t expected = 0;
    for (const Piece& piece : pieces) {
      if (piece.fragment != expected++) out_.truncated = true;
      if (append_decoded(piece.raw, arg) == Decoded::kText) continue;
      ++out_.bad_values;
      out_.truncated = true;
    }
  }

  void finish() {
    if (!argc_) {
      out_.truncated = true;
      out_.argc_mismatch = true;
      return;
    }
    if (next_index_ < *argc_) fill_gap(*argc_);
  }

  const ArgumentLimits& limits_;
  Arguments out_;
  std::vector<Piece> pieces_;
  std::optional<std::uint64_t> argc_;
  std::uint64_t next_index_ = 0;
  std::size_t bytes_ = 0;
  std::size_t reserved_ = 0;  // for the last argument
};

}  // namespace

Arguments collect_arguments(const ParsedGroup& group, const ArgumentLimits& limits) {
  return Collector(limits).collect(group);
}

}  // namespace audisp_eql::audit
