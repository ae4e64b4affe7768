#include "s3/multipart_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/api/errors.h"
#include "s3/multipart_world.h"
#include "s3/part_table.h"

namespace skerry::s3 {
namespace {

using storage::BlobId;
using storage::Place;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kBig = kPartBytesMin;

class MultipartStoreTest : public testing::Test {
 protected:
  std::unique_ptr<UploadServer> server(bool exclusive = true) {
    return std::make_unique<UploadServer>(sim_, cluster_, random_, exclusive);
  }
  FoundBucket make_bucket(UploadServer& server) {
    BucketRegistry::NewBucket wanted{.name = "bucket", .account_id = "111122223333", .region = "us-east-1"};
    return *sim_.run(server.buckets->create(std::move(wanted)));
  }
  FoundUpload begin(UploadServer& server, FoundBucket& bucket, std::string key = "k") {
    return *sim_.run(server.uploads->create(bucket, std::move(key), UploadServer::new_upload()));
  }
  std::string put(UploadServer& server, FoundBucket& bucket, const FoundUpload& upload, std::uint32_t number, char etag,
                  std::uint64_t size, bool bulk) {
    auto done = sim_.run(server.put_part(bucket, upload, number, etag, size, bulk));
    return done ? "" : std::string(done.error().info->code);
  }
  std::expected<MultipartStore::Completed, wire::ApiError> complete(UploadServer& server, FoundBucket& bucket,
                                                                    const FoundUpload& upload,
                                                                    std::vector<std::pair<std::uint32_t, char>> parts,
                                                                    WriteCondition condition = {}) {
    WantedCompletion wanted = UploadServer::wanted(std::move(parts));
    return sim_.run(
        server.uploads->complete(bucket, upload.key, upload.id.text(), std::move(wanted), std::move(condition)));
  }

  std::set<BlobId> stored() {
    std::set<BlobId> out;
    for (const auto& [id, bytes] : cluster_.disk().blobs()) out.insert(id);
    return out;
  }
  // Rows of the bucket besides its fence and its documents, storage's own too.
  std::vector<storage::Row> rows(const FoundBucket& bucket) {
    storage::ScanRequest request{.partition = bucket.partition(), .begin = keys::current("")};
    return cluster_.disk().scan(request, 100'000).rows;
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  storage::SimulatedCluster cluster_{sim_, 3};
};

TEST_F(MultipartStoreTest, WhatIsCompletedIsUsedAndNothingElse) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload upload = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, upload, 1, 'a', kBig, false), "");
  EXPECT_EQ(put(*s, bucket, upload, 1, 'b', kBig, false), "");
  EXPECT_EQ(put(*s, bucket, upload, 3, 'c', 10, true), "");
  EXPECT_EQ(put(*s, bucket, upload, 4, 'd', 10, true), "");
  EXPECT_EQ(put(*s, bucket, upload, 5, 'e', kBig, false), "");
  auto done = complete(*s, bucket, upload, {{1, 'b'}, {3, 'c'}});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->installed.row.size(), kBig + 10);
  EXPECT_EQ(done->installed.row.etag_parts(), 2u);
  EXPECT_EQ(put(*s, bucket, upload, 6, 'f', 10, true), "NoSuchUpload");
  s->settle();
  EXPECT_THAT(s->used(bucket, Place::Blob), SizeIs(1));
  EXPECT_THAT(s->used(bucket, Place::Bulk), SizeIs(1));
  EXPECT_EQ(stored(), s->used(bucket, Place::Blob));
  EXPECT_THAT(rows(bucket), SizeIs(3)) << "current, detail, reference";
  EXPECT_EQ(s->janitor->stats().parts_dropped, 2u);

  ASSERT_TRUE(sim_.run(s->index->remove(bucket, "k", WriteCondition())));
  s->settle();
  EXPECT_THAT(rows(bucket), IsEmpty());
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(MultipartStoreTest, AnAbortedUploadLeavesNothing) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload upload = begin(*s, bucket);
  for (std::uint32_t i = 1; i <= 10; ++i) EXPECT_EQ(put(*s, bucket, upload, i, 'a', 10, i % 2 == 0), "");
  ASSERT_TRUE(sim_.run(s->uploads->abort(bucket, upload)));
  auto again = sim_.run(s->uploads->abort(bucket, upload));
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(info(Errc::NoSuchUpload)));
  EXPECT_EQ(put(*s, bucket, upload, 1, 'a', 10, true), "NoSuchUpload");
  EXPECT_FALSE(complete(*s, bucket, upload, {{1, 'a'}}));
  s->settle();
  EXPECT_THAT(rows(bucket), IsEmpty());
  EXPECT_THAT(stored(), IsEmpty());
}

// s3-facts 47
TEST_F(MultipartStoreTest, CompletingAgainGivesTheSameAnswer) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload upload = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, upload, 1, 'a', 10, true), "");
  auto first = complete(*s, bucket, upload, {{1, 'a'}});
  ASSERT_TRUE(first);
  auto second = complete(*s, bucket, upload, {{1, 'a'}});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->installed.row.stamp(), first->installed.row.stamp());
  EXPECT_EQ(second->checksum, first->checksum);
  EXPECT_FALSE(complete(*s, bucket, upload, {{1, 'b'}})) << "another list is another request";

  FoundUpload other = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, other, 1, 'a', 10, true), "");
  ASSERT_TRUE(complete(*s, bucket, other, {{1, 'a'}}));
  EXPECT_FALSE(complete(*s, bucket, upload, {{1, 'a'}})) << "its version was replaced by another upload's, alike";
}

TEST_F(MultipartStoreTest, AFinishedUploadIsFoundAmongOlderVersions) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  auto enable = [](record::Fence& fence) { fence.set_versioning(record::Fence::ENABLED); };
  ASSERT_TRUE(sim_.run(s->buckets->update_fence(bucket, enable)));
  FoundUpload upload = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, upload, 1, 'a', 10, true), "");
  auto first = complete(*s, bucket, upload, {{1, 'a'}});
  ASSERT_TRUE(first);
  ASSERT_TRUE(sim_.run(s->index->remove(bucket, "k", WriteCondition())));
  auto second = complete(*s, bucket, upload, {{1, 'a'}});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->installed.row.stamp(), first->installed.row.stamp());
}

TEST_F(MultipartStoreTest, UploadsToOneKeyDoNotMeet) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload one = begin(*s, bucket), two = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, one, 1, 'a', 10, false), "");
  EXPECT_EQ(put(*s, bucket, two, 1, 'b', 20, false), "");
  ASSERT_TRUE(complete(*s, bucket, two, {{1, 'b'}}));
  ASSERT_TRUE(complete(*s, bucket, one, {{1, 'a'}}));
  auto latest = sim_.run(s->index->find(bucket, "k", std::nullopt));
  EXPECT_EQ(latest->row.size(), 10u) << "the last to complete wins";
  s->settle();
  EXPECT_EQ(stored(), s->used(bucket, Place::Blob));
  EXPECT_THAT(stored(), SizeIs(1));
}

TEST_F(MultipartStoreTest, TenThousandPartsAreOneVersion) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload upload = begin(*s, bucket);
  std::vector<std::pair<std::uint32_t, char>> parts;
  for (std::uint32_t base = 0; base < kPartNumberMax; base += 500) {
    storage::Batch batch{.partition = bucket.partition()};
    for (std::uint32_t number = base + 1; number <= base + 500; ++number) {
      auto blob = s->epochs.new_blob_id(bucket.partition());
      blob.in_flight.settle();
      record::UploadedPart part;
      part.set_size(kBig);
      part.set_etag_md5(std::string(16, 'a'));
      part.set_checksum(std::string(8, 'c'));
      part.set_blob_id(blob.id.bytes());
      batch.puts.push_back({keys::part(upload.id, number), part.SerializeAsString()});
      storage::add_reference(batch, {blob.id, kBig, Place::Blob});
      parts.emplace_back(number, 'a');
    }
    ASSERT_TRUE(sim_.run(s->client->meta().commit(std::move(batch))));
  }
  auto done = complete(*s, bucket, upload, parts);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->installed.row.size(), 10'000 * kBig);
  auto detail = sim_.run(s->index->load_detail(bucket, "k", done->installed.row));
  PartTableReader reader(s->client->meta(), bucket, "k", done->installed.row, **detail);
  auto range = sim_.run(reader.load_range(9'999 * kBig, kBig));
  EXPECT_EQ((*range)->offset, 9'984 * kBig);
  EXPECT_EQ(sim_.run(reader.find(10'000)).value()->part->offset, 9'999 * kBig);
  EXPECT_THAT(s->used(bucket, Place::Blob), SizeIs(10'000));
  ASSERT_TRUE(complete(*s, bucket, upload, parts)) << "again";

  ASSERT_TRUE(sim_.run(s->index->remove(bucket, "k", WriteCondition())));
  s->settle();
  EXPECT_EQ(s->janitor->stats().parts_dropped, 10'000u);
  EXPECT_THAT(rows(bucket), IsEmpty());
}

// s3-facts 36
TEST_F(MultipartStoreTest, AConditionKnowsWhetherTheKeyChangedSinceTheUploadBegan) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  auto put_object = [&](std::uint64_t size) {
    NewVersion version;
    version.row.set_size(size);
    version.row.set_etag_md5(std::string(16, 'o'));
    sim_.advance(seconds(1));
    ASSERT_TRUE(sim_.run(s->index->install(bucket, "k", std::move(version), WriteCondition())));
    sim_.advance(seconds(1));
  };
  auto answer = [&](const FoundUpload& upload, WriteCondition condition) {
    EXPECT_EQ(put(*s, bucket, upload, 1, 'a', 10, true), "");
    auto done = complete(*s, bucket, upload, {{1, 'a'}}, std::move(condition));
    return done ? "" : std::string(done.error().info->code);
  };
  const WriteCondition none_match{.if_none_match_any = true};
  const WriteCondition match{.if_match = hex(std::string(16, 'o'))};

  EXPECT_EQ(answer(begin(*s, bucket), match), "NoSuchKey");
  FoundUpload before = begin(*s, bucket);
  put_object(1);
  EXPECT_EQ(answer(before, none_match), "ConditionalRequestConflict");
  EXPECT_EQ(answer(before, match), "ConditionalRequestConflict");
  FoundUpload after = begin(*s, bucket);
  EXPECT_EQ(answer(after, none_match), "PreconditionFailed");
  WriteCondition other{.if_match = "\"0000\""};
  EXPECT_EQ(answer(after, other), "PreconditionFailed");
  ASSERT_TRUE(sim_.run(s->index->remove(bucket, "k", WriteCondition())));
  EXPECT_EQ(answer(after, none_match), "ConditionalRequestConflict");
  EXPECT_EQ(answer(begin(*s, bucket), none_match), "");
}

TEST_F(MultipartStoreTest, ABucketThatIsDeletedTakesItsUploadsAlong) {
  auto s = server();
  FoundBucket bucket = make_bucket(*s);
  FoundUpload upload = begin(*s, bucket);
  EXPECT_EQ(put(*s, bucket, upload, 1, 'a', 10, false), "");
  ASSERT_TRUE(sim_.run(s->buckets->remove(bucket)));
  EXPECT_EQ(put(*s, bucket, upload, 2, 'a', 10, false), "NoSuchBucket");
  s->settle();
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_THAT(rows(bucket), IsEmpty());
}

// One client's life: begins an upload, sends parts, one of them twice, completes or aborts. Remembers what was
// acknowledged.
struct Journey {
  std::optional<FoundUpload> upload;
  std::map<std::uint32_t, char> parts;     // acknowledged
  std::map<std::uint32_t, char> attempts;  // sent last, whatever the answer
  bool ended = false;                      // acknowledged
};

Task<> travel(UploadServer& server, FoundBucket bucket, Journey& journey, bool aborts) {
  NewUpload wanted = UploadServer::new_upload();
  std::string key = "k";
  auto upload = co_await server.uploads->create(bucket, std::move(key), std::move(wanted));
  if (!upload) co_return;
  journey.upload = *upload;
  struct Send {
    std::uint32_t number;
    char etag;
    std::uint64_t size;
    bool bulk;
  };
  const std::vector<Send> sends{{1, 'a', kBig, false}, {2, 'b', 7, true}, {1, 'c', kBig, false}, {3, 'd', 9, false}};
  for (const Send& send : sends) {
    journey.attempts[send.number] = send.etag;
    FoundUpload into = *upload;
    auto done = co_await server.put_part(bucket, std::move(into), send.number, send.etag, send.size, send.bulk);
    if (!done) co_return;
    journey.parts[send.number] = send.etag;
  }
  if (aborts) {
    FoundUpload gone = *upload;
    auto done = co_await server.uploads->abort(bucket, std::move(gone));
    journey.ended = done.has_value();
    co_return;
  }
  WantedCompletion list = UploadServer::wanted({{1, 'c'}, {2, 'b'}});
  std::string again = "k", id = upload->id.text();
  WriteCondition condition;
  auto done =
      co_await server.uploads->complete(bucket, std::move(again), std::move(id), std::move(list), std::move(condition));
  journey.ended = done.has_value();
}

class PowerCutTest : public MultipartStoreTest, public testing::WithParamInterface<bool> {};

TEST_P(PowerCutTest, LosesNothingAcknowledgedAndLeavesNothingBehind) {
  const bool aborts = GetParam();
  bool whole = false;
  for (int step = 0; !whole; ++step) {
    SCOPED_TRACE(step);
    ASSERT_LT(step, 1000);
    SimExecutor sim(1);
    storage::SimulatedCluster cluster(sim, 3);
    SeededRandom random(static_cast<std::uint64_t>(step) + 9);
    auto s = std::make_unique<UploadServer>(sim, cluster, random, true);
    BucketRegistry::NewBucket wanted{.name = "bucket", .account_id = "111122223333", .region = "us-east-1"};
    FoundBucket bucket = *sim.run(s->buckets->create(std::move(wanted)));
    s->client->link().set_faults({.delay_min = milliseconds(1), .delay_max = milliseconds(1)});
    Journey journey;
    bool over = false;
    sim.post_after(microseconds(500 + 1000 * step), [&] {
      if (!over) s->client->power_cut();
    });
    sim.run(travel(*s, bucket, journey, aborts));
    over = true;
    whole = journey.ended && !s->client->link().is_cut();

    UploadServer restarted(sim, cluster, random, true);
    FoundBucket now = *sim.run(restarted.buckets->find("bucket"));
    if (journey.upload && !journey.ended) {
      auto found = sim.run(restarted.uploads->find(now, "k", journey.upload->id.text()));
      if (found) {
        auto listed = sim.run(restarted.uploads->list_parts(now, *found, 0, 100));
        std::map<std::uint32_t, char> parts;
        for (const StoredPart& part : listed->parts) parts[part.number] = part.record.etag_md5()[0];
        for (auto [number, etag] : journey.parts) {
          ASSERT_TRUE(parts.contains(number));
          EXPECT_TRUE(parts[number] == etag || parts[number] == journey.attempts[number]);
        }
      }
      // The client comes back and does the last of it again, or gives up.
      WantedCompletion list = UploadServer::wanted({{1, 'c'}, {2, 'b'}});
      auto done = sim.run(restarted.uploads->complete(now, "k", journey.upload->id.text(), list, WriteCondition()));
      if (journey.parts.size() == 3 && !aborts) {
        EXPECT_TRUE(done);
      }
      if (!done && found) {
        ASSERT_TRUE(sim.run(restarted.uploads->abort(now, *found)));
      }
      journey.ended = done.has_value();
    }
    auto latest = sim.run(restarted.index->find(now, "k", std::nullopt));
    if (journey.ended && !(aborts && whole)) {
      EXPECT_EQ(latest.has_value(), journey.ended) << "what was completed";
    }
    s->client->link().cut();
    restarted.settle();
    std::set<BlobId> blobs;
    for (const auto& [id, bytes] : cluster.disk().blobs()) blobs.insert(id);
    EXPECT_EQ(blobs, restarted.used(now, Place::Blob));
    EXPECT_EQ(blobs.size(), latest ? 1u : 0u);
    EXPECT_EQ(restarted.used(now, Place::Bulk).size(), latest ? 1u : 0u);
    sim.run(s->epochs.stop());
    sim.run(restarted.epochs.stop());
  }
}

INSTANTIATE_TEST_SUITE_P(Ends, PowerCutTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "ByAbort" : "ByComplete"; });

}  // namespace
}  // namespace skerry::s3
