#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "iam/api/ops.h"
#include "iam/iam_world.h"
#include "iam/service/front.h"
#include "iam/service/ops/bind.h"
#include "wire/registry.h"

namespace skerry::iam {

struct Reply {
  int status = 0;
  std::string code;  // of an error
  std::string body;

  // The text of the first element of that name; "(none)" without one.
  std::string text(std::string_view element) const {
    std::string open = '<' + std::string(element) + '>', close = "</" + std::string(element) + '>';
    std::size_t begin = body.find(open);
    if (begin == body.npos) return "(none)";
    begin += open.size();
    return body.substr(begin, body.find(close, begin) - begin);
  }
  std::size_t count(std::string_view element) const {
    std::string open = '<' + std::string(element) + '>';
    std::size_t n = 0;
    for (std::size_t at = body.find(open); at != body.npos; at = body.find(open, at + 1)) ++n;
    return n;
  }
};

// Requests against IAM's operations over a simulated store: permission, handler and answer are the server's own;
// only sockets and signatures are left out.
class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : front_(server_.directory(), sim_) {
    const Parts parts{server_.directory(), server_.accounts(), workers_, sim_, random_};
    bind_operations(registry_, parts);
  }

  // As root of the account; or as somebody else. `asked`: "CreateUser&UserName=ann".
  Reply call(std::string asked) { return call(root(), std::move(asked)); }
  Reply call(std::shared_ptr<const Principal> who, std::string asked) {
    return sim_.run(send(std::move(who), std::move(asked)));
  }

  Task<Reply> send(std::shared_ptr<const Principal> who, std::string asked) {
    net::Request request;
    request.method = "GET";
    request.target = "/?Version=2010-05-08&Action=" + asked;
    request.host = "localhost:4566";
    const wire::Operation* operation = kService.find_operation(asked.substr(0, asked.find('&')));
    CHECK(operation != nullptr, "{}", asked);
    const wire::Route route{&kService, operation, wire::Protocol::Query, {}, false, {}};
    auth::Authenticated signed_by;
    auto credential = std::make_shared<auth::Credential>();
    credential->owner = who;
    signed_by.credential = std::move(credential);
    using Kind = wire::Principal::Kind;
    wire::Context context{.request = request,
                          .route = route,
                          .principal = {.kind = who->kind == Principal::Kind::Root ? Kind::Root : Kind::User,
                                        .account_id = who->account_id,
                                        .canonical_id = who->canonical_id,
                                        .arn = who->arn,
                                        .access_key_id = "AKIAEXAMPLE",
                                        .owner = who},
                          .region = "us-east-1",
                          .request_id = "request",
                          .host_id = {},
                          .form = request.query()};
    auto allowed = co_await front_.authorize(context, signed_by);
    if (!allowed) {
      auto refused = wire::Registry::refuse(*route.service, route.protocol, request, allowed.error(), "request", {});
      co_return reply(std::move(refused));
    }
    wire::Payload none;
    auto answer = co_await registry_.dispatch(context, std::move(none));
    co_return reply(std::move(answer));
  }

  std::shared_ptr<const Principal> root() { return PrincipalLoader::root(account_); }
  std::shared_ptr<const Principal> behind(const std::string& access_key_id) {
    auto found = server_.find(access_key_id);
    return found ? (*found)->owner : nullptr;
  }

  SimExecutor sim_{1};
  SeededRandom random_{1};
  storage::SimulatedCluster cluster_{sim_, 1};
  IamServer server_{sim_, cluster_, random_};
  InlineWorkers workers_;
  Account account_ = server_.make_account();
  wire::Registry registry_;
  Front front_;

 private:
  static Reply reply(wire::Answer answer) {
    return {answer.response.status, std::move(answer.error_code),
            std::move(std::get<std::string>(answer.response.body))};
  }
};

}  // namespace skerry::iam
