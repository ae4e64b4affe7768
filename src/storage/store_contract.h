#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/bytes.h"
#include "base/gate.h"
#include "storage/blob_store.h"
#include "storage/meta_store.h"

// What meta_store.h and blob_store.h promise, as tests that every implementation runs:
//
//   INSTANTIATE_TEST_SUITE_P(Local, MetaContract, ::testing::Values(StoreFactory(make_local)));
//   INSTANTIATE_TEST_SUITE_P(Local, BlobContract, ::testing::Values(StoreFactory(make_local)));
//
// To be included by one file of a test binary, inside no namespace.
namespace skerry::storage {

// A store under test, new and empty, and the executor that its users run on.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual MetaStore& meta() = 0;
  virtual BlobStore& blobs() = 0;
  virtual void run(Task<> task) = 0;  // to its end
  // Ends the store, drops what it had only in memory, and opens what is left: all that was acknowledged.
  virtual void reopen() = 0;
};

using StoreFactory = std::function<std::unique_ptr<StoreHarness>()>;

class StoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  static constexpr Partition kPartition{1000};

  void SetUp() override { harness_ = GetParam()(); }
  MetaStore& meta() { return harness_->meta(); }
  BlobStore& blobs() { return harness_->blobs(); }
  void run(Task<> task) { harness_->run(std::move(task)); }
  void reopen() { harness_->reopen(); }

  template <class T>
  T wait(Task<T> task) {
    std::optional<T> out;
    run(keep(std::move(task), out));
    return std::move(*out);
  }

  template <class T>
  static Task<> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }

 private:
  std::unique_ptr<StoreHarness> harness_;
};

class MetaContract : public StoreContract {
 protected:
  using Value = std::optional<std::string>;

  std::expected<void, CommitError> commit(Batch batch) { return wait(meta().commit(std::move(batch))); }
  void put(const std::string& key, const std::string& value, Partition partition = kPartition) {
    Batch batch{.partition = partition, .puts = {{key, value}}};
    ASSERT_TRUE(commit(std::move(batch)).has_value());
  }
  Value get(std::string_view key, Partition partition = kPartition) { return wait(meta().get(partition, key)).value(); }
  Value get_bulk(std::string_view key, Partition partition = kPartition) {
    return wait(meta().get_bulk(partition, key)).value();
  }
  ScanPage scan(ScanRequest request) { return wait(meta().scan(std::move(request))).value(); }

  // All pages of one scan. Each has to be ascending and inside the bounds, and to go on where the last one ended.
  std::vector<Row> scan_all(ScanRequest request) {
    std::vector<Row> out;
    for (;;) {
      const ScanPage page = scan(request);
      EXPECT_LE(page.rows.size(), request.limit);
      for (const Row& row : page.rows) {
        EXPECT_GE(row.key, request.begin);
        EXPECT_TRUE(request.end.empty() || row.key < request.end);
        EXPECT_TRUE(out.empty() || out.back().key < row.key);
        out.push_back(row);
      }
      if (!page.next) return out;
      EXPECT_TRUE(page.rows.empty() || *page.next > page.rows.back().key);
      EXPECT_GE(*page.next, request.begin);
      request.begin = *page.next;
    }
  }
  std::vector<Row> everything(Partition partition = kPartition) { return scan_all({.partition = partition}); }
};

TEST_P(MetaContract, WhatIsAbsentIsNoError) {
  EXPECT_EQ(get("key"), std::nullopt);
  EXPECT_EQ(get_bulk("key"), std::nullopt);
  EXPECT_EQ(everything(), std::vector<Row>{});
  EXPECT_TRUE(commit({.partition = kPartition, .erases = {"key"}, .bulk_erases = {"key"}}).has_value());
  EXPECT_EQ(everything(), std::vector<Row>{});
}

TEST_P(MetaContract, ABatchIsAppliedWhole) {
  put("old", "1");
  Batch batch{.partition = kPartition,
              .puts = {{"a", "2"}, {"b", "3"}},
              .erases = {"old"},
              .bulk_puts = {{"body", std::string(5000, 'x')}}};
  ASSERT_TRUE(commit(std::move(batch)).has_value());
  EXPECT_EQ(everything(), (std::vector<Row>{{"a", "2"}, {"b", "3"}}));
  EXPECT_EQ(get("old"), std::nullopt);
  EXPECT_EQ(get_bulk("body"), std::string(5000, 'x'));
  put("a", "4");
  EXPECT_EQ(get("a"), "4");
}

TEST_P(MetaContract, AFailedPreconditionChangesNothingAndShowsWhatIsThere) {
  put("fence", "7");
  put("taken", "x");
  Batch batch{.partition = kPartition,
              .requirements = {{"fence", "7"}, {"taken", std::nullopt}, {"free", std::nullopt}, {"gone", "1"}},
              .puts = {{"new", "1"}},
              .erases = {"fence"},
              .bulk_puts = {{"bulk", "1"}}};
  auto result = commit(batch);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().errc, StoreErrc::Conflict);
  std::map<std::string, Value> conflicts;
  for (const Conflict& conflict : result.error().conflicts) conflicts[conflict.key] = conflict.actual;
  EXPECT_EQ(conflicts, (std::map<std::string, Value>{{"taken", "x"}, {"gone", std::nullopt}}));
  EXPECT_EQ(everything(), (std::vector<Row>{{"fence", "7"}, {"taken", "x"}}));
  EXPECT_EQ(get_bulk("bulk"), std::nullopt);

  batch.requirements = {{"fence", "7"}, {"taken", "x"}, {"free", std::nullopt}};
  EXPECT_TRUE(commit(batch).has_value());
  EXPECT_EQ(everything(), (std::vector<Row>{{"new", "1"}, {"taken", "x"}}));
}

TEST_P(MetaContract, PreconditionsSeeTheStateBeforeTheirOwnBatch) {
  Batch batch{.partition = kPartition, .requirements = {{"k", std::nullopt}}, .puts = {{"k", "1"}}};
  EXPECT_TRUE(commit(batch).has_value());
  EXPECT_FALSE(commit(batch).has_value());
  Batch erase{.partition = kPartition, .requirements = {{"k", "1"}}, .erases = {"k"}};
  EXPECT_TRUE(commit(erase).has_value());
  EXPECT_FALSE(commit(erase).has_value());
}

TEST_P(MetaContract, KeysAreBytesInByteOrder) {
  using namespace std::string_literals;
  const std::vector<std::string> keys{"\0"s, "\0\0"s, "\0a"s,  "a"s,    "a\0"s,  "a\0b"s,
                                      "aa"s, "b"s,    "\x7f"s, "\x80"s, "\xff"s, "\xff\xff"s};
  Batch batch{.partition = kPartition};
  for (const std::string& key : keys) batch.puts.insert(batch.puts.begin(), {key, "v" + key});
  ASSERT_TRUE(commit(std::move(batch)).has_value());
  std::vector<std::string> found;
  for (const Row& row : everything()) {
    found.push_back(row.key);
    EXPECT_EQ(row.value, "v" + row.key);
  }
  EXPECT_EQ(found, keys);
  for (const std::string& key : keys) EXPECT_EQ(get(key), "v" + key);
  EXPECT_EQ(scan_all({.partition = kPartition, .begin = "a"s, .end = "a\0b"s}).size(), 2u);  // begin in, end out
  EXPECT_EQ(scan_all({.partition = kPartition, .begin = "b"s, .end = "a"s}).size(), 0u);
  EXPECT_EQ(scan_all({.partition = kPartition, .begin = "a"s, .end = "a"s}).size(), 0u);
}

TEST_P(MetaContract, TheLargestKeyAndValueAreKept) {
  const std::string key(4096, '\xff');
  const std::string value(64 << 10, '\0');
  put(key, value);
  EXPECT_EQ(get(key), value);
  EXPECT_EQ(everything(), (std::vector<Row>{{key, value}}));
  if (meta().bulk_limit() == 0) return;
  const std::string bulk(meta().bulk_limit(), '\1');
  ASSERT_TRUE(commit({.partition = kPartition, .bulk_puts = {{key, bulk}}}).has_value());
  EXPECT_EQ(get_bulk(key), bulk);
}

TEST_P(MetaContract, PagesOfAScanJoinWithoutGapOrDouble) {
  std::vector<Row> rows;
  Batch batch{.partition = kPartition};
  for (int i = 0; i < 1000; ++i) rows.push_back({fmt::format("{:04}", i), "v"});
  batch.puts = rows;
  ASSERT_TRUE(commit(std::move(batch)).has_value());
  for (std::size_t limit : {1u, 7u, 100u, 999u, 1000u, 1001u, 5000u}) {
    EXPECT_EQ(scan_all({.partition = kPartition, .limit = limit}), rows) << limit;
  }
  const std::vector<Row> part(rows.begin() + 10, rows.begin() + 20);
  EXPECT_EQ(scan_all({.partition = kPartition, .begin = "0010", .end = "0020", .limit = 3}), part);
}

TEST_P(MetaContract, PartitionsAreApart) {
  put("k", "1", Partition{1000});
  put("k", "2", Partition{1001});
  put("k", "3", Partition{1ull << 40});
  put("k", "4", Partition::Registry);
  EXPECT_EQ(everything(Partition{1000}), (std::vector<Row>{{"k", "1"}}));
  EXPECT_EQ(everything(Partition{1001}), (std::vector<Row>{{"k", "2"}}));
  EXPECT_EQ(get("k", Partition{1ull << 40}), "3");
  EXPECT_EQ(get("k", Partition::Registry), "4");
  EXPECT_EQ(get("k", Partition{1002}), std::nullopt);
}

TEST_P(MetaContract, BulkValuesHaveKeysOfTheirOwn) {
  if (meta().bulk_limit() == 0) GTEST_SKIP() << "this store keeps no bulk values";
  ASSERT_TRUE(commit({.partition = kPartition, .puts = {{"k", "row"}}, .bulk_puts = {{"k", "bulk"}}}).has_value());
  EXPECT_EQ(everything(), (std::vector<Row>{{"k", "row"}}));
  EXPECT_EQ(get_bulk("k"), "bulk");
  ASSERT_TRUE(commit({.partition = kPartition, .erases = {"k"}}).has_value());
  EXPECT_EQ(get_bulk("k"), "bulk");
  ASSERT_TRUE(commit({.partition = kPartition, .bulk_erases = {"k"}}).has_value());
  EXPECT_EQ(get_bulk("k"), std::nullopt);
}

TEST_P(MetaContract, ErasingAPartitionForgetsItAndNothingElse) {
  for (std::uint64_t partition : {999u, 1000u, 1001u}) {
    Batch batch{.partition = Partition{partition}, .puts = {{"a", "1"}, {"\xff", "2"}}, .bulk_puts = {{"b", "3"}}};
    ASSERT_TRUE(commit(std::move(batch)).has_value());
  }
  ASSERT_TRUE(wait(meta().erase_partition(kPartition)).has_value());
  EXPECT_EQ(everything(), std::vector<Row>{});
  EXPECT_EQ(get("a"), std::nullopt);
  EXPECT_EQ(get_bulk("b"), std::nullopt);
  for (std::uint64_t partition : {999u, 1001u}) {
    EXPECT_EQ(everything(Partition{partition}).size(), 2u);
    EXPECT_EQ(get_bulk("b", Partition{partition}), "3");
  }
  ASSERT_TRUE(wait(meta().erase_partition(kPartition)).has_value());
  Batch again{.partition = kPartition, .requirements = {{"a", std::nullopt}}, .puts = {{"a", "4"}}};
  EXPECT_TRUE(commit(std::move(again)).has_value());
  EXPECT_EQ(everything(), (std::vector<Row>{{"a", "4"}}));
}

TEST_P(MetaContract, OfManyThatWantAKeyAbsentOneWins) {
  std::size_t won = 0;
  std::vector<std::string> lost;
  auto contend = [](MetaStore& meta, int number, std::size_t& wins, std::vector<std::string>& losses) -> Task<> {
    Batch batch{.partition = kPartition, .requirements = {{"k", std::nullopt}}};
    batch.puts = {{"k", std::to_string(number)}, {fmt::format("by{}", number), "1"}};
    auto result = co_await meta.commit(std::move(batch));
    if (result) {
      ++wins;
      co_return;
    }
    EXPECT_EQ(result.error().errc, StoreErrc::Conflict);
    if (result.error().conflicts.size() == 1) losses.push_back(result.error().conflicts[0].actual.value_or("absent"));
  };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    for (int i = 0; i < 32; ++i) gate.spawn(contend(meta(), i, won, lost));
    co_await gate.close();
  };
  run(scenario());
  EXPECT_EQ(won, 1u);
  EXPECT_THAT(lost, ::testing::SizeIs(31));
  EXPECT_THAT(lost, ::testing::Each(get("k").value()));
  EXPECT_EQ(everything().size(), 2u);
}

TEST_P(MetaContract, NoIncrementIsLostUnderContention) {
  auto increment = [](MetaStore& meta, int times) -> Task<> {
    while (times > 0) {
      auto seen = co_await meta.get(kPartition, "counter");
      std::string next = std::to_string(std::stoi(seen->value_or("0")) + 1);
      Batch batch{.partition = kPartition, .requirements = {{"counter", *seen}}, .puts = {{"counter", next}}};
      auto result = co_await meta.commit(std::move(batch));
      if (result) --times;
    }
  };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    for (int i = 0; i < 32; ++i) gate.spawn(increment(meta(), 3));
    co_await gate.close();
  };
  run(scenario());
  EXPECT_EQ(get("counter"), "96");
}

TEST_P(MetaContract, WhatWasAcknowledgedIsThereAfterReopening) {
  put("stays", "1");
  put("goes", "1");
  Batch batch{.partition = kPartition, .puts = {{"stays", "2"}}, .erases = {"goes"}, .bulk_puts = {{"b", "3"}}};
  ASSERT_TRUE(commit(std::move(batch)).has_value());
  reopen();
  EXPECT_EQ(everything(), (std::vector<Row>{{"stays", "2"}}));
  EXPECT_EQ(get_bulk("b"), "3");
  ASSERT_TRUE(wait(meta().erase_partition(kPartition)).has_value());
  reopen();
  EXPECT_EQ(everything(), std::vector<Row>{});
  EXPECT_EQ(get_bulk("b"), std::nullopt);
}

class BlobContract : public StoreContract {
 protected:
  static BlobId id_of(Epoch epoch, std::uint64_t owner, unsigned char first) {
    BlobId id{.epoch = epoch, .owner = Partition{owner}};
    id.unique.fill('u');
    id.unique[0] = static_cast<char>(first);
    return id;
  }
  static std::string pattern(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>((i * 2654435761u) >> 13);
    return out;
  }

  StoreResult<void> write(BlobId id, std::string_view bytes, std::size_t step = SIZE_MAX) {
    auto writer = wait(blobs().create(id));
    if (!writer) return std::unexpected(writer.error());
    while (!bytes.empty()) {
      auto appended = wait((*writer)->append(bytes.substr(0, step)));
      if (!appended) return appended;
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
    return wait((*writer)->seal());
  }
  StoreResult<std::string> read(BlobId id, std::uint64_t offset = 0, std::size_t size = 4 << 20) {
    std::string into(size, '\0');
    auto n = wait(blobs().read(id, offset, into));
    if (!n) return std::unexpected(n.error());
    into.resize(*n);
    return into;
  }
  std::vector<BlobId> list(Epoch epoch, std::optional<BlobId> after = {}, std::size_t limit = 1000) {
    return wait(blobs().list(epoch, after, limit)).value();
  }
};

TEST_P(BlobContract, WhatIsWrittenIsRead) {
  unsigned char number = 0;
  for (std::size_t size : {0u, 1u, 4096u, 65536u, 262144u, 300'000u, 1'048'579u}) {
    for (std::size_t step : {std::size_t{1000}, std::size_t{65552}, std::size_t{262144}, SIZE_MAX}) {
      const BlobId id = id_of(1, 1000, number++);
      const std::string bytes = pattern(size);
      ASSERT_TRUE(write(id, bytes, step).has_value());
      EXPECT_EQ(read(id).value(), bytes) << size << " in steps of " << step;
      EXPECT_EQ(wait(blobs().size(id)).value(), size);
    }
  }
}

TEST_P(BlobContract, ARangeIsShortOnlyAtTheEnd) {
  const BlobId id = id_of(1, 1000, 1);
  const std::string bytes = pattern(100'000);
  ASSERT_TRUE(write(id, bytes).has_value());
  for (int twice = 0; twice < 2; ++twice) {  // read from the disk, and from what the first reading left in memory
    EXPECT_EQ(read(id, 0, 10).value(), bytes.substr(0, 10));
    EXPECT_EQ(read(id, 70'000, 10'000).value(), bytes.substr(70'000, 10'000));
    EXPECT_EQ(read(id, 99'990, 100).value(), bytes.substr(99'990));
    EXPECT_EQ(read(id, 100'000, 100).value(), "");
    EXPECT_EQ(read(id, 1ull << 40, 100).value(), "");
    EXPECT_EQ(read(id, 5, 0).value(), "");
  }
}

TEST_P(BlobContract, WhatIsNotSealedIsNotThere) {
  const BlobId id = id_of(1, 1000, 1);
  {
    auto writer = wait(blobs().create(id)).value();
    const std::string bytes = pattern(600'000);
    ASSERT_TRUE(wait(writer->append(bytes)).has_value());
    EXPECT_EQ(read(id).error().errc, StoreErrc::NotFound);
    EXPECT_EQ(wait(blobs().size(id)).error().errc, StoreErrc::NotFound);
    EXPECT_THAT(list(1), ::testing::IsEmpty());
  }
  EXPECT_EQ(read(id).error().errc, StoreErrc::NotFound);
  reopen();
  EXPECT_EQ(read(id).error().errc, StoreErrc::NotFound);
  EXPECT_THAT(wait(blobs().epochs()).value(), ::testing::IsEmpty());
  EXPECT_TRUE(write(id, "again").has_value());
}

TEST_P(BlobContract, AnIdIsTakenOnce) {
  const BlobId id = id_of(1, 1000, 1);
  ASSERT_TRUE(write(id, "first").has_value());
  EXPECT_EQ(write(id, "second").error().errc, StoreErrc::Exists);
  EXPECT_EQ(read(id).value(), "first");
  EXPECT_THAT(list(1), ::testing::ElementsAre(id));
}

TEST_P(BlobContract, RemovedIsGoneAndMayBeRemovedAgain) {
  const BlobId id = id_of(1, 1000, 1);
  const BlobId other = id_of(1, 1000, 2);
  ASSERT_TRUE(write(id, "bytes").has_value());
  ASSERT_TRUE(write(other, "other").has_value());
  EXPECT_EQ(read(id).value(), "bytes");
  ASSERT_TRUE(wait(blobs().remove(id)).has_value());
  ASSERT_TRUE(wait(blobs().remove(id)).has_value());
  EXPECT_EQ(read(id).error().errc, StoreErrc::NotFound);
  EXPECT_EQ(read(other).value(), "other");
  EXPECT_THAT(list(1), ::testing::ElementsAre(other));
  ASSERT_TRUE(wait(blobs().remove(id_of(9, 9, 9))).has_value());
  reopen();
  EXPECT_EQ(read(id).error().errc, StoreErrc::NotFound);
}

TEST_P(BlobContract, ListsOneEpochInOrder) {
  std::set<BlobId> ids;
  for (std::uint64_t owner : {1005u, 1000u}) {
    for (unsigned char first : {0xff, 0x00, 0x80, 0x7f}) {
      ids.insert(id_of(3, owner, first));
      ASSERT_TRUE(write(id_of(3, owner, first), "x").has_value());
    }
  }
  const BlobId alone = id_of(0xfffffffe, 1, 1);
  ASSERT_TRUE(write(alone, "x").has_value());
  const std::vector<BlobId> all(ids.begin(), ids.end());
  EXPECT_EQ(list(3), all);
  EXPECT_EQ(list(3, all[2], 3), std::vector<BlobId>(all.begin() + 3, all.begin() + 6));
  EXPECT_EQ(list(3, all.back()), std::vector<BlobId>{});
  EXPECT_EQ(list(4), std::vector<BlobId>{});
  EXPECT_THAT(list(0xfffffffe), ::testing::ElementsAre(alone));
  EXPECT_THAT(wait(blobs().epochs()).value(), ::testing::UnorderedElementsAre(3u, 0xfffffffeu));
  ASSERT_TRUE(wait(blobs().remove(alone)).has_value());
  EXPECT_THAT(wait(blobs().epochs()).value(), ::testing::ElementsAre(3u));
}

TEST_P(BlobContract, ManyAtOnceAreAllDurable) {
  auto store = [](BlobStore& blobs, BlobId id, std::size_t size) -> Task<> {
    auto writer = co_await blobs.create(id);
    const std::string bytes = pattern(size);
    auto appended = co_await (*writer)->append(bytes);
    EXPECT_TRUE(appended.has_value());
    auto sealed = co_await (*writer)->seal();
    EXPECT_TRUE(sealed.has_value());
  };
  auto scenario = [&]() -> Task<> {
    Gate gate;
    for (unsigned char i = 0; i < 32; ++i) gate.spawn(store(blobs(), id_of(1, 1000 + i, i % 2), 1000u * i));
    co_await gate.close();
  };
  run(scenario());
  reopen();
  EXPECT_THAT(list(1), ::testing::SizeIs(32));
  for (unsigned char i = 0; i < 32; ++i) EXPECT_EQ(read(id_of(1, 1000 + i, i % 2)).value(), pattern(1000u * i));
}

}  // namespace skerry::storage
