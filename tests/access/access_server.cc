#include "tests/access/access_server.h"

#include <cstdlib>

#include "auth/canonical.h"
#include "iam/service/ops/bind.h"
#include "s3/ops/bind.h"
#include "sts/ops/bind.h"

namespace skerry::access {
namespace {

constexpr std::size_t kBodyMax = 1 << 20;

std::unique_ptr<storage::Keyring> open_keyring(SimExecutor& sim, storage::MetaStore& meta, Random& random) {
  setenv("SKERRY_TEST_MASTER_KEY", std::string(64, '7').c_str(), 1);
  storage::MasterKeyOrigin origin{storage::MasterKeyOrigin::Kind::Environment, "SKERRY_TEST_MASTER_KEY"};
  auto keyring = sim.run(storage::Keyring::open(meta, random, sim, std::move(origin)));
  CHECK(keyring.has_value(), "the keys of a store that answers were not opened");
  return std::move(*keyring);
}

Ask form(std::string_view service, std::string_view version, std::string_view action, const Parameters& parameters) {
  std::string body = fmt::format("Version={}&Action={}", version, action);
  for (const auto& [name, value] : parameters) {
    body += fmt::format("&{}=", name);
    auth::append_uri_encoded(body, value, auth::Slash::Encode);
  }
  return {.method = "POST",
          .target = "/",
          .body = std::move(body),
          .headers = {{"content-type", "application/x-www-form-urlencoded"}},
          .service = std::string(service)};
}

Task<Reply> take(net::Response response) {
  Reply out{.status = response.status, .body = {}};
  if (auto* text = std::get_if<std::string>(&response.body)) {
    out.body = std::move(*text);
    co_return out;
  }
  auto bytes = co_await read_all(*std::get<std::unique_ptr<ByteSource>>(response.body), kBodyMax);
  if (bytes) out.body = std::move(*bytes);
  co_return out;
}

}  // namespace

std::string Reply::text(std::string_view element) const {
  std::string open = fmt::format("<{}>", element), close = fmt::format("</{}>", element);
  auto begin = body.find(open);
  if (begin == body.npos) return {};
  begin += open.size();
  return body.substr(begin, body.find(close, begin) - begin);
}

Ask iam_call(std::string_view action, const Parameters& parameters) {
  return form("iam", "2010-05-08", action, parameters);
}
Ask sts_call(std::string_view action, const Parameters& parameters) {
  return form("sts", "2011-06-15", action, parameters);
}

AccessServer::AccessServer(SimExecutor& sim, storage::SimulatedCluster& cluster, std::uint64_t seed)
    : sim_(sim),
      random_(seed),
      client_(cluster.connect()),
      keyring_(open_keyring(sim, client_->meta(), random_)),
      epochs_(client_->meta(), random_, sim, {}),
      control_front_(sim),
      provider_keys_(fetcher_, workers_, sim, {}) {
  CHECK(sim.run(epochs_.start()).has_value(), "an epoch was not opened in a store that answers");
  accounts_ = std::make_unique<iam::Accounts>(client_->meta(), *keyring_, sim, random_);
  CHECK(sim.run(accounts_->load()).has_value(), "a store that answers did not");
  identities_ = std::make_unique<iam::Identities>(client_->meta(), *accounts_, sim,
                                                  iam::AccountEpochs::Options{.poll_interval = milliseconds(500)});
  auto kek = sim.run(accounts_->kek());
  CHECK(kek.has_value(), "a store that answers did not");
  denials_ = std::make_unique<iam::AuthorizationMessages>(std::move(*kek), sim, random_);
  authenticator_ = std::make_unique<auth::Authenticator>(identities_->credentials(), sim);
  bind();
  sim.post([this] { identities_->run(); });
}

void AccessServer::bind() {
  auto& meta = client_->meta();
  buckets_ = std::make_unique<s3::BucketRegistry>(meta, *keyring_, sim_, random_);
  index_ = std::make_unique<s3::ObjectIndex>(meta, *buckets_, sim_, random_, [](storage::Partition) {});
  contents_ =
      std::make_unique<s3::ContentStore>(s3::ContentStore::Parts{meta, client_->blobs(), epochs_, readers_, workers_});
  s3_front_ = std::make_unique<s3::Front>(s3::Front::Parts{*buckets_, *index_, sim_}, s3::Front::Options{});
  s3::bind_buckets(registry_, *buckets_, meta, s3::NewBucketDefaults::Legacy);
  s3::bind_bucket_access(registry_, {.buckets = *buckets_, .directory = identities_->directory(), .meta = meta});
  s3::bind_objects(registry_, {.buckets = *buckets_,
                               .index = *index_,
                               .contents = *contents_,
                               .meta = meta,
                               .authenticator = *authenticator_,
                               .clock = sim_});
  const iam::Parts parts{identities_->directory(), *accounts_, workers_, sim_, random_};
  iam_front_ = std::make_unique<iam::Front>(parts.directory, sim_);
  iam::bind_users(registry_, parts);
  iam::bind_groups(registry_, parts);
  iam::bind_roles(registry_, parts);
  iam::bind_access_keys(registry_, parts);
  iam::bind_attachments(registry_, parts);
  iam::bind_inline_policies(registry_, parts);
  iam::bind_policies(registry_, parts);
  iam::bind_policy_versions(registry_, parts);
  iam::bind_boundaries(registry_, parts);
  sts::bind_operations(registry_, {.accounts = *accounts_,
                                   .directory = identities_->directory(),
                                   .loader = identities_->loader(),
                                   .compiled = identities_->compiled(),
                                   .denials = *denials_,
                                   .provider_keys = provider_keys_,
                                   .clock = sim_,
                                   .random = random_});
  std::vector<api::Front*> fronts{s3_front_.get(), &control_front_, iam_front_.get(), &sts_front_};
  std::vector<const wire::Service*> services;
  for (const api::Front* front : fronts) services.push_back(&front->service());
  router_ = std::make_unique<wire::Router>(std::move(services), std::vector<std::string>{"localhost"});
  api_ = std::make_unique<api::ApiServer>(api::ApiServer::Parts{.router = *router_,
                                                                .registry = registry_,
                                                                .authenticator = *authenticator_,
                                                                .fronts = std::move(fronts),
                                                                .memory = memory_,
                                                                .spool = spool_,
                                                                .metrics = metrics_,
                                                                .log = log_,
                                                                .clock = sim_,
                                                                .random = random_});
}

void AccessServer::stop() {
  sim_.run(identities_->stop());
  sim_.run(tasks_.close());
  sim_.run(epochs_.stop());
}

Task<Reply> AccessServer::ask(Key who, Ask ask) {
  net::Request request;
  request.method = std::move(ask.method);
  request.target = std::move(ask.target);
  request.host = "localhost:4566";
  for (auto& [name, value] : ask.headers) request.headers.add(std::move(name), std::move(value));
  if (!ask.body.empty()) request.headers.add("content-length", std::to_string(ask.body.size()));
  request.length = ask.body.size();
  request.tasks = &tasks_;
  if (!who.id.empty()) {
    const auth::Signer signer{.access_key_id = std::move(who.id),
                              .secret = std::move(who.secret),
                              .session_token = std::move(who.token),
                              .service = std::move(ask.service)};
    auth::sign_request(request, signer, sim_.now(), auth::hex_sha256(ask.body));
  }
  StringSource body(std::move(ask.body));
  net::Headers trailers;
  request.body = &body;
  request.trailers = &trailers;
  net::Response response = co_await api_->handle(request);
  co_return co_await take(std::move(response));
}

}  // namespace skerry::access
