#pragma once
#include <cstdlib>
#include <string>
#include <vector>

#include "base/sim_executor.h"
#include "iam/records.pb.h"
#include "iam/rows.h"
#include "s3/bucket_registry.h"
#include "s3/object_index.h"
#include "storage/keyring.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::s3 {

// One server's S3 rows over a simulated store, for tests of what stands on them.
struct World {
  explicit World(std::uint64_t seed = 1, storage::Faults faults = {})
      : sim(seed), random(seed), cluster(sim, seed), client(cluster.connect(faults)) {
    setenv("SKERRY_TEST_MASTER_KEY", std::string(64, '7').c_str(), 1);
    storage::MasterKeyOrigin origin{storage::MasterKeyOrigin::Kind::Environment, "SKERRY_TEST_MASTER_KEY"};
    keyring = std::move(*sim.run(storage::Keyring::open(client->meta(), random, sim, origin)));
    add_account("111122223333");
    add_account("444455556666");
    registry_ = std::make_unique<BucketRegistry>(client->meta(), *keyring, sim, random);
    index_ = std::make_unique<ObjectIndex>(client->meta(), *registry_, sim, random, [](storage::Partition) {});
  }

  static std::string canonical_id(std::string_view account_id) { return std::string(64, account_id.front()); }

  void add_account(std::string account_id) {
    iam::record::Account account;
    account.set_account_id(account_id);
    account.set_canonical_id(canonical_id(account_id));
    storage::Batch batch{.partition = storage::Partition::Accounts};
    batch.puts.push_back({iam::rows::account(account_id), account.SerializeAsString()});
    auto calm = cluster.connect({});
    CHECK(sim.run(calm->meta().commit(std::move(batch))).has_value(), "no account was made");
  }

  FoundBucket make_bucket(std::string name) {
    BucketRegistry::NewBucket wanted{.name = std::move(name), .account_id = "111122223333", .region = "us-east-1"};
    return *sim.run(registry_->create(std::move(wanted)));
  }

  void set_versioning(FoundBucket& bucket, record::Fence::Versioning state) {
    auto change = [state](record::Fence& fence) { fence.set_versioning(state); };
    CHECK(sim.run(registry_->update_fence(bucket, change)).has_value(), "versioning was not set");
  }

  // A version without bytes in any store; its size and ETag tell it from others.
  NewVersion new_version(std::uint64_t size) {
    NewVersion version;
    version.row.set_size(size);
    version.row.set_etag_md5(std::string(16, static_cast<char>(size)));
    return version;
  }

  std::expected<Installed, wire::ApiError> put(FoundBucket& bucket, std::string key, std::uint64_t size,
                                               WriteCondition condition = {}) {
    return sim.run(index_->install(bucket, std::move(key), new_version(size), std::move(condition)));
  }

  // The rows of a bucket's own classes that begin with `prefix`.
  std::vector<storage::Row> scan(const FoundBucket& bucket, std::string prefix) {
    std::vector<storage::Row> out;
    storage::ScanRequest request{.partition = bucket.partition(), .begin = prefix, .end = keys::after_prefix(prefix)};
    if (request.end.empty()) request.end = "\xf0";  // from there on the rows are storage's
    for (;;) {
      storage::ScanRequest ask = request;
      auto page = *sim.run(client->meta().scan(std::move(ask)));
      out.insert(out.end(), page.rows.begin(), page.rows.end());
      if (!page.next) return out;
      request.begin = *page.next;
    }
  }
  std::size_t rows_of(const FoundBucket& bucket) { return scan(bucket, "").size(); }

  ObjectIndex& index() { return *index_; }
  BucketRegistry& buckets() { return *registry_; }
  storage::MetaStore& meta() { return client->meta(); }

  SimExecutor sim;
  SeededRandom random;
  storage::SimulatedCluster cluster;
  std::unique_ptr<storage::SimulatedClient> client;
  std::unique_ptr<storage::Keyring> keyring;

 private:
  std::unique_ptr<BucketRegistry> registry_;
  std::unique_ptr<ObjectIndex> index_;
};

}  // namespace skerry::s3
