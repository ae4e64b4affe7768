// Puts numbered keys into a RocksDB from several threads, and says each number on its standard output once the put has
// returned, until it is killed:
//
//   rocksdb_probe FOLDER sync|nosync THREADS FIRST
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 256 * 1024;  // so that flushes, compactions and manifests take part
  options.level0_file_num_compaction_trigger = 2;
  rocksdb::DB* db = nullptr;
  rocksdb::Status opened = rocksdb::DB::Open(options, argv[1], &db);
  if (!opened.ok()) {
    fmt::print(stderr, "{}\n", opened.ToString());
    return 1;
  }
  rocksdb::WriteOptions how;
  how.sync = std::string(argv[2]) == "sync";
  std::atomic<int> next = std::stoi(argv[4]);
  std::vector<std::thread> threads;
  for (int n = std::stoi(argv[3]); n > 0; --n) {
    threads.emplace_back([&] {
      for (;;) {
        int number = next++;
        std::string value = fmt::format("{} {}", number, std::string(static_cast<std::size_t>(number) % 700, 'v'));
        if (!db->Put(how, fmt::format("{:08}", number), value).ok()) _exit(3);
        std::string line = fmt::format("{}\n", number);
        if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(4);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}
