#include "net/server_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>
#include <thread>

#include "net/fields.h"

namespace skerry::net {
namespace {

constexpr int kPatienceMs = 5000;

Task<Response> echo(Request& request) {
  auto body = co_await read_all(*request.body, 64 << 20);
  Response response;
  if (!body) {
    response.status = 400;
    response.body = body.error().detail;
    co_return response;
  }
  std::string trailers;
  for (const auto& [name, value] : *request.trailers) trailers += name + "=" + value + ";";
  response.headers.add("x-trailers", trailers);
  response.headers.add("x-fields", std::to_string(request.headers.size()));
  response.body = std::move(*body);
  co_return response;
}

}  // namespace

RawClient::RawClient(const Endpoint& endpoint) {
  int family = endpoint.is_unix ? AF_UNIX : AF_INET;
  socket_ = Descriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  int connected = -1;
  if (endpoint.is_unix) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = ""};
    std::strncpy(address.sun_path, endpoint.address.c_str(), sizeof address.sun_path - 1);
    connected = ::connect(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    inet_pton(AF_INET, endpoint.address.c_str(), &address.sin_addr);
    connected = ::connect(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  EXPECT_EQ(connected, 0) << std::strerror(errno);
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server has gone: what it said before is what the test looks at
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::end_sending() { ::shutdown(fd(), SHUT_WR); }

void RawClient::reset() {
  linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

bool RawClient::fill() {
  pollfd waiting{fd(), POLLIN, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 1) {
    ADD_FAILURE() << "nothing came; before: " << pending_.substr(0, 300);
    return false;
  }
  char buffer[65536];
  ssize_t got = ::recv(fd(), buffer, sizeof buffer, 0);
  if (got < 0) was_reset_ = true;
  if (got <= 0) return false;
  pending_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view mark) {
  std::size_t found;
  while ((found = pending_.find(mark)) == pending_.npos) {
    if (!fill()) return std::exchange(pending_, {});
  }
  std::string out = pending_.substr(0, found + mark.size());
  pending_.erase(0, out.size());
  return out;
}

std::string RawClient::read_all() {
  while (fill()) {
  }
  return std::exchange(pending_, {});
}

std::string RawClient::read_exactly(std::size_t n) {
  while (pending_.size() < n && fill()) {
  }
  std::string out = pending_.substr(0, n);
  pending_.erase(0, out.size());
  return out;
}

bool RawClient::at_end() { return pending_.empty() && !fill(); }

RawClient::Answer RawClient::read_answer(bool head_request) {
  Answer answer;
  answer.head = read_until("\r\n\r\n");
  if (answer.head.size() < 12) return answer;
  std::from_chars(answer.head.data() + 9, answer.head.data() + 12, answer.status);
  if (head_request) return answer;
  if (auto at = answer.head.find("content-length: "); at != answer.head.npos) {
    answer.body = read_exactly(std::stoul(answer.head.substr(at + 16)));
  } else if (answer.head.find("transfer-encoding: chunked") != answer.head.npos) {
    for (;;) {
      std::string line = read_until("\r\n");
      if (line.empty()) break;
      std::size_t size = std::stoul(line, nullptr, 16);
      answer.body += read_exactly(size);
      EXPECT_EQ(read_exactly(2), "\r\n");
      if (size == 0) break;
    }
  }
  return answer;
}

Response Teachable::greet() {
  Response response;
  response.headers.add("x-greeting", "hello");
  return response;
}

Task<Response> Teachable::handle(Request& request) {
  ++calls;
  auto found = answers_.find(request.path());
  if (found != answers_.end()) co_return co_await found->second(request);
  if (request.path() == "/echo") co_return co_await echo(request);
  Response response;
  response.body = "you asked for " + request.target;
  co_return response;
}

void ServerTest::start(std::size_t threads) {
  Server::Options options{threads, limits_};
  server_ = std::make_unique<Server>(options, clock_);
  auto bound = server_->listen({endpoint_, &handler_, tls_});
  ASSERT_TRUE(bound) << bound.error().detail;
  endpoint_ = *bound;
  server_->start();
}

void ServerTest::advance(microseconds by) {
  clock_.advance(by);
  for (std::size_t i = 0; i < server_->threads(); ++i) server_->reactor(i).post([] {});
}

bool ServerTest::eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < kPatienceMs; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

std::string get(std::string_view path, std::string_view fields) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n{}\r\n", path, fields);
}

}  // namespace skerry::net
