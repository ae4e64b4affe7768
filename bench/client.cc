#include "client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {
namespace {

constexpr std::size_t kReceiveBytes = 256 << 10;
constexpr std::uint64_t kFailuresMax = 100;
constexpr int kSilenceMaxMs = 60'000;  // a server that says nothing for so long has failed the run
constexpr std::size_t kErrorBytes = 600;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "load: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

// User and system time of a process in seconds; 0 when it is gone.
double cpu_seconds(int pid) {
  std::FILE* file = std::fopen(fmt::format("/proc/{}/stat", pid).c_str(), "r");
  if (file == nullptr) return 0;
  char text[1024] = {};
  std::size_t size = std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  const char* after_name = static_cast<const char*>(memrchr(text, ')', size));
  unsigned long user = 0, system = 0;
  if (after_name == nullptr ||
      std::sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
    return 0;
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double cpu_seconds(const std::vector<int>& pids) {
  double sum = 0;
  for (int pid : pids) sum += cpu_seconds(pid);
  return sum;
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::uint64_t count(std::string_view text, std::string_view word) {
  std::uint64_t found = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) ++found;
  return found;
}

}  // namespace

struct Client::Connection {
  int fd = -1;
  bool busy = false;
  bool counted = false;
  bool thorough = false;
  bool body_wrong = false;
  Request request;
  std::string tail;      // of the body being sent
  std::size_t sent = 0;  // of head, common part and tail together
  ResponseReader reader;
  std::string text;  // of a listing, or the beginning of another body, to show when it is an error
  Steady::time_point began;

  std::size_t to_send() const { return request.head.size() + request.body_bytes; }
};

Client::Client(const RunOptions& options, Work& work)
    : options_(options),
      work_(work),
      connections_(static_cast<std::size_t>(options.connections)),
      buffer_(kReceiveBytes) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) die("epoll_create1");
  for (Connection& connection : connections_) open(connection);
}

Client::~Client() {
  for (Connection& connection : connections_) close(connection.fd);
  close(epoll_);
}

void Client::open(Connection& connection) {
  if (connection.fd >= 0) close(connection.fd);
  connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
  inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr);
  if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  int one = 1;
  setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(connection.fd, F_SETFL, O_NONBLOCK);
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &connection}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) die("epoll_ctl");
}

bool Client::over() const {
  return exhausted_ || result_.failed >= kFailuresMax || started_ >= options_.requests_max ||
         (counting_ && Steady::now() - begin_ >= std::chrono::duration<double>(options_.seconds));
}

void Client::start_next(Connection& connection) {
  if (over()) return;
  std::optional<Request> request = work_.next();
  if (!request) {
    exhausted_ = true;
    return;
  }
  connection.request = std::move(*request);
  connection.sent = 0;
  connection.busy = true;
  connection.counted = counting_;
  connection.body_wrong = false;
  connection.text.clear();
  connection.tail = connection.request.body_bytes > 0 ? work_.pattern().tail(connection.request.number) : "";
  connection.reader.begin(work_.options().op == Op::Head);
  connection.thorough = started_ % options_.thorough_every == 0;
  started_ += counting_;
  ++busy_;
  connection.began = Steady::now();
  send_more(connection);
}

void Client::send_more(Connection& connection) {
  while (connection.busy && connection.sent < connection.to_send()) {
    std::string_view pieces[] = {connection.request.head, {}, {}};
    if (connection.request.body_bytes > 0) pieces[1] = work_.pattern().common(), pieces[2] = connection.tail;
    iovec parts[3];
    std::size_t used = 0, skip = connection.sent;
    for (std::string_view piece : pieces) {
      std::size_t skipped = std::min(skip, piece.size());
      skip -= skipped;
      if (piece.remove_prefix(skipped); piece.empty()) continue;
      parts[used++] = {const_cast<char*>(piece.data()), piece.size()};
    }
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = used;
    ssize_t sent = sendmsg(connection.fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) return fail(connection, fmt::format("sending: {}", std::strerror(errno)));
    connection.sent += static_cast<std::size_t>(sent);
  }
}

void Client::take_body(Connection& connection, std::string_view piece) {
  bool is_object = work_.options().op == Op::Get && connection.reader.status() == 200;
  if (is_object) {
    connection.body_wrong |=
        !work_.pattern().matches(connection.request.number, connection.reader.body_bytes(), piece, connection.thorough);
  } else if (work_.options().op == Op::List || connection.text.size() < kErrorBytes) {
    connection.text += piece;
  }
}

void Client::receive(Connection& connection) {
  while (true) {
    ssize_t got = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      if (connection.busy) return fail(connection, got < 0 ? std::strerror(errno) : "the server closed the connection");
      return open(connection);
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    if (!connection.busy) return fail(connection, "an answer to no request");
    connection.reader.take(bytes, [&](std::string_view piece) { take_body(connection, piece); });
    if (connection.reader.complete() || connection.reader.broken()) return finish(connection);
    if (bytes.size() < buffer_.size()) return;  // drained: more makes a new event
  }
}

std::string Client::wrong_with(const Connection& connection) const {
  const ResponseReader& reader = connection.reader;
  const WorkOptions& asked = work_.options();
  if (reader.broken()) return "an answer that is not HTTP/1.1";
  int wanted = asked.op == Op::Delete ? 204 : 200;
  if (reader.status() != wanted)
    return fmt::format("status {}: {}", reader.status(), connection.text.substr(0, kErrorBytes));
  if (connection.sent < connection.to_send()) return "an answer before the end of the body";
  if (asked.op == Op::Get && reader.body_bytes() != asked.size)
    return fmt::format("a body of {} bytes", reader.body_bytes());
  if (asked.op == Op::Head && reader.announced() != asked.size)
    return fmt::format("content-length {}", reader.announced());
  if (connection.body_wrong) return "a body that is not the object's";
  if (asked.op == Op::List && options_.entries_expected >= 0) {
    std::uint64_t entries = count(connection.text, "<Contents>") + count(connection.text, "<CommonPrefixes>");
    if (entries != static_cast<std::uint64_t>(options_.entries_expected)) {
      return fmt::format("{} entries: {}", entries, connection.text.substr(0, kErrorBytes));
    }
  }
  return "";
}

void Client::finish(Connection& connection) {
  if (std::string reason = wrong_with(connection); !reason.empty()) return fail(connection, std::move(reason));
  connection.busy = false;
  --busy_;
  if (connection.counted) {
    auto took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - connection.began);
    result_.latencies_us.push_back(static_cast<std::uint32_t>(took.count()));
    result_.body_bytes +=
        work_.options().op == Op::Put ? connection.request.body_bytes : connection.reader.body_bytes();
    if (options_.entries_expected > 0) result_.entries += static_cast<std::uint64_t>(options_.entries_expected);
  }
  if (connection.reader.closes()) open(connection);
  start_next(connection);
}

void Client::fail(Connection& connection, std::string reason) {
  if (result_.failed++ == 0) result_.first_failure = std::move(reason);
  if (connection.busy) --busy_;
  connection.busy = false;
  if (result_.failed >= kFailuresMax) return;
  open(connection);
  start_next(connection);
}

void Client::begin_counting() {
  server_cpu_begin_s_ = cpu_seconds(options_.server_pids);
  client_cpu_begin_s_ = own_cpu_seconds();
  begin_ = Steady::now();
  counting_ = true;
}

RunResult Client::run() {
  Steady::time_point warm_end =
      Steady::now() + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(options_.warm_up_s));
  if (options_.warm_up_s <= 0) begin_counting();
  for (Connection& connection : connections_) start_next(connection);
  std::vector<epoll_event> events(connections_.size());
  while (busy_ > 0) {
    int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kSilenceMaxMs);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    if (ready == 0) {
      ++result_.failed;
      if (result_.first_failure.empty()) result_.first_failure = "no answer for a minute";
      break;
    }
    if (!counting_ && Steady::now() >= warm_end) begin_counting();
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (events[static_cast<std::size_t>(i)].events & EPOLLOUT) send_more(connection);
      if (events[static_cast<std::size_t>(i)].events & ~EPOLLOUT) receive(connection);
    }
  }
  if (!counting_) begin_counting();
  end_ = Steady::now();
  result_.seconds = std::chrono::duration<double>(end_ - begin_).count();
  result_.server_cpu_s = cpu_seconds(options_.server_pids) - server_cpu_begin_s_;
  result_.client_cpu_s = own_cpu_seconds() - client_cpu_begin_s_;
  return std::move(result_);
}

}  // namespace bench
