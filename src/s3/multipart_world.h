#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "s3/errors.h"
#include "s3/janitor.h"
#include "s3/multipart_store.h"
#include "s3/scrub_host.h"
#include "s3/test_world.h"
#include "storage/record_cipher.h"
#include "storage/row_class.h"
#include "storage/sweeper.h"

namespace skerry::s3 {

// One server of several over a simulated store: uploads, and what cleans up behind them. For tests.
struct UploadServer final : storage::SweepHost {
  UploadServer(SimExecutor& sim_, storage::SimulatedCluster& cluster, Random& random_, bool exclusive)
      : sim(sim_),
        random(random_),
        client(cluster.connect()),
        epochs(client->meta(), random, sim, {.exclusive = exclusive}) {
    setenv("SKERRY_TEST_MASTER_KEY", std::string(64, '7').c_str(), 1);
    storage::MasterKeyOrigin origin{storage::MasterKeyOrigin::Kind::Environment, "SKERRY_TEST_MASTER_KEY"};
    keyring = std::move(*sim.run(storage::Keyring::open(client->meta(), random, sim, origin)));
    CHECK(sim.run(epochs.start()).has_value(), "no epoch");
    buckets = std::make_unique<BucketRegistry>(client->meta(), *keyring, sim, random);
    storage::Sweeper::Stores stores{client->meta(), client->blobs(), epochs, *keyring, readers};
    sweeper = std::make_unique<storage::Sweeper>(stores, *this, sim, storage::Sweeper::Options{});
    auto swept = [this](storage::Partition partition) { sweeper->note(partition); };
    janitor = std::make_unique<Janitor>(client->meta(), *buckets, sim, swept, Janitor::Options{.parts_at_once = 3});
    auto dropped = [this](storage::Partition partition) {
      sweeper->note(partition);
      janitor->note(partition);
    };
    index = std::make_unique<ObjectIndex>(client->meta(), *buckets, sim, random, dropped);
    uploads = std::make_unique<MultipartStore>(client->meta(), *buckets, *index, sim, random, dropped);
  }

  Task<storage::StoreResult<std::vector<storage::Partition>>> load_partitions() override {
    co_return co_await buckets->load_partitions();
  }

  // A part that claims to have `size` bytes; few are stored. Nothing when the store did not take it.
  Task<std::optional<StoredContent>> make_content(const FoundBucket& bucket, std::uint64_t size, bool bulk) {
    auto blob = epochs.new_blob_id(bucket.partition());
    StoredContent out;
    out.size = size;
    out.blob_id = blob.id.bytes();
    out.place = bulk ? record::VersionRow::BULK : record::VersionRow::BLOB;
    if (bulk) {
      blob.in_flight.settle();
      out.bulk = storage::seal_bytes(*bucket.kek, blob.id, std::string(size, 'b'));
      co_return out;
    }
    auto writer = co_await client->blobs().create(blob.id);
    if (!writer) co_return std::nullopt;
    std::string sealed = storage::seal_bytes(*bucket.kek, blob.id, "x");
    auto appended = co_await (*writer)->append(sealed);
    if (!appended) co_return std::nullopt;
    auto done = co_await (*writer)->seal();
    if (!done) co_return std::nullopt;
    out.in_flight = std::move(blob.in_flight);
    co_return out;
  }

  // A part whose ETag is `etag` 16 times.
  Task<std::expected<record::UploadedPart, wire::ApiError>> put_part(FoundBucket& bucket, FoundUpload upload,
                                                                     std::uint32_t number, char etag,
                                                                     std::uint64_t size, bool bulk) {
    auto content = co_await make_content(bucket, size, bulk);
    if (!content) co_return std::unexpected(error(Errc::SlowDown));
    record::UploadedPart part;
    part.set_etag_md5(std::string(16, etag));
    part.set_checksum(std::string(8, etag));
    part.set_checksum_algorithm(static_cast<std::uint32_t>(digest::Algorithm::CRC64NVME));
    co_return co_await uploads->put_part(bucket, std::move(upload), number, std::move(part), std::move(*content));
  }

  static NewUpload new_upload() {
    NewUpload upload;
    upload.record.mutable_checksum()->set_algorithm(static_cast<std::uint32_t>(digest::Algorithm::CRC64NVME));
    return upload;
  }

  static WantedCompletion wanted(std::vector<std::pair<std::uint32_t, char>> parts) {
    WantedCompletion out;
    for (auto [number, etag] : parts) out.parts.push_back({number, hex(std::string(16, etag)), std::nullopt});
    return out;
  }

  // Everything that works in the background, until it has nothing to do.
  void settle() {
    for (int round = 0; round < 6; ++round) {
      sim.run(epochs.maintain());
      CHECK(sim.run(janitor->pass()).has_value(), "the janitor failed without faults");
      CHECK(sim.run(sweeper->pass()).has_value(), "the sweeper failed without faults");
      sim.advance(round == 4 ? std::chrono::hours(25) : seconds(61));
    }
  }

  // What the bucket's versions and parts use, by place.
  std::set<storage::BlobId> used(const FoundBucket& bucket, storage::Place place) {
    ScrubHost host(client->meta(), *buckets, [](storage::Partition) {});
    std::set<storage::BlobId> out;
    std::optional<std::string> begin = "";
    while (begin) {
      std::string from = *begin;
      auto page = sim.run(host.load_used(bucket.partition(), std::move(from)));
      CHECK(page.has_value(), "the uses cannot be read");
      for (const auto& use : page->used) {
        if (use.segment.place == place) out.insert(use.segment.id);
      }
      begin = page->next;
    }
    return out;
  }

  SimExecutor& sim;
  Random& random;
  std::unique_ptr<storage::SimulatedClient> client;
  storage::Epochs epochs;
  storage::Readers readers;
  std::unique_ptr<storage::Keyring> keyring;
  std::unique_ptr<BucketRegistry> buckets;
  std::unique_ptr<storage::Sweeper> sweeper;
  std::unique_ptr<Janitor> janitor;
  std::unique_ptr<ObjectIndex> index;
  std::unique_ptr<MultipartStore> uploads;
};

}  // namespace skerry::s3
