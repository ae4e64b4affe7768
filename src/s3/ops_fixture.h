#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/authenticated.h"
#include "iam/account_epochs.h"
#include "iam/directory.h"
#include "s3/control_front.h"
#include "s3/front.h"
#include "s3/test_callers.h"
#include "s3/test_world.h"
#include "wire/registry.h"
#include "wire/router.h"

namespace skerry::s3 {

inline constexpr std::string_view kOwner = "111122223333";
inline constexpr std::string_view kStranger = "444455556666";

// What a test asks. `target` is as on the wire: path-style, percent-encoded.
struct Ask {
  std::string target;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string account{kOwner};  // empty: anonymous
  std::string region{"us-east-1"};
  auth::SignatureVersion version = auth::SignatureVersion::V4;
  std::shared_ptr<const iam::Principal> caller = nullptr;  // null: the account's root
};

struct Reply {
  int status = 0;
  net::Headers headers;
  std::string body;
  std::string error_code;  // empty when it went well; also where the answer has no body (HEAD)

  // The text of all elements of that name, in the order of the document, as it stands there (escaped).
  std::vector<std::string> all(std::string_view element) const {
    std::vector<std::string> out;
    std::string open = '<' + std::string(element) + '>', close = "</" + std::string(element) + '>';
    for (std::size_t at = body.find(open); at != body.npos; at = body.find(open, at)) {
      at += open.size();
      std::size_t end = body.find(close, at);
      if (end == body.npos) break;
      out.push_back(body.substr(at, end - at));
    }
    return out;
  }
  bool has(std::string_view element) const { return !all(element).empty(); }
  // Of the first of that name; "(none)" without one, so that an empty element is told from none.
  std::string text(std::string_view element) const {
    auto found = all(element);
    return found.empty() ? "(none)" : found.front();
  }
  std::string header(std::string_view name) const { return std::string(headers.get(name)); }
};

// Requests against the operations over a simulated store: route, permission, body, handler and answer are the
// server's own; only sockets and signatures are left out. A test binds the operations that it is about, to registry_.
class OpsTest : public testing::Test {
 protected:
  explicit OpsTest(storage::Faults faults = {}, Front::Options options = {})
      : world_(1, faults),
        account_epochs_(world_.meta(), world_.sim, {}),
        directory_(world_.meta(), account_epochs_),
        front_({world_.buckets(), world_.index(), world_.sim}, options),
        control_front_(world_.sim),
        router_({&front_.service(), &control_front_.service()}, {"localhost"}) {}

  // `what` is method and target: "GET /bucket?list-type=2".
  Reply call(std::string_view what, std::string body = {},
             std::vector<std::pair<std::string, std::string>> headers = {}) {
    return call(Ask{.target = std::string(what), .body = std::move(body), .headers = std::move(headers)});
  }
  Reply call(Ask ask) { return world_.sim.run(send(std::move(ask))); }

  // For callers that are coroutines themselves.
  Task<Reply> send(Ask ask) {
    net::Request request;
    auto space = ask.target.find(' ');
    CHECK(space != ask.target.npos, "a request is `METHOD /target`");
    request.method = ask.target.substr(0, space);
    request.target = ask.target.substr(space + 1);
    request.host = "localhost:4566";
    for (auto& [name, value] : ask.headers) {
      if (name == "host") request.host = value;
      request.headers.add(std::move(name), std::move(value));
    }
    request.length = ask.body.size();
    StringSource body(std::move(ask.body));
    net::Headers trailers;
    request.body = &body;
    request.trailers = &trailers;

    wire::Answer answer = co_await this->answer(request, trailers, ask);
    co_return co_await take(std::move(answer));
  }

  static wire::Principal principal(const Ask& ask) {
    if (ask.caller) return as_caller(ask.caller);
    return ask.account.empty() ? wire::Principal() : as_caller(root_of(ask.account));
  }
  static std::string canonical_id(std::string_view account) { return World::canonical_id(account); }

  static constexpr std::string_view kId = "4442587FB7D0A2F9";
  World world_;
  iam::AccountEpochs account_epochs_;
  iam::Directory directory_;
  wire::Registry registry_;
  Front front_;
  ControlFront control_front_;
  wire::Router router_;

 private:
  api::Front& front_of(const wire::Service& service) {
    if (&service == &front_.service()) return front_;
    return control_front_;
  }

  Task<wire::Answer> answer(net::Request& request, net::Headers& trailers, const Ask& ask) {
    auto route = router_.route(request);
    if (!route) {
      const auto& failed = route.error();
      co_return wire::Registry::refuse(*failed.service, failed.protocol, request, failed.error, kId, kId);
    }
    auto refuse = [&](const wire::ApiError& error) {
      return wire::Registry::refuse(*route->service, route->protocol, request, error, kId, kId);
    };
    auth::Authenticated who;
    who.version = ask.account.empty() ? auth::SignatureVersion::None : ask.version;
    if (who.version == auth::SignatureVersion::V4) who.region = ask.region;
    wire::Context context{.request = request,
                          .route = *route,
                          .principal = principal(ask),
                          .region = who.region,
                          .request_id = std::string(kId),
                          .host_id = std::string(kId)};
    context.trailers = &trailers;
    wire::Payload payload;
    if (registry_.bound(*route->operation)) {
      api::Front& front = front_of(*route->service);
      auto allowed = co_await front.authorize(context, who);
      if (!allowed) co_return refuse(allowed.error());
      if (route->operation->streams_in) {
        payload.stream = {.source = request.body, .length = request.length};
      } else {
        auto read = co_await read_all(*request.body, route->operation->body_limit);
        CHECK(read.has_value(), "the test's body is too large");
        if (auto good = front.check_body(context, *read, trailers); !good) co_return refuse(good.error());
        payload.bytes = std::move(*read);
      }
    }
    co_return co_await registry_.dispatch(context, std::move(payload));
  }

  static Task<Reply> take(wire::Answer answer) {
    Reply out{answer.response.status, std::move(answer.response.headers), {}, std::move(answer.error_code)};
    if (auto* text = std::get_if<std::string>(&answer.response.body)) {
      out.body = std::move(*text);
      co_return out;
    }
    auto bytes = co_await read_all(*std::get<std::unique_ptr<ByteSource>>(answer.response.body), 1 << 30);
    EXPECT_TRUE(bytes.has_value()) << "the response's body broke off";
    if (bytes) out.body = std::move(*bytes);
    co_return out;
  }
};

}  // namespace skerry::s3
