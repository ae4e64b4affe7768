#include "tests/concurrency/simulated_server.h"

#include <cstdlib>

#include "auth/authenticated.h"
#include "s3/ops/bind.h"
#include "s3/test_callers.h"

namespace skerry::concurrency {
namespace {

// Short times, so that a run of half a minute sees everything end, be taken for dead and be swept.
constexpr storage::Epochs::Options kEpochs{.blobs_max = 12,
                                           .age_max = seconds(10),
                                           .dirty_age_max = seconds(1),
                                           .heartbeat = milliseconds(500),
                                           .lease_limit = seconds(4)};
constexpr storage::Sweeper::Options kSweeps{
    .grace = seconds(3), .interval = milliseconds(500), .full_pass = seconds(10), .compact_after = 1'000};

constexpr s3::Janitor::Options kTidies{
    .interval = milliseconds(500), .full_pass = seconds(5), .intent_age = seconds(10)};

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kRequestId = "4442587FB7D0A2F9";
constexpr std::size_t kBodyMax = 64 << 20;

Task<Reply> take(wire::Answer answer) {
  Reply out{.status = answer.response.status,
            .code = std::move(answer.error_code),
            .detail = std::move(answer.detail),
            .headers = answer.response.headers};
  if (auto* text = std::get_if<std::string>(&answer.response.body)) {
    out.body = std::move(*text);
    co_return out;
  }
  auto bytes = co_await read_all(*std::get<std::unique_ptr<ByteSource>>(answer.response.body), kBodyMax);
  if (bytes) {
    out.body = std::move(*bytes);
  } else {
    out.broken = bytes.error();
  }
  co_return out;
}

}  // namespace

std::string Reply::etag() const {
  std::string quoted = header("etag");
  return quoted.size() < 2 ? quoted : quoted.substr(1, quoted.size() - 2);
}

std::vector<std::string> Reply::all(std::string_view element) const {
  std::vector<std::string> out;
  std::string open = fmt::format("<{}>", element), close = fmt::format("</{}>", element);
  for (std::size_t at = body.find(open); at != body.npos; at = body.find(open, at)) {
    at += open.size();
    std::size_t end = body.find(close, at);
    if (end == body.npos) break;
    out.push_back(body.substr(at, end - at));
  }
  return out;
}

std::string Reply::text(std::string_view element) const {
  auto found = all(element);
  return found.empty() ? "" : found.front();
}

SimulatedServer::SimulatedServer(SimExecutor& sim, storage::SimulatedCluster& cluster, std::uint64_t seed)
    : clock_(sim, microseconds(0)),
      random_(seed),
      client_(cluster.connect()),
      authenticator_(credentials_, clock_),
      epochs_(client_->meta(), random_, clock_, kEpochs) {
  clock_.jump(milliseconds(random_.below(1001)) - milliseconds(500));
}

Task<std::shared_ptr<SimulatedServer>> SimulatedServer::start(SimExecutor& sim, storage::SimulatedCluster& cluster,
                                                              std::uint64_t seed, storage::Faults faults) {
  std::shared_ptr<SimulatedServer> server(new SimulatedServer(sim, cluster, seed));
  co_await server->open();
  server->bind();
  server->epochs_.run();
  server->sweeper_->run();
  server->janitor_->run();
  server->link().set_faults(faults);
  co_return server;
}

Task<> SimulatedServer::open() {
  setenv("SKERRY_TEST_MASTER_KEY", std::string(64, '7').c_str(), 1);
  storage::MasterKeyOrigin origin{storage::MasterKeyOrigin::Kind::Environment, "SKERRY_TEST_MASTER_KEY"};
  auto keyring = co_await storage::Keyring::open(client_->meta(), random_, clock_, std::move(origin));
  CHECK(keyring.has_value(), "the keys of a store that answers were not opened");
  keyring_ = std::move(*keyring);
  auto started = co_await epochs_.start();
  CHECK(started.has_value(), "an epoch was not opened in a store that answers");
}

storage::Sweeper::Stores SimulatedServer::stores() {
  return {client_->meta(), client_->blobs(), epochs_, *keyring_, readers_};
}

void SimulatedServer::bind() {
  sweeper_ = std::make_unique<storage::Sweeper>(stores(), *this, clock_, kSweeps);
  buckets_ = std::make_unique<s3::BucketRegistry>(client_->meta(), *keyring_, clock_, random_);
  auto sweep = [this](storage::Partition partition) { sweeper_->note(partition); };
  janitor_ = std::make_unique<s3::Janitor>(client_->meta(), *buckets_, clock_, sweep, kTidies);
  auto dropped = [this](storage::Partition partition) {
    sweeper_->note(partition);
    janitor_->note(partition);
  };
  index_ = std::make_unique<s3::ObjectIndex>(client_->meta(), *buckets_, clock_, random_, dropped);
  contents_ = std::make_unique<s3::ContentStore>(
      s3::ContentStore::Parts{client_->meta(), client_->blobs(), epochs_, readers_, workers_});
  uploads_ = std::make_unique<s3::MultipartStore>(client_->meta(), *buckets_, *index_, clock_, random_, dropped);
  account_epochs_ = std::make_unique<iam::AccountEpochs>(client_->meta(), clock_, iam::AccountEpochs::Options{});
  directory_ = std::make_unique<iam::Directory>(client_->meta(), *account_epochs_);
  front_ = std::make_unique<s3::Front>(s3::Front::Parts{*buckets_, *index_, clock_}, s3::Front::Options{});
  router_ = std::make_unique<wire::Router>(std::vector<const wire::Service*>{&front_->service()},
                                           std::vector<std::string>{"localhost"});
  s3::bind_buckets(registry_, *buckets_, client_->meta(), s3::NewBucketDefaults::Aws2023);
  s3::bind_bucket_access(registry_, {.buckets = *buckets_, .directory = *directory_, .meta = client_->meta()});
  s3::bind_bucket_settings(registry_, *buckets_);
  s3::bind_listings(registry_, client_->meta());
  s3::bind_objects(registry_, {.buckets = *buckets_,
                               .index = *index_,
                               .contents = *contents_,
                               .meta = client_->meta(),
                               .authenticator = authenticator_,
                               .clock = clock_});
  s3::bind_multipart(registry_, {.meta = client_->meta(),
                                 .buckets = *buckets_,
                                 .index = *index_,
                                 .uploads = *uploads_,
                                 .contents = *contents_,
                                 .clock = clock_});
}

Task<> SimulatedServer::stop() {
  co_await janitor_->stop();
  co_await sweeper_->stop();
  co_await tasks_.close();
  co_await epochs_.stop();
}

Task<storage::StoreResult<std::vector<storage::Partition>>> SimulatedServer::load_partitions() {
  co_return co_await buckets_->load_partitions();
}

Task<storage::ScrubReport> SimulatedServer::scrub() {
  s3::ScrubHost host(client_->meta(), *buckets_, [](storage::Partition) {});
  storage::Scrub scrub(stores(), host, clock_, {});
  co_return co_await scrub.run();
}

Task<std::set<storage::BlobId>> SimulatedServer::load_used_blobs() {
  s3::ScrubHost host(client_->meta(), *buckets_, [](storage::Partition) {});
  std::set<storage::BlobId> out;
  auto partitions = co_await host.load_partitions();
  CHECK(partitions.has_value(), "a store that answers did not");
  for (storage::Partition partition : *partitions) {
    std::optional<std::string> begin = "";
    while (begin) {
      std::string from = *begin;
      auto page = co_await host.load_used(partition, std::move(from));
      CHECK(page.has_value(), "a store that answers did not");
      for (const auto& used : page->used) {
        if (used.segment.place == storage::Place::Blob) out.insert(used.segment.id);
      }
      begin = page->next;
    }
  }
  co_return out;
}

Task<Reply> SimulatedServer::ask(Ask ask) {
  net::Request request;
  request.method = std::move(ask.method);
  request.target = std::move(ask.target);
  request.host = "localhost:4566";
  for (auto& [name, value] : ask.headers) request.headers.add(std::move(name), std::move(value));
  if (!ask.body.empty() || request.method != "GET") {
    request.headers.add("content-length", std::to_string(ask.body.size()));
  }
  request.length = ask.body.size();
  StringSource body(std::move(ask.body));
  net::Headers trailers;
  request.body = &body;
  request.trailers = &trailers;
  wire::Answer given = co_await answer(request, trailers);
  co_return co_await take(std::move(given));
}

// As ApiServer does, without what comes before: signature, budget and log.
Task<wire::Answer> SimulatedServer::answer(net::Request& request, net::Headers& trailers) {
  auto route = router_->route(request);
  CHECK(route.has_value(), "{} {} is no request of S3's", request.method, request.target);
  auth::Authenticated who;
  who.version = auth::SignatureVersion::V4;
  who.region = kRegion;
  wire::Context context{.request = request,
                        .route = *route,
                        .principal = s3::as_caller(s3::root_of(std::string(kAccount))),
                        .region = who.region,
                        .request_id = std::string(kRequestId),
                        .host_id = std::string(kRequestId),
                        .tasks = &tasks_,
                        .trailers = &trailers};
  auto refuse = [&](const wire::ApiError& error) {
    return wire::Registry::refuse(*route->service, route->protocol, request, error, kRequestId, kRequestId);
  };
  wire::Payload payload;
  if (registry_.bound(*route->operation)) {
    auto allowed = co_await front_->authorize(context, who);
    if (!allowed) co_return refuse(allowed.error());
    if (route->operation->streams_in) {
      payload.stream = {.source = request.body, .length = request.length};
    } else {
      auto read = co_await read_all(*request.body, route->operation->body_limit);
      CHECK(read.has_value(), "the test's body is too large");
      if (auto good = front_->check_body(context, *read, trailers); !good) co_return refuse(good.error());
      payload.bytes = std::move(*read);
    }
  }
  co_return co_await registry_.dispatch(context, std::move(payload));
}

}  // namespace skerry::concurrency
