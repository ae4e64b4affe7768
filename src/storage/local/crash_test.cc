#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/gate.h"
#include "base/loop_executor.h"
#include "base/random.h"
#include "storage/local/local_store.h"
#include "storage/local/test_folder.h"

// kill -9 of a process that writes: what it acknowledged is there afterwards, whole. (That nothing relies on pages
// which were never synced is another test's matter: the page cache survives a killed process.)
namespace skerry::storage::local {
namespace {

constexpr Partition kPartition{1000};
constexpr std::uint64_t kWriters = 8;

std::string body_of(std::uint64_t writer, std::uint64_t number, std::size_t size) {
  return SeededRandom(writer * 1'000'000 + number).bytes(size);
}

BlobId blob_of(std::uint64_t writer, std::uint64_t number) {
  BlobId id{.epoch = static_cast<Epoch>(writer + 1), .owner = kPartition};
  SeededRandom(writer * 1'000'000 + number).fill(id.unique);
  return id;
}

// Steps without end; each is acknowledged on `acks` (16 bytes: writer, step) only after both stores have.
Task<> write_for_ever(LocalStore& store, std::uint64_t writer, std::uint64_t first, int acks) {
  for (std::uint64_t number = first;; ++number) {
    auto blob = co_await store.blobs().create(blob_of(writer, number));
    const std::string bytes = body_of(writer, number, 1000 + number % 7 * 60'000);
    auto appended = co_await (*blob)->append(bytes);
    auto sealed = co_await (*blob)->seal();
    if (!appended || !sealed) co_return;
    Batch batch{.partition = kPartition, .puts = {{fmt::format("{}/last", writer), std::to_string(number)}}};
    if (number > 1) {
      batch.requirements = {{fmt::format("{}/last", writer), std::to_string(number - 1)}};
      batch.erases = {fmt::format("{}/{}", writer, number - 1)};
    }
    batch.puts.push_back({fmt::format("{}/{}", writer, number), "1"});
    batch.bulk_puts = {{fmt::format("{}/{}", writer, number), body_of(writer, number, 4096)}};
    auto committed = co_await store.meta().commit(std::move(batch));
    if (!committed) co_return;
    std::string ack;
    append_be64(ack, writer);
    append_be64(ack, number);
    if (::write(acks, ack.data(), ack.size()) != 16) co_return;
  }
}

[[noreturn]] void run_child(const std::string& folder, const std::vector<std::uint64_t>& acknowledged, int acks) {
  auto store = LocalStore::open({.folder = folder, .memory_bytes = 8 << 20});
  if (!store) ::_exit(1);
  LoopExecutor loop;
  auto scenario = [&]() -> Task<> {
    Gate gate;
    for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
      auto last = co_await (*store)->meta().get(kPartition, fmt::format("{}/last", writer));
      std::uint64_t next = last && *last ? std::stoull(**last) + 1 : 1;
      if (next <= acknowledged[writer]) ::_exit(2);
      gate.spawn(write_for_ever(**store, writer, next, acks));
    }
    co_await gate.close();
  };
  loop.run(scenario());
  ::_exit(3);
}

TEST(Crash, WhatWasAcknowledgedSurvivesAKill) {
  TestFolder folder;
  std::vector<std::uint64_t> acknowledged(kWriters, 0);
  SeededRandom random(static_cast<std::uint64_t>(::getpid()));
  for (int round = 0; round < 6; ++round) {
    int acks[2];
    ASSERT_EQ(::pipe(acks), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) run_child(folder.path(), acknowledged, acks[1]);
    ::close(acks[1]);
    // At a random acknowledgement: the others are then somewhere in between.
    std::uint64_t until = 1 + random.below(150);
    char ack[16];
    for (std::uint64_t seen = 0; ::read(acks[0], ack, sizeof ack) == sizeof ack; ++seen) {
      acknowledged[load_be64(ack)] = load_be64(ack + 8);
      if (seen == until) ::kill(child, SIGKILL);
    }
    ::close(acks[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    LoopExecutor loop;
    auto store = LocalStore::open({.folder = folder.path()});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    for (std::uint64_t writer = 0; writer < kWriters; ++writer) {
      auto key = fmt::format("{}/last", writer);
      auto last = loop.run((*store)->meta().get(kPartition, key)).value();
      const std::uint64_t found = last ? std::stoull(*last) : 0;
      ASSERT_GE(found, acknowledged[writer]);
      ASSERT_LE(found, acknowledged[writer] + 1);
      ScanRequest request{
          .partition = kPartition, .begin = fmt::format("{}/", writer), .end = fmt::format("{}0", writer)};
      EXPECT_EQ(loop.run((*store)->meta().scan(request))->rows.size(), found > 0 ? 2u : 0u);  // its batch was whole
      for (std::uint64_t number = 1; number <= found; ++number) {
        key = fmt::format("{}/{}", writer, number);
        ASSERT_EQ(loop.run((*store)->meta().get_bulk(kPartition, key)).value(), body_of(writer, number, 4096));
        std::string bytes(500'000, '\0');
        auto n = loop.run((*store)->blobs().read(blob_of(writer, number), 0, bytes));
        ASSERT_TRUE(n.has_value()) << n.error().detail;
        ASSERT_EQ(bytes.substr(0, *n), body_of(writer, number, 1000 + number % 7 * 60'000));
      }
      // The blob of a step that did not come to its rows is whole or absent; the next child takes its number again.
      ASSERT_TRUE(loop.run((*store)->blobs().remove(blob_of(writer, found + 1))).has_value());
      acknowledged[writer] = found;
    }
  }
}

}  // namespace
}  // namespace skerry::storage::local
