// SPDX-License-Identifier: Apache-2.0
#include "plugin/earlier_files.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::plugin {
namespace {

// A line that is longer is no record: no use to begin with it.
constexpr std::size_t kMaxLine = 1u << 20;

// How many bytes of `bytes` the file goes on with.
std::size_t go_on(ByteSource& file, std::string_view bytes, std::vector<char>& buffer) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::string_view rest = bytes.substr(done);
    const std::size_t n = file.read(buffer.data(), std::min(rest.size(), buffer.size()));
    const std::string_view got(buffer.data(), n);
    const std::size_t same =
        static_cast<std::size_t>(std::mismatch(got.begin(), got.end(), rest.begin()).first - got.begin());
    done += same;
    if (n == 0 || same < n) break;
  }
  return done;
}

}  // namespace

std::size_t EarlierFiles::common(std::string_view bytes) {
  buffer_.resize(std::max<std::size_t>(buffer_.size(), 64u << 10));
  std::size_t longest = 0;
  std::erase_if(files_, [&](const std::unique_ptr<ByteSource>& file) {
    const std::size_t same = go_on(*file, bytes, buffer_);
    longest = std::max(longest, same);
    return same < bytes.size();
  });
  return longest;
}

void EarlierFiles::feed(std::string_view bytes, const Take& take) {
  if (files_.empty()) return take(bytes);
  const std::size_t same = common(bytes);
  const std::size_t lines = bytes.substr(0, same).rfind('\n') + 1;  // npos + 1 == 0
  if (lines > 0) line_.clear();
  repeated_ += same;
  if (!files_.empty() && line_.size() < kMaxLine) {
    line_.append(bytes, lines);
    return;
  }
  files_.clear();
  repeated_ -= line_.size() + same - lines;
  if (!line_.empty()) take(line_);  // stays as it is: whoever took it may look at it for a while
  if (lines < bytes.size()) take(bytes.substr(lines));
}

}  // namespace audisp_eql::plugin
