#pragma once
#include "base/random.h"
#include "base/spool.h"
#include "base/workers.h"
#include "storage/blob_store.h"
#include "storage/epochs.h"
#include "storage/kek.h"
#include "storage/meta_store.h"
#include "storage/readers.h"

namespace skerry::storage {

// Puts what requests bring aside as blobs that nothing refers to. They are sealed under a key that was made for this
// spool and is kept nowhere, so that nobody ever reads them after its end.
//
// A blob that was not removed (the server was killed or is stopping, the store did not answer) is an orphan of its
// epoch: the sweeper removes it.
//
// Life: one per server, outlives its requests. Threads: any.
class BlobSpool final : public Spool {
 public:
  struct Parts {
    MetaStore& meta;
    BlobStore& blobs;
    Epochs& epochs;
    Readers& readers;
    Workers& workers;  // for encryption
  };
  BlobSpool(Parts parts, Random& random);

  Task<std::expected<std::unique_ptr<SpoolWriter>, ReadError>> create(Gate& tasks) override;

 private:
  const Parts parts_;
  const std::shared_ptr<const Kek> kek_;
};

}  // namespace skerry::storage
