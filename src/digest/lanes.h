#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "base/workers.h"
#include "digest/digest.h"

namespace skerry::digest {

// Bytes that several threads read while none writes, and whatever keeps them alive.
struct SharedBytes {
  std::string_view bytes;
  std::shared_ptr<const void> owner;

  SharedBytes(std::string_view view, std::shared_ptr<const void> keeper) : bytes(view), owner(std::move(keeper)) {}
  SharedBytes(std::shared_ptr<const std::string> text) : bytes(*text), owner(std::move(text)) {}  // NOLINT: implicit
};

// Several digests of one stream, computed beside one another on worker threads while the stream goes on.
//
//   HashLanes lanes(workers, algorithms, content_length);
//   while (...) { lanes.update(chunk); co_await lanes.ready(); }
//   std::vector<Digest> digests = co_await lanes.finish();
//
// A slow digest (MD5, SHA*) is a lane of its own; the quick ones (CRC*, XXHASH*) share one, being faster together than
// any slow one. A lane is a chain of jobs of bounded length, never two at a time, so that one upload holds at most as
// many workers as it has lanes, and other uploads' jobs come between. Short streams are hashed at once on the caller's
// thread, where a hop to another would take longer than the work.
//
// Life: destroyed at any time but while ready() or finish() waits; jobs that still run then end by themselves, at most
// one job's bytes later, and keep alive what they read. Workers outlive this and those jobs.
// Threads: one executor's.
// Invariant: each lane sees every byte once, in the order of the updates.
class HashLanes {
 public:
  struct Limits {
    // Of a stream's start, hashed on the caller's thread. MD5 + SHA256 + CRC64NVME of 64 KiB take 150 us there, which
    // is what lanes take too, most of it in waking threads; from 128 KiB on lanes win (bench/digest_bench.cc).
    std::size_t inline_bytes = 64 << 10;
    std::size_t in_flight_bytes = 1 << 20;  // given to update and not yet read by every lane
    std::size_t job_bytes = 256 << 10;      // one chunk at least; about 0.4 ms of MD5 that others may wait behind
  };

  // `size` is the length of the stream where it is known: a long one goes to the workers from its first byte.
  // An algorithm that is named twice is computed once.
  HashLanes(Workers& workers, std::span<const Algorithm> algorithms, std::optional<std::uint64_t> size, Limits limits);
  HashLanes(Workers& workers, std::span<const Algorithm> algorithms, std::optional<std::uint64_t> size = std::nullopt);
  ~HashLanes();
  HashLanes(const HashLanes&) = delete;
  HashLanes& operator=(const HashLanes&) = delete;

  // Takes the next bytes of the stream. Never waits; the bound holds when ready() is awaited between updates, up to
  // the size of one update.
  void update(SharedBytes chunk);

  // Returns when fewer than Limits::in_flight_bytes are in flight.
  Task<> ready();

  // The digests of everything, in the order of `algorithms`. Once; no update may follow. Then nothing holds on to the
  // stream's bytes any more.
  Task<std::vector<Digest>> finish();

  std::size_t in_flight_bytes() const;

 private:
  class Core;

  Task<> wait_for(std::size_t in_flight_bytes_max);

  std::shared_ptr<Core> core_;  // shared with the jobs
};

}  // namespace skerry::digest
