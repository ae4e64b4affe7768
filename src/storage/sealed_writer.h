#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/gate.h"
#include "base/workers.h"
#include "storage/blob_store.h"
#include "storage/kek.h"

namespace skerry::storage {

// Seals a stream into a blob: encrypts on workers, and while one chunk is being written encrypts the next and takes in
// a third, so that a body goes as fast as the slowest of network, cipher and disk.
//
// Holds three chunks of 256 KiB at most; what more is appended waits, which is how a slow disk slows the client down.
//
// Life: of one upload. May be destroyed at any moment; the two chunks that may be on their way end inside `tasks`, and
// nothing remains of a blob that was not sealed.
// Threads: one executor's; one call at a time. `tasks` is that executor's gate; it closes before the workers and the
// store that `out` belongs to go.
class SealedWriter {
 public:
  // `out` is a new blob of this id; every blob id is sealed once only.
  SealedWriter(std::unique_ptr<BlobWriter> out, std::shared_ptr<const Kek> kek, const BlobId& id, Workers& workers,
               Gate& tasks);
  ~SealedWriter();
  SealedWriter(const SealedWriter&) = delete;
  SealedWriter& operator=(const SealedWriter&) = delete;

  // Takes plain bytes; shares them, or copies where the caller cannot share. Errors are final for this blob, and may be
  // of an earlier append: NoSpace, Unavailable (also when the server stops).
  Task<StoreResult<void>> append(std::shared_ptr<const std::string> plain);
  Task<StoreResult<void>> append(std::string_view plain);

  // Ends the blob; gives its plain size once all of it is durable. No call after it.
  Task<StoreResult<std::uint64_t>> seal();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace skerry::storage
