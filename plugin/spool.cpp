// SPDX-License-Identifier: Apache-2.0
// Layout, little endian. Header: magic, then two slots that are written in turn,
// so that one is whole: number sent, generation, CRC-32 of both. Record: bytes of
// text, CRC-32 of all that follows, number, severity, text.
#include "plugin/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>

#include "plugin/fresh_file.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kMagic = "aeqlspl1";
constexpr std::size_t kSlotBytes = 20;
constexpr std::size_t kHeaderBytes = kMagic.size() + 2 * kSlotBytes;
constexpr std::size_t kRecordBytes = 4 + 4 + 8 + 1;  // before the text
constexpr std::size_t kMaxText = 1u << 20;           // a syslog datagram is far smaller

using Bytes = unsigned char;

std::uint32_t checksum(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

void put_u32(std::string& out, std::uint32_t value) {
  std::array<Bytes, 4> bytes{};
  boost::endian::store_little_u32(bytes.data(), value);
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void put_u64(std::string& out, std::uint64_t value) {
  std::array<Bytes, 8> bytes{};
  boost::endian::store_little_u64(bytes.data(), value);
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  return boost::endian::load_little_u32(reinterpret_cast<const Bytes*>(bytes.data()) + at);
}

std::uint64_t u64_at(std::string_view bytes, std::size_t at) {
  return boost::endian::load_little_u64(reinterpret_cast<const Bytes*>(bytes.data()) + at);
}

std::string record_of(const NumberedAlert& alert) {
  std::string body;
  put_u64(body, alert.number);
  body += static_cast<char>(alert.severity);
  body += alert.text;
  std::string record;
  put_u32(record, static_cast<std::uint32_t>(alert.text.size()));
  put_u32(record, checksum(body));
  return record + body;
}

// False on an error or a short read.
bool read_at(int fd, std::size_t offset, std::size_t size, std::string& out) {
  out.resize(size);
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = ::pread(fd, out.data() + got, size - got, static_cast<off_t>(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

// How many bytes the disk took; errno when not all.
std::size_t write_from(int fd, std::size_t offset, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

bool write_at(int fd, std::size_t offset, std::string_view bytes) {
  return write_from(fd, offset, bytes) == bytes.size();
}

bool cut(int fd, std::size_t size) { return ::ftruncate(fd, static_cast<off_t>(size)) == 0; }

}  // namespace

Spool::Spool(std::string path, std::size_t max_bytes) : path_(std::move(path)), max_bytes_(max_bytes) {}

bool Spool::fail(int error) {
  error_ = error;
  return false;
}

int Spool::open() {
  UniqueFd fd(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0) return error_ = errno;
  const bool ours = st.st_uid == 0 || st.st_uid == ::geteuid();
  if (!S_ISREG(st.st_mode) || !ours || (st.st_mode & 022U) != 0) return error_ = EPERM;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return error_ = errno;
  fd_ = std::move(fd);
  const auto size = static_cast<std::size_t>(st.st_size);
  if (!load_header(size)) {
    counters_.torn_bytes += size;
    if (!cut(fd_.get(), 0) || !write_header()) return error_ = errno;
    head_ = read_ = end_ = kHeaderBytes;
  } else {
    scan(size);
  }
  return error_ = 0;
}

bool Spool::load_header(std::size_t size) {
  std::string bytes;
  if (size < kHeaderBytes || !read_at(fd_.get(), 0, kHeaderBytes, bytes) || !bytes.starts_with(kMagic)) return false;
  bool found = false;
  for (const std::size_t at : {kMagic.size(), kMagic.size() + kSlotBytes}) {
    if (u32_at(bytes, at + 16) != checksum(std::string_view(bytes).substr(at, 16))) continue;
    if (found && u64_at(bytes, at + 8) < generation_) continue;
    sent_ = u64_at(bytes, at);
    generation_ = u64_at(bytes, at + 8);
    found = true;
  }
  return found;
}

bool Spool::write_header() {
  ++generation_;
  std::string slot;
  put_u64(slot, sent_);
  put_u64(slot, generation_);
  put_u32(slot, checksum(slot));
  const std::size_t at = kMagic.size() + generation_ % 2 * kSlotBytes;
  return write_at(fd_.get(), 0, kMagic) && write_at(fd_.get(), at, slot);
}

// Finds the records and cuts off what is behind the last whole one.
void Spool::scan(std::size_t size) {
  head_ = read_ = end_ = kHeaderBytes;
  last_ = sent_;
  for (;;) {
    const Place place = record_at(end_, nullptr);
    if (place.next == 0) break;
    if (place.number <= sent_) {
      head_ = read_ = place.next;
    } else {
      ++unread_;
    }
    last_ = std::max(last_, place.number);
    end_ = place.next;
  }
  counters_.torn_bytes += size - end_;
  if (size > end_ && !cut(fd_.get(), end_)) fail(errno);
}

Spool::Place Spool::record_at(std::size_t offset, NumberedAlert* alert) const {
  std::string head;
  if (!read_at(fd_.get(), offset, kRecordBytes, head)) return {};
  const std::size_t text = u32_at(head, 0);
  std::string body;
  if (text > kMaxText || !read_at(fd_.get(), offset + 8, kRecordBytes - 8 + text, body)) return {};
  if (u32_at(head, 4) != checksum(body)) return {};
  const Place place{u64_at(body, 0), offset + kRecordBytes + text};
  if (alert != nullptr) *alert = {place.number, static_cast<SyslogSeverity>(body[8] & 7), body.substr(9)};
  return place;
}

std::size_t Spool::append(const std::vector<NumberedAlert>& alerts) {
  std::string bytes;
  std::vector<std::size_t> ends;  // of the records in it
  for (const NumberedAlert& alert : alerts) {
    const std::string record = record_of(alert);
    if (alert.text.size() > kMaxText || !make_room(bytes.size() + record.size())) break;
    bytes += record;
    ends.push_back(bytes.size());
  }
  if (ends.size() < alerts.size()) fail(ENOSPC);
  if (!ends.empty()) write_records(bytes, ends);
  counters_.refused += alerts.size() - ends.size();
  if (ends.empty()) return 0;
  end_ += ends.back();
  unread_ += ends.size();
  last_ = alerts[ends.size() - 1].number;
  counters_.written += ends.size();
  return ends.size();
}

// Leaves those of `ends` that are on the disk. What it took of the next one must
// not be taken for a record later.
void Spool::write_records(std::string_view bytes, std::vector<std::size_t>& ends) {
  const std::size_t done = write_from(fd_.get(), end_, bytes);
  if (done < bytes.size()) {
    fail(errno);
    while (!ends.empty() && ends.back() > done) ends.pop_back();
    if (!cut(fd_.get(), end_ + (ends.empty() ? 0 : ends.back()))) fail(errno);
  }
  if (ends.empty() || ::fdatasync(fd_.get()) == 0) return;
  fail(errno);
  ends.clear();
  if (!cut(fd_.get(), end_)) fail(errno);
}

std::vector<NumberedAlert> Spool::read(std::size_t max_bytes) {
  std::vector<NumberedAlert> out;
  std::size_t bytes = 0;
  while (read_ < end_) {
    NumberedAlert alert;
    const Place place = record_at(read_, &alert);
    if (place.next == 0) {  // the disk lost what it had taken
      counters_.torn_bytes += end_ - read_;
      end_ = read_;
      unread_ = 0;
      if (!cut(fd_.get(), end_)) fail(errno);
      break;
    }
    bytes += alert.text.size();
    if (!out.empty() && bytes > max_bytes) break;
    read_ = place.next;
    --unread_;
    out.push_back(std::move(alert));
  }
  return out;
}

void Spool::note_sent(std::uint64_t number) {
  if (number <= sent_) return;
  sent_ = number;
  if (!write_header()) fail(errno);
  while (head_ < read_) {
    const Place place = record_at(head_, nullptr);
    if (place.next == 0 || place.number > sent_) break;
    head_ = place.next;
  }
  // What was sent from memory need not be read.
  while (read_ < end_) {
    const Place place = record_at(read_, nullptr);
    if (place.next == 0 || place.number > sent_) break;
    head_ = read_ = place.next;
    --unread_;
  }
  if (head_ == end_ && end_ > kHeaderBytes && cut(fd_.get(), kHeaderBytes)) head_ = read_ = end_ = kHeaderBytes;
}

bool Spool::make_room(std::size_t bytes) {
  if (end_ + bytes <= max_bytes_) return true;
  const bool worth_it = head_ - kHeaderBytes >= max_bytes_ / 2;
  return worth_it && compact() && end_ + bytes <= max_bytes_;
}

// A new file with what was not sent takes the place of the old one.
bool Spool::compact() {
  const std::string temporary = path_ + ".new";
  UniqueFd fresh = create_fresh_file(temporary, 0600);
  std::string bytes;
  const bool copied = fresh && ::flock(fresh.get(), LOCK_EX | LOCK_NB) == 0 &&
                      read_at(fd_.get(), head_, end_ - head_, bytes) && write_at(fresh.get(), kHeaderBytes, bytes);
  if (copied) std::swap(fd_, fresh);
  if (!copied || !write_header() || ::fdatasync(fd_.get()) != 0 || ::rename(temporary.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    if (copied) std::swap(fd_, fresh);
    ::unlink(temporary.c_str());  // the disk may be full because of it
    return fail(error);
  }
  const std::size_t shift = head_ - kHeaderBytes;
  head_ -= shift;
  read_ -= shift;
  end_ -= shift;
  ++counters_.compactions;
  return true;
}

}  // namespace audisp_eql::plugin
