#include "skerry/front_door.h"

#include "api/request_id.h"

namespace skerry {
namespace {

constexpr std::string_view kOwnPages = "/_skerry/";

bool is_local(const net::Peer& peer) {
  return peer.address.starts_with("127.") || peer.address == "::1" || peer.address == "unix";
}

net::Response text_page(int status, std::string text) {
  net::Response response;
  response.status = status;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  response.body = std::move(text);
  return response;
}

}  // namespace

Task<net::Response> FrontDoor::handle(net::Request& request) {
  if (request.path().starts_with(kOwnPages)) co_return own_page(request);
  co_return co_await api_.handle(request);
}

net::Response FrontDoor::own_page(const net::Request& request) const {
  net::Response response = find_page(request);
  const api::RequestId id = api::RequestId::make(random_);
  id.put_on(response);
  log_.debug("request", {{"request_id", id.id},
                         {"peer", request.peer.address},
                         {"method", request.method},
                         {"path", std::string(request.path())},
                         {"status", std::to_string(response.status)}});
  return response;
}

net::Response FrontDoor::find_page(const net::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return text_page(405, "Only GET is answered here.\n");
  if (!request.path().starts_with(kOwnPages)) return text_page(404, "There is no such page.\n");
  std::string_view page = request.path().substr(kOwnPages.size());
  if (page == "health") return text_page(200, "ok\n");
  if (page == "metrics" && (where_ == Metrics::Everywhere || is_local(request.peer))) {
    net::Response response = text_page(200, metrics_.text());
    response.headers.set("content-type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
  }
  return text_page(404, "There is no such page.\n");
}

}  // namespace skerry
