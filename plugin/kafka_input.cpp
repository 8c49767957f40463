// SPDX-License-Identifier: Apache-2.0
// librdkafka is polled for events, so that no callback of ours runs inside it.
#include "plugin/kafka_input.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include <librdkafka/rdkafka.h>

#include "lib/audit/numbers.h"
#include "lib/base/escape.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kPollMs = 100;       // at most so long until a stop is seen
constexpr int kRequestMs = 5'000;  // what a broker may take for an answer
constexpr std::chrono::seconds kConnectTime{10};
constexpr milliseconds kCommitEvery{1'000};
constexpr milliseconds kCommitAlerts{100};   // so soon after alerts: who takes over gives fewer of them again
constexpr std::string_view kNext = "next=";  // in the metadata of a commit

template <auto Function>
struct Destroy {
  template <typename T>
  void operator()(T* what) const {
    Function(what);
  }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using Handle = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using Offsets = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using ErrorText = std::array<char, 512>;

struct Setting {
  const char* name;
  std::string value;
};

// What this program relies on: not for the file to change.
std::vector<Setting> own_settings(const KafkaUrl& url) {
  return {{"bootstrap.servers", url.brokers},
          {"group.id", url.group},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"},
          {"allow.auto.create.topics", "false"},
          {"partition.assignment.strategy", "range,roundrobin"}};
}

Diagnostic failure(std::string message, std::string_view why, std::string hint = {}) {
  Diagnostic d;
  d.message = std::move(message).append(": ").append(escape_printable(why));
  d.hint = std::move(hint);
  return d;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

// These load code into this process.
constexpr std::array kLoaders{std::string_view("plugin.library.paths"), std::string_view("ssl.engine.location")};

// The file: NAME=VALUE, one a line, as librdkafka's CONFIGURATION.md has them; `#` begins a comment line.
class SettingsFile {
 public:
  SettingsFile(const KafkaUrl& url, rd_kafka_conf_t* conf) : own_(own_settings(url)), conf_(conf) {}

  std::vector<Diagnostic> apply(const std::string& path) {
    auto file = read_file(path, Trust::kUser);
    if (!file) return file.error().diagnostics;
    errors_ = file.value().warnings;
    const Source& source = file.value().source;
    for (std::size_t at = 0; at < source.text.size();) {
      const std::size_t end = std::min(source.text.find('\n', at), source.text.size());
      set(source, {at, end});
      at = end + 1;
    }
    return std::move(errors_);
  }

 private:
  void set(const Source& source, Span span) {
    const std::string_view line = trim(std::string_view(source.text).substr(span.begin, span.end - span.begin));
    if (line.empty() || line.front() == '#') return;
    const std::size_t equals = line.find('=');
    const std::string name(trim(line.substr(0, equals)));
    const auto complain = [&](std::string what, std::string hint) {
      errors_.push_back(diagnose(source, span, std::move(what), std::move(hint)));
    };
    if (equals == std::string_view::npos) return complain("no NAME=VALUE", {});
    if (std::any_of(own_.begin(), own_.end(), [&name](const Setting& own) { return own.name == name; })) {
      return complain("`" + name + "` is not for this file", "the address has brokers, topic and group");
    }
    if (std::find(kLoaders.begin(), kLoaders.end(), name) != kLoaders.end()) {
      return complain("`" + name + "` is not for this file", "no foreign code is loaded");
    }
    ErrorText text{};
    const std::string value(trim(line.substr(equals + 1)));
    if (rd_kafka_conf_set(conf_, name.c_str(), value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
      complain(escape_printable(text.data()), {});
    }
  }

  std::vector<Setting> own_;
  rd_kafka_conf_t* conf_;
  std::vector<Diagnostic> errors_;
};

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// "next=N" in a commit's metadata; 0 where another program made it.
std::int64_t next_of(const rd_kafka_topic_partition_t& part) {
  const std::string_view text(static_cast<const char*>(part.metadata),
                              part.metadata == nullptr ? 0 : part.metadata_size);
  if (!text.starts_with(kNext)) return 0;
  return audit::parse_number<std::int64_t>(text.substr(kNext.size())).value_or(0);
}

// The list frees it.
void set_next(rd_kafka_topic_partition_t& part, std::int64_t next) {
  const std::string text = std::string(kNext) + std::to_string(next);
  part.metadata = ::strdup(text.c_str());
  part.metadata_size = part.metadata == nullptr ? 0 : text.size();
}

// A commit's answer, as a whole or for one of the partitions.
bool has_failed(rd_kafka_event_t* committed) {
  if (rd_kafka_event_error(committed) != RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  const rd_kafka_topic_partition_list_t* const parts = rd_kafka_event_topic_partition_list(committed);
  if (parts == nullptr) return false;
  return std::any_of(parts->elems, parts->elems + parts->cnt,
                     [](const auto& part) { return part.err != RD_KAFKA_RESP_ERR_NO_ERROR; });
}

bool is_final(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
         error == RD_KAFKA_RESP_ERR__FATAL;
}

}  // namespace

struct KafkaInput::State {
  State(KafkaUrl kafka_url, EventTime idle_time, ReadControl& read_control, KafkaOwner kafka_owner)
      : url(std::move(kafka_url)), idle(idle_time.ms), control(read_control), owner(std::move(kafka_owner)) {}

  struct Partition {
    std::unique_ptr<PartitionScan> scan;
    Clock::time_point last_message = Clock::now();
    bool is_at_end = false;
    bool was_idle = false;  // since the last message
    ResumePoint committed;
  };

  struct Watermarks {
    std::int64_t low = 0, high = 0;  // the first message that is there, and the next that comes
  };

  std::vector<Diagnostic> open();
  std::vector<Diagnostic> connect();
  std::vector<Diagnostic> run();
  [[nodiscard]] std::optional<Diagnostic> topic_problem(rd_kafka_topic_t* rkt, rd_kafka_resp_err_t& failed);
  [[nodiscard]] Event poll(int timeout_ms) { return Event(rd_kafka_queue_poll(queue.get(), timeout_ms)); }
  void serve(rd_kafka_event_t* event);
  void serve_error(rd_kafka_event_t* event);
  void warn(Diagnostic warning);
  void take(const rd_kafka_message_t& message);
  void give();
  void rebalance(rd_kafka_event_t* event);
  void assign(const rd_kafka_topic_partition_list_t& given);
  [[nodiscard]] std::optional<Watermarks> watermarks_of(const rd_kafka_topic_partition_t& part);
  [[nodiscard]] ResumePoint start_of(rd_kafka_topic_partition_t& part, const Watermarks& there);
  void revoke();
  void look_at_idle();
  [[nodiscard]] bool is_done() const;
  [[nodiscard]] Offsets to_commit();
  void commit();
  void commit_failed();
  void commit_and_wait();
  void close();

  KafkaUrl url;
  milliseconds idle;
  ReadControl& control;
  KafkaOwner owner;
  KafkaCounters counters;
  Handle handle;
  Queue queue;  // before the handle goes
  std::map<std::int32_t, Partition> partitions;
  std::vector<alert::Alert> alerts;
  std::vector<Diagnostic> failures;
  std::string last_error;  // librdkafka's words for what it cannot do now
  bool is_connected = false;
  bool has_assignment = false;  // now: which may be of no partition
  bool said_down = false;       // since the last message
  bool said_error = false;
  bool is_broken = false;  // alerts could not be given
  bool has_given = false;  // some since the last commit
  Clock::time_point last_commit = Clock::now();
};

std::vector<Diagnostic> KafkaInput::State::open() {
  Conf conf(rd_kafka_conf_new());
  ErrorText text{};
  rd_kafka_conf_set(conf.get(), "auto.offset.reset", "earliest", nullptr, 0);
  rd_kafka_conf_set(conf.get(), "client.id", "audisp-eql", nullptr, 0);
  if (!url.config.empty()) {
    auto problems = SettingsFile(url, conf.get()).apply(url.config);
    if (has_error(problems)) return problems;
    for (const Diagnostic& warning : problems) owner.warn(warning);
  }
  for (const Setting& own : own_settings(url)) {
    if (rd_kafka_conf_set(conf.get(), own.name, own.value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
      return {failure("cannot use Kafka", text.data())};
    }
  }
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT);
  rd_kafka_conf_set_log_cb(conf.get(),
                           [](const rd_kafka_t*, int, const char*, const char*) {});  // its errors are events
  handle.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), text.data(), text.size()));
  if (!handle) return {failure("cannot use Kafka", text.data())};
  static_cast<void>(conf.release());  // the handle's now
  rd_kafka_poll_set_consumer(handle.get());
  queue.reset(rd_kafka_queue_get_consumer(handle.get()));
  return {};
}

// Nothing: the topic is there, or `failed` says why nobody knows yet.
std::optional<Diagnostic> KafkaInput::State::topic_problem(rd_kafka_topic_t* rkt, rd_kafka_resp_err_t& failed) {
  const rd_kafka_metadata_t* metadata = nullptr;
  failed = rd_kafka_metadata(handle.get(), 0, rkt, &metadata, 1'000);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  if (metadata->topic_cnt > 0) failed = metadata->topics[0].err;
  rd_kafka_metadata_destroy(metadata);
  if (!is_final(failed)) return std::nullopt;
  return failure("cannot read topic " + url.topic + " at " + url.brokers, rd_kafka_err2str(failed));
}

std::vector<Diagnostic> KafkaInput::State::connect() {
  const Topic rkt(rd_kafka_topic_new(handle.get(), url.topic.c_str(), nullptr));
  const auto deadline = Clock::now() + kConnectTime;
  while (!control.is_stopped()) {
    rd_kafka_resp_err_t failed = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (auto problem = topic_problem(rkt.get(), failed)) return {std::move(*problem)};
    if (failed == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    for (Event event = poll(kPollMs); event; event = poll(0)) serve(event.get());
    if (Clock::now() < deadline) continue;
    return {
        failure("cannot reach Kafka at " + url.brokers,
                last_error.empty() ? std::string_view(rd_kafka_err2str(failed)) : last_error,
                "is a broker there, and does the file of `config=` have what it asks for (security.protocol, ...)?")};
  }
  is_connected = true;
  const Offsets topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), url.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(handle.get(), topics.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return {failure("cannot read topic " + url.topic, rd_kafka_err2str(error))};
}

std::vector<Diagnostic> KafkaInput::State::run() {
  if (auto problems = connect(); !problems.empty()) return problems;
  while (!control.is_stopped() && !is_broken && failures.empty() && !is_done()) {
    if (const Event event = poll(kPollMs)) serve(event.get());
    look_at_idle();
    if (Clock::now() - last_commit >= (has_given ? kCommitAlerts : kCommitEvery)) commit();
  }
  close();
  return std::move(failures);
}

void KafkaInput::State::serve(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_FETCH:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) take(*message);
      return;
    case RD_KAFKA_EVENT_REBALANCE: return rebalance(event);
    case RD_KAFKA_EVENT_ERROR: return serve_error(event);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      if (has_failed(event)) commit_failed();
      return;
    default: return;
  }
}

void KafkaInput::State::serve_error(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event);
  if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    rd_kafka_topic_partition_t* const part = rd_kafka_event_topic_partition(event);
    if (part == nullptr) return;
    if (const auto it = partitions.find(part->partition); it != partitions.end()) it->second.is_at_end = true;
    rd_kafka_topic_partition_destroy(part);
    return;
  }
  const char* const words = rd_kafka_event_error_string(event);
  last_error = words == nullptr ? rd_kafka_err2str(error) : words;
  if (is_final(error)) {
    failures.push_back(failure("cannot go on reading topic " + url.topic, last_error));
    return;
  }
  if (!is_connected) return;  // connect() says it
  ++counters.errors;
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    if (!std::exchange(said_down, true)) warn(failure("no broker can be reached, waiting for one", last_error));
  } else if (!std::exchange(said_error, true)) {
    warn(failure("an error of Kafka's (others are counted)", last_error));
  }
}

void KafkaInput::State::warn(Diagnostic warning) {
  warning.severity = Severity::kWarning;
  owner.warn(warning);
}

void KafkaInput::State::take(const rd_kafka_message_t& message) {
  const auto it = partitions.find(message.partition);
  if (it == partitions.end() || message.err != RD_KAFKA_RESP_ERR_NO_ERROR || is_broken) return;
  Partition& partition = it->second;
  partition.last_message = Clock::now();
  partition.is_at_end = partition.was_idle = said_down = false;
  control.bytes += message.len;
  rd_kafka_timestamp_type_t kind{};
  const std::int64_t came = std::min(rd_kafka_message_timestamp(&message, &kind), now_ms());
  const auto text = [](const void* bytes, std::size_t size) {
    return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
  };
  partition.scan->take({.offset = message.offset,
                        .key = text(message.key, message.key_len),
                        .value = text(message.payload, message.len),
                        .came = audisp_eql::milliseconds(std::max<std::int64_t>(came, 0))},
                       alerts);
  give();
}

void KafkaInput::State::give() {
  if (!alerts.empty()) has_given = true;
  if (!is_broken) is_broken = !owner.give(alerts);
  alerts.clear();
}

void KafkaInput::State::rebalance(rd_kafka_event_t* event) {
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    assign(*rd_kafka_event_topic_partition_list(event));
    return;
  }
  // Lost ones are another's already: what we could say of them is out of date.
  if (rd_kafka_assignment_lost(handle.get()) == 0) commit_and_wait();
  revoke();
}

void KafkaInput::State::assign(const rd_kafka_topic_partition_list_t& given) {
  const Offsets parts(rd_kafka_topic_partition_list_copy(&given));
  // Without an answer they begin where the broker says, and repeat what is out.
  static_cast<void>(rd_kafka_committed(handle.get(), parts.get(), kRequestMs));
  bool is_answering = true;  // else each would take its time, and the broker thinks that we are dead
  for (int i = 0; i < parts->cnt; ++i) {
    rd_kafka_topic_partition_t& part = parts->elems[i];
    Partition& partition = partitions[part.partition];
    partition = {};
    ++counters.partitions;
    if (part.err != RD_KAFKA_RESP_ERR_NO_ERROR || part.offset < 0) {
      part.offset = RD_KAFKA_OFFSET_INVALID;  // auto.offset.reset, or what the broker knows
      partition.scan = owner.make({});
      continue;
    }
    const auto there = is_answering ? watermarks_of(part) : std::nullopt;
    is_answering = there.has_value();
    // Unknown: `next` cannot be believed, so all is given from the offset on.
    partition.scan = owner.make(there ? start_of(part, *there) : ResumePoint{part.offset, 0});
  }
  rd_kafka_assign(handle.get(), parts.get());
  has_assignment = true;
}

std::optional<KafkaInput::State::Watermarks> KafkaInput::State::watermarks_of(const rd_kafka_topic_partition_t& part) {
  Watermarks there;
  const auto error =
      rd_kafka_query_watermark_offsets(handle.get(), part.topic, part.partition, &there.low, &there.high, kRequestMs);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::optional(there) : std::nullopt;
}

ResumePoint KafkaInput::State::start_of(rd_kafka_topic_partition_t& part, const Watermarks& there) {
  const ResumePoint from{part.offset, next_of(part)};
  const std::int64_t unread = std::max(from.begin, from.next);
  if (unread > there.high) {
    part.offset = RD_KAFKA_OFFSET_BEGINNING;
    return {};
  }
  if (unread < there.low) {
    warn(failure("messages of partition " + std::to_string(part.partition) + " went before they were read",
                 std::to_string(there.low - unread), "keep them longer in the topic than an instance may be away"));
  }
  return from;
}

void KafkaInput::State::revoke() {
  for (const auto& [number, partition] : partitions) owner.end(*partition.scan);
  partitions.clear();
  has_assignment = false;
  rd_kafka_assign(handle.get(), nullptr);
}

void KafkaInput::State::look_at_idle() {
  const auto now = Clock::now();
  for (auto& [number, partition] : partitions) {
    if (!partition.is_at_end || partition.was_idle || now - partition.last_message < idle) continue;
    partition.was_idle = true;
    partition.scan->idle(alerts);
    give();
  }
}

bool KafkaInput::State::is_done() const {
  return url.until_end && has_assignment &&
         std::all_of(partitions.begin(), partitions.end(), [](const auto& each) { return each.second.is_at_end; });
}

// Null: nothing new.
Offsets KafkaInput::State::to_commit() {
  Offsets list;
  if (is_broken) return list;
  for (auto& [number, partition] : partitions) {
    const ResumePoint point = partition.scan->resume_point();
    if (partition.scan->counters().messages == 0 || point == partition.committed) continue;
    partition.committed = point;
    if (!list) list.reset(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    rd_kafka_topic_partition_t* const part = rd_kafka_topic_partition_list_add(list.get(), url.topic.c_str(), number);
    part->offset = point.begin;
    set_next(*part, point.next);
  }
  return list;
}

// The answer comes as an event.
void KafkaInput::State::commit() {
  last_commit = Clock::now();
  has_given = false;
  const Offsets list = to_commit();
  if (!list) return;
  // rd_kafka_commit() would tell nobody of a failure.
  const auto error = rd_kafka_commit_queue(handle.get(), list.get(), queue.get(), nullptr, nullptr);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) commit_failed();
}

// What the broker has of it is not known: the next says all again.
void KafkaInput::State::commit_failed() {
  ++counters.commits_failed;
  for (auto& [number, partition] : partitions) partition.committed = {};
}

// A partition that goes, or the end: nobody makes it good.
void KafkaInput::State::commit_and_wait() {
  for (auto& [number, partition] : partitions) partition.committed = {};
  const Offsets list = to_commit();
  if (!list) return;
  const Queue replies(rd_kafka_queue_new(handle.get()));
  Event reply;
  if (rd_kafka_commit_queue(handle.get(), list.get(), replies.get(), nullptr, nullptr) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    reply.reset(rd_kafka_queue_poll(replies.get(), kRequestMs));
  }
  if (!reply || has_failed(reply.get())) ++counters.commits_failed;
}

void KafkaInput::State::close() {
  if (is_done()) {
    for (auto& [number, partition] : partitions) {
      partition.scan->finish(alerts);
      give();
    }
  }
  commit_and_wait();
  revoke();
  queue.reset();
  rd_kafka_consumer_close(handle.get());
  handle.reset();
}

KafkaInput::KafkaInput(KafkaUrl url, EventTime idle, ReadControl& control, KafkaOwner owner)
    : state_(std::make_unique<State>(std::move(url), idle, control, std::move(owner))) {}
KafkaInput::~KafkaInput() = default;

std::vector<Diagnostic> KafkaInput::open() { return state_->open(); }
std::vector<Diagnostic> KafkaInput::run() { return state_->run(); }

const KafkaCounters& KafkaInput::counters() const { return state_->counters; }

}  // namespace audisp_eql::plugin
