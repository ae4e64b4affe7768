#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace skerry::storage {
struct Batch;
}

namespace skerry::storage::local {

// Refuses writes before the disk is full, so that what frees space always can be written.
//
// Long before, what takes space only to give it back later (compaction) has to stop: it would take the reserve.
//
// Two guards: puts stop while fewer than `reserve` bytes are free, and a file of `reserve` bytes is held against
// whoever else fills the disk; it is given back to the file system when less than a quarter of that is left.
// Everything resumes by itself when space is back, the file first.
//
//   free bytes      >= reserve   Free: all goes
//                   <  reserve   Low: only what frees space (may_shrink)
//   and file given back, < 1/16  Exhausted: nothing, for the log itself would be torn
//
// Threads: any.
class SpaceGuard {
 public:
  using Probe = std::function<std::uint64_t()>;  // bytes that we may still write
  enum class Level { Free, Low, Exhausted };

  // `reserve` 0: no file, and puts are never refused. A file system that cannot set space aside only has the first
  // guard.
  SpaceGuard(std::string reserve_path, std::uint64_t reserve_bytes, Probe probe);

  // Before there is a guard: gives a reserve of the last run back where so little is left that the database could not
  // even be opened.
  static void relieve(const std::string& reserve_path, std::uint64_t reserve_bytes, const Probe& probe);

  // Asks the probe, moves the reserve when that is due. About a microsecond.
  Level refresh();
  Level level() const { return level_.load(std::memory_order_relaxed); }
  // Whether the last refresh found room for a compaction: four times the reserve.
  bool is_roomy() const { return roomy_.load(std::memory_order_relaxed); }
  bool admits_blobs() { return refresh() == Level::Free; }
  // Whether `batch` may be written at `level`.
  static bool admits(Level level, const Batch& batch);

  // What statvfs says of the file system of `path`.
  static Probe probe_of(std::string path);

 private:
  bool take_reserve();
  void give_reserve();

  const std::string path_;
  const std::uint64_t reserve_;
  const Probe probe_;
  std::mutex mutex_;
  bool holding_ = false;  // protected by mutex_: the file is there
  bool can_hold_ = true;  // protected by mutex_
  std::atomic<Level> level_{Level::Free};
  std::atomic<bool> roomy_{true};
};

}  // namespace skerry::storage::local
