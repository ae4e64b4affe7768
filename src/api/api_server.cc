#include "api/api_server.h"

#include <algorithm>
#include <array>

#include "api/auth_errors.h"
#include "api/caller.h"
#include "auth/payload.h"
#include "digest/hashing_source.h"

namespace skerry::api {
namespace {

// A streaming body's share of the memory: chunks being read, sealed, written and hashed. One that spills has little
// more than its text besides.
constexpr std::size_t kStreamShare = 2 << 20;
constexpr std::size_t kHashShare = 64 << 10;
// The longest form that may come unsigned: a token of 20,000 characters and session policies, escaped.
constexpr std::size_t kUnsignedFormLimit = 256 << 10;

}  // namespace

struct ApiServer::Exchange {
  net::Request& request;
  RequestId id;
  microseconds began;
  wire::Route route{};
  Front* front = nullptr;
  std::optional<wire::Payload> whole{};  // a body that had to be read to know the operation or who asks
  std::optional<auth::Authenticated> who{};
  std::unique_ptr<auth::Payload> payload{};
  std::optional<wire::Context> context{};
  std::optional<MemoryBudget::Share> share{};
};

ApiServer::ApiServer(Parts parts) : parts_(std::move(parts)) {}

Front* ApiServer::front_of(const wire::Service& service) const {
  for (Front* front : parts_.fronts) {
    if (&front->service() == &service) return front;
  }
  return nullptr;
}

Task<net::Response> ApiServer::handle(net::Request& request) {
  Exchange exchange{.request = request, .id = RequestId::make(parts_.random), .began = parts_.clock.steady()};
  wire::Answer answered = co_await answer(exchange);
  finish(exchange, answered);
  co_return std::move(answered.response);
}

Task<wire::Answer> ApiServer::answer(Exchange& exchange) {
  auto route = parts_.router.route(exchange.request);
  if (!route) {
    co_return wire::Registry::refuse(*route.error().service, route.error().protocol, exchange.request,
                                     route.error().error, exchange.id.id, exchange.id.id2);
  }
  exchange.route = std::move(*route);
  exchange.front = front_of(*exchange.route.service);
  CHECK(exchange.front != nullptr, "no front for {}", exchange.route.service->name);
  if (!exchange.route.operation) {
    if (auto resolved = co_await resolve_form(exchange); !resolved) co_return refuse(exchange, resolved.error());
  }
  if (auto known = co_await authenticate(exchange); !known) co_return refuse(exchange, known.error());

  exchange.context.emplace(wire::Context{.request = exchange.request,
                                         .route = exchange.route,
                                         .principal = principal_of(*exchange.who),
                                         .region = exchange.who->region,
                                         .request_id = exchange.id.id,
                                         .host_id = exchange.id.id2,
                                         .tasks = exchange.request.tasks,
                                         .denials = parts_.denials});
  if (!parts_.registry.bound(*exchange.route.operation)) {
    // Nothing of it is here, so there is nothing to be allowed; but that is for those who say who they are.
    if (!exchange.who->credential && !comes_unsigned(exchange))
      co_return refuse(exchange, unsigned_error(exchange.front->error_family()));
    wire::Payload none;
    co_return co_await parts_.registry.dispatch(*exchange.context, std::move(none));
  }
  wire::Payload payload;
  // A form says in its body what is to be allowed. Of who has signed nothing it is not read to find out.
  const bool form_first = exchange.route.protocol == wire::Protocol::Query && exchange.who->credential;
  if (form_first) {
    if (auto read = co_await read_body(exchange, payload); !read) co_return refuse(exchange, read.error());
    exchange.context->form = wire::form_of(exchange.request, payload);
  }
  if (auto allowed = co_await exchange.front->authorize(*exchange.context, *exchange.who); !allowed) {
    co_return refuse(exchange, allowed.error());
  }
  exchange.context->form = {};
  if (!form_first) {
    if (auto read = co_await read_body(exchange, payload); !read) co_return refuse(exchange, read.error());
  }

  wire::Answer answered = co_await parts_.registry.dispatch(*exchange.context, std::move(payload));
  // What was wrong with the body's framing or signature is said better by whoever took it off.
  if (exchange.payload && exchange.payload->failure() && !answered.error_code.empty()) {
    co_return refuse(exchange, api_error(*exchange.payload->failure()));
  }
  co_return answered;
}

// Whose words say what is wrong with a signature: a service may speak several protocols.
auth::ErrorFamily ApiServer::family_of(const Exchange& exchange) {
  if (exchange.route.protocol == wire::Protocol::Query) return auth::ErrorFamily::Query;
  return exchange.front->error_family();
}

Task<std::expected<void, wire::ApiError>> ApiServer::resolve_form(Exchange& exchange) {
  // A form that nobody claims to have signed is read as far as a call may go that nobody signs, where a service has
  // such; whatever else it is or fails at, what is told is that its signature is missing.
  const std::array<std::string_view, 1> services{exchange.route.service->signing_name};
  auth::Expectation expected{.family = family_of(exchange), .services = services};
  auto wrong = co_await parts_.authenticator.check_claim(exchange.request, expected);
  const bool may_be_unsigned =
      wrong && wrong->errc == auth::AuthErrc::MissingAuthentication &&
      std::ranges::any_of(parts_.fronts, [](const Front* front) { return !front->unsigned_operations().empty(); });
  const std::size_t limit = wrong ? kUnsignedFormLimit : wire::Router::kFormLimit;
  const bool longer = exchange.request.length.value_or(0) > limit;
  if (wrong && (!may_be_unsigned || longer)) co_return std::unexpected(api_error(*wrong));
  const auto says = [&](wire::ApiError error) { return wrong ? api_error(*wrong) : std::move(error); };
  if (auto taken = take_memory(exchange, limit, exchange.request.length); !taken)
    co_return std::unexpected(taken.error());
  auto body = co_await read_all(*exchange.request.body, limit);
  if (!body) co_return std::unexpected(says(body_error(*exchange.route.service, body.error(), limit)));
  exchange.whole.emplace().bytes = std::move(*body);
  auto route = parts_.router.route_form(exchange.request, exchange.whole->bytes);
  if (!route) {
    if (!wrong) exchange.route.service = route.error().service;
    co_return std::unexpected(says(std::move(route.error().error)));
  }
  exchange.route = std::move(*route);
  exchange.front = front_of(*exchange.route.service);
  CHECK(exchange.front != nullptr, "no front for {}", exchange.route.service->name);
  if (wrong && !comes_unsigned(exchange)) co_return std::unexpected(api_error(*wrong));
  co_return std::expected<void, wire::ApiError>();
}

bool ApiServer::comes_unsigned(const Exchange& exchange) {
  auto operations = exchange.front->unsigned_operations();
  return std::ranges::find(operations, exchange.route.operation) != operations.end();
}

Task<std::expected<void, wire::ApiError>> ApiServer::authenticate(Exchange& exchange) {
  if (comes_unsigned(exchange)) {
    exchange.who.emplace().family = family_of(exchange);
    co_return std::expected<void, wire::ApiError>();
  }
  const std::array<std::string_view, 1> services{exchange.route.service->signing_name};
  auth::Expectation expected{.family = family_of(exchange), .services = services};
  if (exchange.route.virtual_host) expected.virtual_bucket = exchange.route.label("Bucket");
  std::string body_sha256;
  if (auth::Authenticator::needs_body_hash(exchange.request, expected)) {
    if (!exchange.whole) {
      auto wrong = co_await parts_.authenticator.check_claim(exchange.request, expected);
      if (wrong) co_return std::unexpected(api_error(*wrong));
    }
    if (auto hashed = co_await hash_body(exchange, body_sha256); !hashed) co_return std::unexpected(hashed.error());
    expected.body_sha256 = body_sha256;
  }
  if (auto known = parts_.authenticator.try_authenticate(exchange.request, expected)) {
    if (!*known) co_return std::unexpected(api_error(known->error()));
    exchange.who = std::move(**known);
    co_return std::expected<void, wire::ApiError>();
  }
  auto known = co_await parts_.authenticator.authenticate(exchange.request, expected);
  if (!known) co_return std::unexpected(api_error(known.error()));
  exchange.who = std::move(*known);
  co_return std::expected<void, wire::ApiError>();
}

std::expected<void, wire::ApiError> ApiServer::take_memory(Exchange& exchange, std::size_t most,
                                                           std::optional<std::uint64_t> announced) {
  // Of a body that does not say its length, all that it may bring.
  exchange.share = parts_.memory.try_take(std::min<std::uint64_t>(most, announced.value_or(most)));
  if (exchange.share) return {};
  return std::unexpected(common_error("SlowDown", 503, "Please reduce your request rate."));
}

// The body's SHA-256 in hex, for a signature that covers it and carries it nowhere. The body is kept for the operation,
// where there is one to take it.
Task<std::expected<void, wire::ApiError>> ApiServer::hash_body(Exchange& exchange, std::string& sha256) {
  if (exchange.whole) {
    sha256 = digest::digest_of(digest::Algorithm::SHA256, exchange.whole->bytes).hex();
    co_return std::expected<void, wire::ApiError>();
  }
  digest::HashingSource body(*exchange.request.body, digest::Algorithm::SHA256);
  const wire::Operation& operation = *exchange.route.operation;
  std::optional<ReadError> failure;
  if (parts_.registry.bound(operation)) {
    std::size_t most = operation.spills ? kStreamShare : operation.body_limit;
    if (auto taken = take_memory(exchange, most, exchange.request.length); !taken)
      co_return std::unexpected(taken.error());
    auto whole = co_await read_whole(exchange, body);
    if (whole) {
      exchange.whole = std::move(*whole);
    } else {
      failure = whole.error();
    }
  } else {
    if (auto taken = take_memory(exchange, kHashShare, std::nullopt); !taken) co_return std::unexpected(taken.error());
    if (auto passed = co_await read_through(body, operation.body_limit); !passed) failure = passed.error();
  }
  if (failure) co_return std::unexpected(body_error(*operation.service, *failure, operation.body_limit));
  sha256 = body.final().hex();
  co_return std::expected<void, wire::ApiError>();
}

// A body that an operation takes in one piece, but for what spills of it.
Task<std::expected<wire::Payload, ReadError>> ApiServer::read_whole(Exchange& exchange, ByteSource& body) {
  const wire::Operation& operation = *exchange.route.operation;
  wire::Payload out;
  if (operation.spills) {
    auto read =
        co_await wire::read_spilling(body, parts_.spool, *exchange.request.tasks, {.body_bytes = operation.body_limit});
    if (!read) co_return std::unexpected(read.error());
    out.bytes = std::move(read->text);
    out.spills = std::move(read->spills);
  } else {
    auto read = co_await read_all(body, operation.body_limit);
    if (!read) co_return std::unexpected(read.error());
    out.bytes = std::move(*read);
  }
  co_return out;
}

Task<std::expected<void, wire::ApiError>> ApiServer::read_body(Exchange& exchange, wire::Payload& payload) {
  wire::Context& context = *exchange.context;
  const wire::Operation& operation = *exchange.route.operation;
  if (exchange.whole) {
    payload = std::move(*exchange.whole);
    co_return std::expected<void, wire::ApiError>();
  }
  auth::LiteralHash hash = operation.streams_in ? auth::LiteralHash::Elsewhere : auth::LiteralHash::Here;
  auto wrapped = auth::wrap_payload(*exchange.request.body, exchange.request, *exchange.who, hash);
  if (!wrapped) co_return std::unexpected(api_error(wrapped.error()));
  exchange.payload = std::move(*wrapped);
  context.trailers = &exchange.payload->trailers();

  std::size_t most = operation.streams_in || operation.spills ? kStreamShare : operation.body_limit;
  if (auto taken = take_memory(exchange, most, exchange.payload->size()); !taken)
    co_return std::unexpected(taken.error());

  if (operation.streams_in) {
    if (exchange.who->payload == auth::PayloadMode::Literal) {
      const auto& signed_hash = exchange.who->payload_sha256;
      context.signed_sha256.assign(signed_hash.begin(), signed_hash.end());
    }
    payload.stream = {.source = exchange.payload.get(), .length = exchange.payload->size()};
    co_return std::expected<void, wire::ApiError>();
  }
  auto whole = co_await read_whole(exchange, *exchange.payload);
  if (!whole) {
    if (exchange.payload->failure()) co_return std::unexpected(api_error(*exchange.payload->failure()));
    co_return std::unexpected(body_error(*exchange.route.service, whole.error(), operation.body_limit));
  }
  if (auto good = exchange.front->check_body(context, whole->bytes, exchange.payload->trailers()); !good) {
    co_return std::unexpected(good.error());
  }
  payload = std::move(*whole);
  co_return std::expected<void, wire::ApiError>();
}

wire::Answer ApiServer::refuse(const Exchange& exchange, const wire::ApiError& failed) const {
  return wire::Registry::refuse(*exchange.route.service, exchange.route.protocol, exchange.request, failed,
                                exchange.id.id, exchange.id.id2);
}

net::Response ApiServer::refuse(int status, std::string_view reason) {
  const RequestId id = RequestId::make(parts_.random);
  wire::ApiError error = http_error(status, reason);
  wire::ErrorPlace place{id.id, id.id2, "/", false};
  const wire::Service& service = parts_.fronts.front()->service();
  net::Response response = wire::write_error(service, service.protocols[0], error, place);
  id.put_on(response);
  parts_.metrics.count_request("none", "none", status, microseconds(0));
  parts_.log.debug("no request",
                   {{"request_id", id.id}, {"status", std::to_string(status)}, {"detail", std::string(reason)}});
  return response;
}

net::Response ApiServer::greet() {
  const RequestId id = RequestId::make(parts_.random);
  net::Response response;
  id.put_on(response);
  parts_.metrics.count_request("none", "none", response.status, microseconds(0));
  parts_.log.debug("request", {{"request_id", id.id}, {"method", "OPTIONS"}, {"path", "*"}, {"status", "200"}});
  return response;
}

void ApiServer::finish(Exchange& exchange, wire::Answer& answered) const {
  net::Response& response = answered.response;
  exchange.id.put_on(response);

  const wire::Route& route = exchange.route;
  std::string_view service = route.service ? route.service->name : "none";
  std::string_view operation = route.operation ? route.operation->name : "none";
  microseconds took = parts_.clock.steady() - exchange.began;
  parts_.metrics.count_request(service, operation, response.status, took);

  if (response.status >= 500 && response.status != 501 && response.status != 503) {
    parts_.log.error("request failed", {{"request_id", exchange.id.id},
                                        {"operation", std::string(operation)},
                                        {"code", answered.error_code},
                                        {"detail", answered.detail}});
  }
  if (!parts_.log.enabled(LogLevel::Debug)) return;
  parts_.log.debug("request", {{"request_id", exchange.id.id},
                               {"peer", exchange.request.peer.address},
                               {"method", exchange.request.method},
                               {"path", std::string(exchange.request.path())},
                               {"operation", std::string(operation)},
                               {"account", exchange.context ? exchange.context->principal.account_id : ""},
                               {"status", std::to_string(response.status)},
                               {"code", answered.error_code},
                               {"micros", std::to_string(took.count())},
                               {"detail", answered.detail}});
}

}  // namespace skerry::api
