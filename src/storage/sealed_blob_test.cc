#include <gtest/gtest.h>

#include "base/sim_executor.h"
#include "storage/sealed_source.h"
#include "storage/sealed_writer.h"
#include "storage/simulated/simulated_client.h"
#include "storage/simulated/simulated_cluster.h"

namespace skerry::storage {
namespace {

constexpr Partition kOwner{1000};

class SealedBlobTest : public testing::Test {
 protected:
  ~SealedBlobTest() override { sim_.run(tasks_.close()); }

  BlobId new_id() {
    BlobId id{.epoch = 1, .owner = kOwner};
    random_.fill(id.unique);
    return id;
  }

  // Writes in pieces of drawn sizes, some shared, some copied.
  Task<StoreResult<std::uint64_t>> write(BlobId id, std::string plain, std::size_t piece_max) {
    auto out = co_await client_->blobs().create(id);
    if (!out) co_return std::unexpected(out.error());
    SealedWriter writer(std::move(*out), kek_, id, workers_, tasks_);
    std::string_view rest = plain;
    while (!rest.empty()) {
      std::string_view piece = rest.substr(0, 1 + random_.below(piece_max));
      rest.remove_prefix(piece.size());
      StoreResult<void> done;
      if (random_.chance(0.5)) {
        auto shared = std::make_shared<const std::string>(piece);
        done = co_await writer.append(shared);
      } else {
        done = co_await writer.append(piece);
      }
      if (!done) co_return std::unexpected(done.error());
    }
    co_return co_await writer.seal();
  }

  Task<> give_up(BlobId id) {
    auto out = co_await client_->blobs().create(id);
    EXPECT_TRUE(out);
    SealedWriter writer(std::move(*out), kek_, id, workers_, tasks_);
    std::string bytes = random_.bytes(1'500'000);
    EXPECT_TRUE(co_await writer.append(bytes));
  }

  Segment stored(const std::string& plain, std::size_t piece_max = 100'000) {
    BlobId id = new_id();
    auto size = sim_.run(write(id, plain, piece_max));
    EXPECT_EQ(size.value_or(0), plain.size());
    return {id, plain.size(), Place::Blob};
  }

  Task<std::expected<std::string, ReadError>> read_in_spans(std::vector<Segment> segments, std::uint64_t offset,
                                                            std::uint64_t length, std::size_t span_max) {
    SealedSource source(client_->meta(), client_->blobs(), readers_, kek_, std::move(segments), offset, length);
    EXPECT_EQ(source.size(), length);
    std::string out, span(span_max, '\0');
    for (;;) {
      auto got = co_await source.read({span.data(), 1 + random_.below(span_max)});
      if (!got) {
        auto again = co_await source.read(span);
        EXPECT_FALSE(again) << "an error goes away";
        co_return std::unexpected(got.error());
      }
      if (*got == 0) break;
      out.append(span, 0, *got);
    }
    co_return out;
  }

  std::expected<std::string, ReadError> read(std::vector<Segment> segments, std::uint64_t offset, std::uint64_t length,
                                             std::size_t span_max = 300'000) {
    return sim_.run(read_in_spans(std::move(segments), offset, length, span_max));
  }

  SimExecutor sim_{1};
  SeededRandom random_{2};
  SimulatedCluster cluster_{sim_, 3};
  std::unique_ptr<SimulatedClient> client_ = cluster_.connect(Faults::delays());
  InlineWorkers workers_;
  Readers readers_;
  std::shared_ptr<const Kek> kek_ = std::make_shared<const Kek>(KekId{5}, Secret(std::string(32, 'k')));
  Gate tasks_;
};

TEST_F(SealedBlobTest, GivesBackWhatWasWritten) {
  for (std::size_t size : {0ul, 1ul, 32768ul, 32769ul, 65536ul, 262143ul, 262144ul, 262145ul, 1ul << 20, 3'000'001ul}) {
    std::string plain = random_.bytes(size);
    for (std::size_t piece : {1'000'000ul, 70'000ul}) {
      Segment segment = stored(plain, piece);
      const std::string* bytes = cluster_.disk().find_blob(segment.id);
      ASSERT_NE(bytes, nullptr);
      EXPECT_EQ(bytes->size(), sealed_size(size));
      EXPECT_EQ(open_bytes(*kek_, segment.id, *bytes).value(), plain) << "not the same format as seal_bytes";
      EXPECT_EQ(read({segment}, 0, size).value(), plain);
      EXPECT_EQ(read({segment}, 0, size, 1000 + size / 50).value(), plain);
    }
  }
}

TEST_F(SealedBlobTest, ReadsRangesOverSegments) {
  std::vector<Segment> segments;
  std::string plain;
  for (std::size_t size : {200'000ul, 1ul, 0ul, 65536ul, 131072ul, 70'000ul}) {
    std::string part = random_.bytes(size);
    segments.push_back(stored(part));
    plain += part;
  }
  std::string part = random_.bytes(5000);
  Segment bulk{new_id(), part.size(), Place::Bulk};
  Batch batch{.partition = kOwner, .bulk_puts = {{bulk.id.bytes(), seal_bytes(*kek_, bulk.id, part)}}};
  ASSERT_TRUE(sim_.run(client_->meta().commit(batch)));
  segments.push_back(bulk);
  plain += part;

  for (int i = 0; i < 300; ++i) {
    std::uint64_t offset = random_.below(plain.size());
    std::uint64_t length = random_.below(std::min<std::uint64_t>(plain.size() - offset, i % 2 ? 1000 : 1'000'000) + 1);
    auto got = read(segments, offset, length, 1 + random_.below(200'000));
    ASSERT_TRUE(got) << offset << "+" << length << ": " << got.error().detail;
    ASSERT_EQ(*got, plain.substr(offset, length)) << offset << "+" << length;
  }
  EXPECT_EQ(read(segments, plain.size(), 0).value(), "");
}

TEST_F(SealedBlobTest, ARangeOpensOnlyItsRecords) {
  std::string plain = random_.bytes(500'000);
  Segment segment = stored(plain);
  cluster_.disk().flip_byte(segment.id, record_offset(3) + 5);
  EXPECT_EQ(read({segment}, 0, 3 * kRecordPlain).value(), plain.substr(0, 3 * kRecordPlain));
  EXPECT_EQ(read({segment}, 4 * kRecordPlain, 100).value(), plain.substr(4 * kRecordPlain, 100));
  EXPECT_EQ(read({segment}, 4 * kRecordPlain - 1, 1).error().errc, ReadErrc::Corrupt);
  EXPECT_EQ(read({segment}, 0, 500'000).error().errc, ReadErrc::Corrupt);
}

TEST_F(SealedBlobTest, EveryFlippedByteIsFoundAndNoWrongByteIsGiven) {
  std::string plain = random_.bytes(140'000);
  Segment segment = stored(plain);
  for (int i = 0; i < 200; ++i) {
    std::size_t at = i < 32 ? i : random_.below(sealed_size(plain.size()));
    cluster_.disk().flip_byte(segment.id, at);
    auto got = read({segment}, 0, plain.size());
    ASSERT_FALSE(got) << at;
    EXPECT_EQ(got.error().errc, ReadErrc::Corrupt);
    cluster_.disk().flip_byte(segment.id, at);
  }
  EXPECT_EQ(read({segment}, 0, plain.size()).value(), plain);
}

TEST_F(SealedBlobTest, LengthsThatDoNotMatchTheMetadataAreCorrupt) {
  std::string plain = random_.bytes(140'000);
  Segment segment = stored(plain);
  std::string bytes = *cluster_.disk().find_blob(segment.id);
  for (std::int64_t by : {-140'000, -65'552, -16, -1, 1, 16, 65'552}) {
    std::string changed = bytes;
    changed.resize(bytes.size() + static_cast<std::size_t>(by));
    cluster_.disk().remove_blob(segment.id);
    ASSERT_TRUE(cluster_.disk().add_blob(segment.id, changed));
    auto tail = read({segment}, 139'000, 1000);
    ASSERT_FALSE(tail) << by;
    EXPECT_EQ(tail.error().errc, ReadErrc::Corrupt);
  }
  cluster_.disk().remove_blob(segment.id);
  EXPECT_EQ(read({segment}, 0, 1).error().errc, ReadErrc::Corrupt) << "a blob that is gone";
  ASSERT_TRUE(cluster_.disk().add_blob(segment.id, bytes));
  Segment wrong = segment;
  for (std::uint64_t size : {139'999, 140'001, 131'072, 65'536}) {
    wrong.size = size;
    EXPECT_EQ(read({wrong}, size - 10, 10).error().errc, ReadErrc::Corrupt) << size;
  }
}

TEST_F(SealedBlobTest, AWriterThatIsGivenUpLeavesNothing) {
  BlobId id = new_id();
  sim_.run(give_up(id));
  sim_.run(tasks_.close());
  EXPECT_TRUE(cluster_.disk().blobs().empty());
}

TEST_F(SealedBlobTest, FailuresOfTheStoreReachTheWriter) {
  std::string plain = random_.bytes(2'000'000);
  cluster_.disk().limit_space(1'000'000);
  EXPECT_EQ(sim_.run(write(new_id(), plain, 100'000)).error().errc, StoreErrc::NoSpace);
  cluster_.disk().limit_space(std::nullopt);
  client_->link().set_available(false);
  EXPECT_EQ(sim_.run(write(new_id(), plain, 100'000)).error().errc, StoreErrc::Unavailable);
  client_->link().set_available(true);
  sim_.run(tasks_.close());
  EXPECT_EQ(sim_.run(write(new_id(), plain, 100'000)).error().errc, StoreErrc::Unavailable) << "stopping";
  EXPECT_TRUE(cluster_.disk().blobs().empty());
}

TEST_F(SealedBlobTest, ASourcePinsWhatItReads) {
  Segment first = stored("one"), second = stored("two");
  {
    std::vector<Segment> both = {first, second};
    SealedSource source(client_->meta(), client_->blobs(), readers_, kek_, both, 3, 3);
    EXPECT_FALSE(readers_.is_pinned(first.id)) << "the range does not touch it";
    EXPECT_TRUE(readers_.is_pinned(second.id));
    SealedSource again(client_->meta(), client_->blobs(), readers_, kek_, both, 0, 6);
    EXPECT_TRUE(readers_.is_pinned(first.id));
  }
  EXPECT_FALSE(readers_.is_pinned(first.id));
  EXPECT_FALSE(readers_.is_pinned(second.id));
}

}  // namespace
}  // namespace skerry::storage
