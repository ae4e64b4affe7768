#pragma once
#include <atomic>
#include <cstdint>

namespace skerry::storage {

// What the sweeper has done since the start. Read by any thread.
struct SweepStats {
  std::atomic<std::uint64_t> blobs_removed = 0;
  std::atomic<std::uint64_t> bulk_removed = 0;
  std::atomic<std::uint64_t> bytes_removed = 0;  // as stored
  std::atomic<std::uint64_t> orphans_found = 0;  // blobs of abandoned epochs that nothing referred to
  std::atomic<std::uint64_t> epochs_closed = 0;  // abandoned ones
  std::atomic<std::uint64_t> partitions_ended = 0;
  std::atomic<std::uint64_t> rows_unreadable = 0;  // left as they are; `skerry verify` names them
  std::atomic<std::uint64_t> failures = 0;         // steps put off because the store did not answer
  std::atomic<std::uint64_t> partitions_waiting = 0;
};

}  // namespace skerry::storage
