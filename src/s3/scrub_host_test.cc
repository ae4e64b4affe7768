#include "s3/scrub_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "s3/multipart_world.h"

namespace skerry::s3 {
namespace {

using storage::Batch;
using storage::BlobId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = storage::ScrubReport::Kind;

constexpr std::uint64_t kBig = kPartBytesMin;

class ScrubHostTest : public testing::Test {
 protected:
  // An object of two parts, whose blobs hold one byte each.
  std::vector<BlobId> complete(std::string key) {
    FoundUpload upload = *sim_.run(server_.uploads->create(bucket_, key, UploadServer::new_upload()));
    EXPECT_TRUE(sim_.run(server_.put_part(bucket_, upload, 1, 'a', kBig, false)));
    EXPECT_TRUE(sim_.run(server_.put_part(bucket_, upload, 2, 'b', 1, false)));
    WantedCompletion wanted = UploadServer::wanted({{1, 'a'}, {2, 'b'}});
    EXPECT_TRUE(sim_.run(server_.uploads->complete(bucket_, key, upload.id.text(), std::move(wanted), {})));
    std::vector<BlobId> out;
    for (const auto& used : all().used) out.push_back(used.segment.id);
    return out;
  }
  void put(std::string key) {
    NewVersion version;
    version.row.set_etag_md5(std::string(16, 'e'));
    EXPECT_TRUE(sim_.run(server_.index->install(bucket_, std::move(key), std::move(version), {})));
  }

  storage::ScrubHost::Page all() {
    storage::ScrubHost::Page out;
    std::optional<std::string> begin = "";
    while (begin) {
      std::string from = *begin;
      auto page = *sim_.run(host_.load_used(bucket_.partition(), std::move(from)));
      out.used.insert(out.used.end(), page.used.begin(), page.used.end());
      out.leaving.insert(out.leaving.end(), page.leaving.begin(), page.leaving.end());
      out.unreadable.insert(out.unreadable.end(), page.unreadable.begin(), page.unreadable.end());
      begin = page.next;
    }
    return out;
  }
  storage::ScrubReport scrub() {
    storage::Sweeper::Stores stores{server_.client->meta(), server_.client->blobs(), server_.epochs, *server_.keyring,
                                    server_.readers};
    storage::Scrub scrub(stores, host_, sim_, {});
    return sim_.run(scrub.run());
  }

  std::vector<storage::Row> rows(keys::Class row_class) {
    std::string begin(1, static_cast<char>(row_class));
    storage::ScanRequest request{.partition = bucket_.partition(), .begin = begin, .end = keys::after_prefix(begin)};
    return cluster_.disk().scan(request, 1000).rows;
  }
  void write(std::string key, std::optional<std::string> value) {
    Batch batch{.partition = bucket_.partition()};
    if (value) {
      batch.puts.push_back({std::move(key), std::move(*value)});
    } else {
      batch.erases.push_back(std::move(key));
    }
    EXPECT_TRUE(sim_.run(server_.client->meta().commit(std::move(batch))));
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  storage::SimulatedCluster cluster_{sim_, 3};
  UploadServer server_{sim_, cluster_, random_, true};
  FoundBucket bucket_ =
      *sim_.run(server_.buckets->create({.name = "bucket", .account_id = "111122223333", .region = "us-east-1"}));
  ScrubHost host_{server_.client->meta(), *server_.buckets, [](storage::Partition) {}};
};

// The janitor has not come to it yet, perhaps never will: the server was killed.
TEST_F(ScrubHostTest, AVersionThatWaitsToBeTakenApartIsNoFinding) {
  std::vector<BlobId> blobs = complete("k");
  ASSERT_EQ(blobs.size(), 2u);
  EXPECT_TRUE(sim_.run(server_.index->remove(bucket_, "k", {})));
  ASSERT_EQ(rows(keys::Class::Retired).size(), 1u);
  EXPECT_THAT(all().used, IsEmpty());
  EXPECT_EQ(all().leaving, blobs);
  storage::ScrubReport report = scrub();
  EXPECT_TRUE(report.complete) << report.reason;
  EXPECT_THAT(report.findings, IsEmpty()) << storage::ScrubReport::name(report.findings[0].kind);
  server_.settle();
  EXPECT_THAT(all().leaving, IsEmpty());
}

TEST_F(ScrubHostTest, SaysWhichDetailIsDamagedOrMissing) {
  put("good");
  put("missing");
  put("damaged");
  for (const storage::Row& row : rows(keys::Class::Detail)) {
    if (keys::parse_version(row.key)->object_key == "missing") write(row.key, std::nullopt);
    if (keys::parse_version(row.key)->object_key == "damaged") write(row.key, row.value + "x");
  }
  EXPECT_THAT(all().unreadable,
              ElementsAre(HasSubstr("bucket bucket, key damaged, version null: its detail is damaged"),
                          HasSubstr("bucket bucket, key missing, version null: its detail is missing")));
}

TEST_F(ScrubHostTest, GoesOnPastDamagedRows) {
  std::vector<BlobId> blobs = complete("b");
  put("a");
  put("c");
  write(keys::current("a"), "no record");
  write(keys::version("old", 5).substr(0, 3), "no record");  // nor a key
  std::string part(1, static_cast<char>(keys::Class::Part));
  write(part + "short", "no record");
  write(keys::retired_versions() + "short", "no record");
  storage::ScrubHost::Page page = all();
  EXPECT_THAT(page.unreadable,
              ElementsAre(HasSubstr("key a: a version's row is damaged"), HasSubstr("a version's row is damaged"),
                          HasSubstr("a part of an upload"), HasSubstr("a deleted version in bucket bucket")));
  std::vector<BlobId> used;
  for (const auto& use : page.used) used.push_back(use.segment.id);
  EXPECT_EQ(used, blobs) << "what lies between damaged rows was not read";
}

TEST_F(ScrubHostTest, ABucketWithoutItsFenceIsAFinding) {
  put("k");
  write(keys::fence(), std::nullopt);
  EXPECT_THAT(all().unreadable, ElementsAre("bucket bucket: its fence is missing"));
  write(keys::fence(), "no record");
  EXPECT_THAT(all().unreadable, ElementsAre("bucket bucket: its fence is damaged"));
}

TEST_F(ScrubHostTest, ABucketWithoutItsKeyIsAFinding) {
  put("k");
  Batch batch{.partition = storage::Partition::Registry};
  storage::Keyring::erase_kek(batch, bucket_.kek->id());
  EXPECT_TRUE(sim_.run(server_.client->meta().commit(std::move(batch))));
  server_.keyring->forget(bucket_.kek->id());
  storage::ScrubReport report = scrub();
  EXPECT_TRUE(report.complete) << report.reason;
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Kind::Unreadable);
  EXPECT_THAT(report.findings[0].detail, HasSubstr("no key"));
}

}  // namespace
}  // namespace skerry::s3
