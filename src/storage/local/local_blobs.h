#pragma once
#include "base/workers.h"
#include "storage/blob_store.h"
#include "storage/local/blob_file.h"
#include "storage/local/open_blobs.h"

namespace skerry::storage::local {

// BlobStore on files, one each. A read is tried at once, from the page cache only; what would wait for the disk goes
// to a reader, and every write to a writer.
//
// Life and threads: BlobStore's. The services given to the constructor outlive this.
class LocalBlobs final : public BlobStore {
 public:
  struct Options {
    std::string root;
    std::string temporary;         // emptied here
    std::size_t open_blobs = 256;  // descriptors kept for reading
  };
  LocalBlobs(Options options, SpaceGuard& space, Workers& readers, Workers& writers);

  Task<StoreResult<std::unique_ptr<BlobWriter>>> create(BlobId id) override;
  Task<StoreResult<std::size_t>> read(BlobId id, std::uint64_t offset, std::span<char> into) override;
  Task<StoreResult<std::uint64_t>> size(BlobId id) override;
  Task<StoreResult<void>> remove(BlobId id) override;
  Task<StoreResult<std::vector<BlobId>>> list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) override;
  Task<StoreResult<std::vector<Epoch>>> epochs() override;

  std::size_t open_count() const { return open_.size(); }

 private:
  StoreResult<std::shared_ptr<OpenBlob>> open(const BlobId& id);
  StoreResult<void> remove_now(const BlobId& id);

  BlobFolders folders_;
  const std::string temporary_;
  OpenBlobs open_;
  SpaceGuard& space_;
  Workers& readers_;
  Workers& writers_;
};

}  // namespace skerry::storage::local
