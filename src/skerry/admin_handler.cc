#include "skerry/admin_handler.h"

#include <sys/socket.h>
#include <unistd.h>

#include "auth/canonical.h"
#include "net/descriptor.h"
#include "net/endpoint.h"
#include "wire/text.h"

namespace skerry {
namespace {

std::string to_target(const AdminRequest& request) {
  std::string target = "/" + request.command;
  char separator = '?';
  for (const auto& [name, value] : request.arguments) {
    target += separator;
    target.append(name).append("=");
    auth::append_uri_encoded(target, value, auth::Slash::Encode);
    separator = '&';
  }
  return target;
}

AdminRequest from_target(const net::Request& request) {
  AdminRequest out{.command = std::string(request.path().substr(1)), .arguments = {}};
  std::string_view query = request.query();
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    auto equals = pair.find('=');
    if (equals == pair.npos) continue;
    out.arguments[std::string(pair.substr(0, equals))] = wire::percent_decode(pair.substr(equals + 1)).value_or("");
  }
  return out;
}

bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string receive_all(int fd) {
  std::string out;
  char buffer[16 << 10];
  for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
  return out;
}

}  // namespace

Task<net::Response> AdminHandler::handle(net::Request& request) {
  if (request.method != "POST") co_return pages_.own_page(request);
  net::Response response;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  auto result = co_await admin_.run(from_target(request));
  response.status = result ? 200 : 400;
  response.body = result ? std::move(*result) : std::move(result.error());
  co_return response;
}

std::string admin_socket(const std::string& data_folder) { return data_folder + "/admin.sock"; }

std::optional<AdminResult> ask_server(const std::string& data_folder, const AdminRequest& request) {
  auto address = net::UnixAddress::of(admin_socket(data_folder));
  if (!address) return std::nullopt;
  net::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), address->any(), sizeof address->address) != 0) return std::nullopt;

  std::string text =
      "POST " + to_target(request) + " HTTP/1.1\r\nhost: admin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  if (!send_all(socket.get(), text)) return AdminResult(std::unexpected("the server closed the connection"));
  std::string answer = receive_all(socket.get());
  auto head = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 ") || head == answer.npos) {
    return AdminResult(std::unexpected("the server gave no answer"));
  }
  std::string body = answer.substr(head + 4);
  if (answer.substr(9, 3) == "200") return AdminResult(std::move(body));
  return AdminResult(std::unexpected(std::move(body)));
}

}  // namespace skerry
