// The floor under a durable PUT: threads that put random values into RocksDB, synced, and do nothing else.
//
//   bare_puts FOLDER [THREADS [VALUE_BYTES [SECONDS]]]      prints puts a second
#include <fmt/format.h>
#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (char& byte : bytes) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    byte = static_cast<char>(state >> 32);
  }
  return bytes;
}

}  // namespace

int main(int count, char** values) {
  auto argument = [&](int index, long otherwise) {
    return index < count ? std::strtol(values[index], nullptr, 10) : otherwise;
  };
  if (count < 2) {
    fmt::print(stderr, "usage: bare_puts FOLDER [THREADS [VALUE_BYTES [SECONDS]]]\n");
    return 2;
  }
  const long threads = argument(2, 32), value_bytes = argument(3, 4096), seconds = argument(4, 5);

  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;  // random bytes, as sealed ones are
  rocksdb::DB* opened = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, values[1], &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) {
    fmt::print(stderr, "bare_puts: {}\n", status.ToString());
    return 1;
  }

  std::atomic<long> done = 0;
  std::atomic<bool> failed = false;
  const Steady::time_point begin = Steady::now(), end = begin + std::chrono::seconds(seconds);
  std::vector<std::thread> putters;
  for (long thread = 0; thread < threads; ++thread) {
    putters.emplace_back([&, thread] {
      rocksdb::WriteOptions synced;
      synced.sync = true;
      const std::string value = random_bytes(static_cast<std::size_t>(value_bytes), static_cast<std::uint64_t>(thread));
      for (long number = 0; !failed && Steady::now() < end; ++number, ++done) {
        if (!db->Put(synced, fmt::format("{:04}/{:012}", thread, number), value).ok()) failed = true;
      }
    });
  }
  for (std::thread& putter : putters) putter.join();
  if (failed) {
    fmt::print(stderr, "bare_puts: a put failed\n");
    return 1;
  }
  fmt::print("{:.1f}\n", static_cast<double>(done) / std::chrono::duration<double>(Steady::now() - begin).count());
  return 0;
}
