#include "tests/concurrency/world.h"

#include "tests/model/check.h"

namespace skerry::concurrency {
namespace {

// Rows hold values of a few KiB, so that small bodies already become blobs.
constexpr storage::SimulatedCluster::Options kStore{.bulk_limit = 3'000};

// Longer than an epoch lives, a lease is believed, a removed blob is kept, and a DeleteBucket may look.
constexpr auto kSettling = seconds(25);

}  // namespace

World::World(std::uint64_t seed) : sim_(seed), random_(seed), cluster_(sim_, seed, kStore) {}

World::~World() = default;

std::vector<std::string> World::run() {
  sim_.run(live());
  sim_.run_until_idle();
  for (std::string& each : notebook_.wrong) wrong_.push_back(std::move(each));
  for (std::string& each : model::check(notebook_.history)) wrong_.push_back(std::move(each));
  return std::move(wrong_);
}

Task<> World::live() {
  for (std::size_t i = 0; i < kServers; ++i) {
    storage::Faults none;
    co_await start(i, none);
  }
  co_await prepare();
  co_await let_clients_work();
  co_await heal();
  co_await look_at_everything();
  co_await settle();
  co_await stop_all();
}

storage::Faults World::draw_faults() {
  if (random_.chance(0.2)) return storage::Faults::delays();
  storage::Faults faults = storage::Faults::storm();
  faults.late_commit = random_.chance(0.5) ? 0.5 : 0;
  return faults;
}

Task<> World::start(std::size_t which, storage::Faults faults) {
  std::uint64_t seed = random_.next_u64();
  auto server = co_await SimulatedServer::start(sim_, cluster_, seed, faults);
  servers_[which] = std::move(server);
}

Client::PickServer World::anybody() {
  return [this](SeededRandom& random) {
    std::size_t first = random.below(kServers);
    return servers_[first] ? servers_[first] : servers_[(first + 1) % kServers];
  };
}

Task<> World::prepare() {
  Client client(anybody(), notebook_, random_.next_u64());
  for (std::string_view name : {kPlain, kKept, kBrief, kChurn}) {
    std::string bucket(name);
    co_await client.make_bucket(std::move(bucket));
  }
  for (std::string_view name : {kKept, kChurn}) {
    std::string bucket(name);
    co_await client.set_versioning(std::move(bucket), true);
  }
  for (auto& server : servers_) server->link().set_faults(draw_faults());
}

Task<> World::client(std::uint64_t seed) {
  Client client(anybody(), notebook_, seed);
  co_await client.work(kSteps);
  --clients_left_;
}

Task<> World::let_clients_work() {
  clients_left_ = kClients;
  for (std::size_t i = 0; i < kClients; ++i) tasks_.spawn(client(random_.next_u64()));
  tasks_.spawn(misfortunes());
  co_await tasks_.close();
}

Task<> World::misfortunes() {
  while (clients_left_ > 0) {
    co_await sleep_for(microseconds(random_.below(3'000'000)));
    if (clients_left_ == 0) break;
    std::size_t which = random_.below(kServers);
    switch (random_.below(4)) {
      case 0:
      case 1:
        co_await power_cut(which);
        break;
      case 2:
        co_await cut_off(which);
        break;
      case 3:
        servers_[which]->clock().jump(milliseconds(random_.below(1001)) - milliseconds(500));
        break;
    }
  }
}

Task<> World::power_cut(std::size_t which) {
  auto server = std::move(servers_[which]);
  servers_[which] = nullptr;
  server->power_cut();
  dead_.push_back(server);
  co_await server->stop();
  co_await sleep_for(microseconds(random_.below(2'000'000)));
  storage::Faults faults = draw_faults();
  co_await start(which, faults);
}

// Sometimes long enough that the other server takes it for dead.
Task<> World::cut_off(std::size_t which) {
  auto server = servers_[which];
  server->link().set_available(false);
  co_await sleep_for(microseconds(random_.below(7'000'000)));
  server->link().set_available(true);
}

Task<> World::heal() {
  for (auto& server : servers_) {
    server->link().set_faults({});
    server->link().set_available(true);
  }
  // What was answered Unavailable may still be applied.
  co_await sleep_for(seconds(1));
}

// Reads everything of each server, for the judgement.
Task<> World::look_at_everything() {
  for (std::size_t i = 0; i < kServers; ++i) {
    Client client([this, i](SeededRandom&) { return servers_[i]; }, notebook_, random_.next_u64());
    for (std::string_view name : {kPlain, kKept, kBrief}) {
      for (std::string_view key : {"a", "a/b", "b"}) {
        std::string bucket(name), wanted(key);
        co_await client.get(std::move(bucket), std::move(wanted));
      }
      std::string bucket(name), prefix;
      co_await client.list(std::move(bucket), std::move(prefix));
    }
    for (std::size_t n = 0; n < notebook_.versions.size(); ++n) co_await client.get_version(n);
  }
}

// Gives the sweepers their time, and looks whether exactly what is used is left.
Task<> World::settle() {
  co_await sleep_for(kSettling);
  storage::ScrubReport report = co_await servers_[0]->scrub();
  if (!report.complete) wrong_.push_back("the scrub was not completed");
  for (const auto& finding : report.findings) {
    wrong_.push_back(fmt::format("the scrub finds: {} {} {}", storage::ScrubReport::name(finding.kind),
                                 finding.id ? finding.id->text() : "rows", finding.detail));
  }
  auto used = co_await servers_[0]->load_used_blobs();
  for (const auto& [id, bytes] : cluster_.disk().blobs()) {
    if (!used.contains(id)) wrong_.push_back("a blob is left that nobody uses: " + id.text());
  }
}

Task<> World::stop_all() {
  for (auto& server : servers_) {
    co_await server->stop();
    dead_.push_back(std::move(server));
  }
}

}  // namespace skerry::concurrency
