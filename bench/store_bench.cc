// The local stores against what lies below them, in one run, as ratios: the committer against threads of synced RocksDB
// puts, blobs against a bare write and fdatasync, and what reads cost that are in memory.
//
//   ninja -C build/release store_bench && build/release/src/storage/local/store_bench [FOLDER]
//
// FOLDER (default: the current one) decides which disk is measured.
#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/bytes.h"
#include "base/gate.h"
#include "base/loop_executor.h"
#include "base/random.h"
#include "storage/local/local_store.h"
#include "storage/local/row_db_options.h"

namespace skerry::storage::local {
namespace {

constexpr microseconds kBudget = milliseconds(1000);  // of one measurement
constexpr std::size_t kMemoryBytes = 128 << 20;
constexpr Partition kPartition{1000};
const std::string kBody(4096, 'b');
const std::string kRowValue(200, 'r');

SystemClock clock_;

double seconds_since(microseconds begin) { return static_cast<double>((clock_.steady() - begin).count()) / 1e6; }

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// What PutObject of a small object writes: a body, the current row and a detail row. Random keys, as users' are.
Batch make_batch(SeededRandom& random) {
  const std::string key = hex(random.bytes(16));
  return {.partition = kPartition,
          .puts = {{"c" + key, kRowValue}, {"d" + key, kRowValue}},
          .bulk_puts = {{"b" + key, kBody}}};
}

// Puts a second of `threads` threads, each of which waits for its own synced write.
double raw_puts(const std::string& folder, std::size_t threads) {
  const RocksTuning tuning = tune({.folder = folder, .memory_bytes = kMemoryBytes, .log = {}});
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* raw = nullptr;
  auto opened =
      rocksdb::DB::Open(tuning.db, folder, {{"default", tuning.rows}, {"bulk", tuning.bulk}}, &families, &raw);
  CHECK(opened.ok(), "{}", opened.ToString());
  std::unique_ptr<rocksdb::DB> db(raw);
  std::atomic<std::size_t> puts{0};
  const microseconds begin = clock_.steady();
  auto work = [&](std::uint64_t seed) {
    SeededRandom random(seed);
    rocksdb::WriteOptions sync;
    sync.sync = true;
    const std::string prefix(8, '\0');
    while (clock_.steady() - begin < kBudget) {
      const Batch batch = make_batch(random);
      rocksdb::WriteBatch out;
      for (const Row& row : batch.puts) out.Put(families[0], prefix + row.key, row.value);
      for (const Row& row : batch.bulk_puts) out.Put(families[1], prefix + row.key, row.value);
      CHECK(db->Write(sync, &out).ok(), "a raw put failed");
      ++puts;
    }
  };
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < threads; ++i) all.emplace_back(work, 77 + i + threads * 1000);
  for (std::thread& thread : all) thread.join();
  const double rate = static_cast<double>(puts) / seconds_since(begin);
  for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
  return rate;
}

Task<> commit_until(MetaStore& meta, microseconds end, std::uint64_t seed, bool conditional, std::size_t& commits) {
  SeededRandom random(seed);
  while (clock_.steady() < end) {
    Batch batch = make_batch(random);
    if (conditional) batch.requirements = {{"fence", "1"}, {batch.puts[0].key, std::nullopt}};
    auto result = co_await meta.commit(std::move(batch));
    CHECK(result.has_value(), "a commit failed: {}", result.error().detail);
    ++commits;
  }
}

// Commits a second of `count` coroutines on one executor.
double our_commits(LocalStore& store, std::size_t count, bool conditional) {
  LoopExecutor loop;
  std::size_t commits = 0;
  const microseconds begin = clock_.steady();
  auto scenario = [&]() -> Task<> {
    Batch fence{.partition = kPartition, .puts = {{"fence", "1"}}};
    (void)co_await store.meta().commit(std::move(fence));
    Gate gate;
    for (std::size_t i = 0; i < count; ++i) {
      gate.spawn(
          commit_until(store.meta(), begin + kBudget, 99 + i + count * 1000 + begin.count(), conditional, commits));
    }
    co_await gate.close();
  };
  loop.run(scenario());
  return static_cast<double>(commits) / seconds_since(begin);
}

std::unique_ptr<LocalStore> open_store(const std::string& folder) {
  auto store = LocalStore::open({.folder = folder, .memory_bytes = kMemoryBytes});
  CHECK(store.has_value(), "{}", store.error().message);
  return std::move(*store);
}

void bench_start(const std::string& folder) {
  const std::size_t resident = resident_bytes();
  for (const char* what : {"a new", "an empty"}) {
    const microseconds begin = clock_.steady();
    auto store = open_store(folder);
    const double opened = seconds_since(begin);
    const std::size_t grown = resident_bytes() - std::min(resident, resident_bytes());
    fmt::print("open {} store: {:.1f} ms, {:.1f} MiB resident more\n", what, opened * 1e3,
               static_cast<double>(grown) / (1 << 20));
  }
}

void bench_commits(const std::string& folder) {
  fmt::print("\n{:<28}{:>12}{:>12}{:>8}{:>14}{:>8}{:>10}\n", "durable puts a second", "raw", "ours", "ratio",
             "conditional", "ratio", "a group");
  for (std::size_t count : {1u, 4u, 32u, 128u}) {
    double raw = 0, ours = 0, conditional = 0;
    LocalStore::Stats stats;
    for (int round = 0; round < 2; ++round) {  // in turn, for a disk that changes its mind
      raw = std::max(raw, raw_puts(folder + "/raw", count));
      auto store = open_store(folder + "/ours");
      ours = std::max(ours, our_commits(*store, count, false));
      stats = store->stats();
      conditional = std::max(conditional, our_commits(*store, count, true));
    }
    fmt::print("{:<28}{:>12.0f}{:>12.0f}{:>8.2f}{:>14.0f}{:>8.2f}{:>10.1f}\n", fmt::format("{} at once", count), raw,
               ours, ours / raw, conditional, conditional / raw,
               static_cast<double>(stats.commit_batches) / static_cast<double>(stats.commit_groups));
  }
}

// Of this thread's processor: what is in memory waits for nothing, and other work on the machine does not count.
double cpu_seconds() {
  timespec now;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Microseconds of processor for one call of `make()`, awaited.
template <class Make>
double cost_us(LoopExecutor& loop, int times, Make make) {
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    auto scenario = [&]() -> Task<> {
      for (int i = 0; i < times; ++i) {
        auto result = co_await make(i);
        CHECK(result.has_value(), "a read failed");
      }
    };
    const double begin = cpu_seconds();
    loop.run(scenario());
    best = std::min(best, (cpu_seconds() - begin) * 1e6 / times);
  }
  return best;
}

void bench_reads(const std::string& folder) {
  constexpr int kRows = 100'000;
  auto store = open_store(folder);
  MetaStore& meta = store->meta();
  LoopExecutor loop;
  auto fill = [&]() -> Task<> {
    for (int i = 0; i < kRows;) {
      Batch batch{.partition = kPartition};
      for (int end = i + 1000; i < end; ++i) batch.puts.push_back({fmt::format("{:08}", i * 10), kRowValue});
      for (int k = 0; k < 10; ++k) batch.bulk_puts.push_back({fmt::format("{:08}", i * 10 + k), kBody});
      (void)co_await meta.commit(std::move(batch));
    }
  };
  loop.run(fill());
  for (const char* where : {"memtable", "files"}) {
    if (std::string_view(where) == "files") {
      auto compact = [&]() -> Task<> { (void)co_await store->compact(kPartition); };
      loop.run(compact());
    }
    fmt::print("\nfrom memory, {}:\n", where);
    SeededRandom random(5);
    std::string key;
    auto random_key = [&] { return fmt::format("{:08}", random.below(kRows) * 10); };
    auto get = [&](int) {
      key = random_key();
      return meta.get(kPartition, key);
    };
    auto get_absent = [&](int) {
      key = random_key() + "x";
      return meta.get(kPartition, key);
    };
    auto get_bulk = [&](int i) {
      key = fmt::format("{:08}", (i % 100 + 1) * 10000);
      return meta.get_bulk(kPartition, key);
    };
    (void)cost_us(loop, kRows, get);  // warm
    fmt::print("  get {:.2f} us, absent {:.2f} us, 4 KiB of bulk {:.2f} us\n", cost_us(loop, 20000, get),
               cost_us(loop, 20000, get_absent), cost_us(loop, 20000, get_bulk));
    for (std::size_t limit : {1u, 2u, 16u, 256u}) {
      auto scan = [&](int) { return meta.scan({.partition = kPartition, .begin = random_key(), .limit = limit}); };
      const double us = cost_us(loop, limit > 16 ? 500 : 10000, scan);
      fmt::print("  scan of {:>4} rows {:>8.2f} us, {:>6.3f} us a row\n", limit, us, us / static_cast<double>(limit));
    }
  }
}

double raw_blob_seconds(const std::string& folder, std::string_view chunk, std::size_t chunks) {
  const std::string path = folder + "/raw.bin";
  const microseconds begin = clock_.steady();
  int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  for (std::size_t i = 0; i < chunks; ++i) CHECK(::write(fd, chunk.data(), chunk.size()) > 0, "write");
  CHECK(::fdatasync(fd) == 0, "fdatasync");
  ::close(fd);
  const double seconds = seconds_since(begin);
  ::unlink(path.c_str());
  return seconds;
}

Task<> store_blob(BlobStore& blobs, BlobId id, std::string_view chunk, std::size_t chunks) {
  auto writer = co_await blobs.create(id);
  for (std::size_t i = 0; i < chunks; ++i) CHECK((co_await (*writer)->append(chunk)).has_value(), "append");
  CHECK((co_await (*writer)->seal()).has_value(), "seal");
}

BlobId random_id(Random& random) {
  BlobId id{.epoch = 1, .owner = kPartition};
  random.fill(id.unique);
  return id;
}

void bench_blobs(const std::string& folder) {
  auto store = open_store(folder);
  LoopExecutor loop;
  SystemRandom random;
  const std::string chunk = random.bytes(1 << 20);
  fmt::print("\n{:<28}{:>12}{:>12}{:>8}\n", "durable blobs, MiB a second", "raw", "ours", "ratio");
  // One folder for all, that has a blob already: the first blob of a folder pays for making it.
  auto id_in_one_folder = [&] {
    BlobId id = random_id(random);
    id.unique[0] = 'f';
    return id;
  };
  loop.run(store_blob(store->blobs(), id_in_one_folder(), chunk, 1));
  for (std::size_t size_mib : {1u, 8u, 64u}) {
    std::vector<double> raw, ours;
    for (int round = 0; round < 5; ++round) {
      raw.push_back(raw_blob_seconds(folder, chunk, size_mib));
      const BlobId id = id_in_one_folder();
      const microseconds begin = clock_.steady();
      loop.run(store_blob(store->blobs(), id, chunk, size_mib));
      ours.push_back(seconds_since(begin));
      auto remove = [&]() -> Task<> { (void)co_await store->blobs().remove(id); };
      loop.run(remove());
    }
    std::ranges::sort(raw);
    std::ranges::sort(ours);
    const double size = static_cast<double>(size_mib);
    fmt::print("{:<28}{:>12.0f}{:>12.0f}{:>8.2f}\n", fmt::format("{} MiB, one at a time", size_mib), size / raw[2],
               size / ours[2], raw[2] / ours[2]);
  }
  for (std::size_t size : {100'000u, 1'000'000u}) {
    std::size_t done = 0;
    auto writer = [&](microseconds end) -> Task<> {
      while (clock_.steady() < end) {
        co_await store_blob(store->blobs(), random_id(random), std::string_view(chunk).substr(0, size), 1);
        ++done;
      }
    };
    const microseconds begin = clock_.steady();
    auto scenario = [&]() -> Task<> {
      Gate gate;
      for (int i = 0; i < 32; ++i) gate.spawn(writer(begin + kBudget));
      co_await gate.close();
    };
    loop.run(scenario());
    fmt::print("{} of {} KB a second, 32 at once\n", static_cast<int>(done / seconds_since(begin)), size / 1000);
  }
}

}  // namespace

void run(const std::string& folder) {
  bench_start(folder + "/start");
  bench_commits(folder);
  bench_reads(folder + "/reads");
  bench_blobs(folder + "/blobs");
  fmt::print("\nresident at the end: {:.0f} MiB, of which RocksDB was given {}\n",
             static_cast<double>(resident_bytes()) / (1 << 20), kMemoryBytes >> 20);
}

}  // namespace skerry::storage::local

int main(int argc, char** argv) {
  const std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/store-bench." + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  skerry::storage::local::run(folder);
  std::filesystem::remove_all(folder);
}
