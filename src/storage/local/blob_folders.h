#pragma once
#include <array>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "storage/blob_id.h"
#include "storage/local/posix.h"

namespace skerry::storage::local {

// Where blobs lie: <root>/<epoch, 8 hex>/<first byte of the unique part, 2 hex>/<id, 56 hex>. Directories come with
// their first blob and go with their last.
//
// Threads: any; every call may wait for the disk.
class BlobFolders {
 public:
  using SyncDirectory = std::function<StoreResult<void>(const std::string& path)>;
  explicit BlobFolders(std::string root, SyncDirectory sync_directory = local::sync_directory)
      : root_(std::move(root)), sync_directory_(std::move(sync_directory)) {}

  std::string folder_of(const BlobId& id) const;
  std::string path_of(const BlobId& id) const;

  // Makes the blob's folder durably, unless that was done before. It may be pruned at any moment, and made again by
  // others who have not come to sync it: a caller that meets NotFound, here or later, calls forget() and tries again;
  // and one that has linked a file, which keeps the folder in its place, calls ensure() once more.
  StoreResult<void> ensure(const BlobId& id);
  void forget(const BlobId& id);

  // Makes what was linked or unlinked in the blob's folder before the call durable. Calls that wait together share
  // one fsync.
  StoreResult<void> sync(const BlobId& id);

  // Removes the blob's folder, and its epoch's, when they are empty.
  void prune(const BlobId& id);

  StoreResult<std::vector<Epoch>> epochs() const;  // that have a blob; ascending
  // Up to `limit` smallest ids of `epoch` after `after`, ascending. Reads every name of the epoch.
  StoreResult<std::vector<BlobId>> list(Epoch epoch, const std::optional<BlobId>& after, std::size_t limit) const;

 private:
  struct Sync {
    std::uint64_t started = 0;  // fsyncs
    std::uint64_t finished = 0;
    std::size_t users = 0;
    bool running = false;
    std::uint64_t failed =
        0;             // the last that failed; what succeeds after it proves nothing for those who waited for it
    StoreError error;  // of `failed`
  };
  using Shard = std::pair<Epoch, unsigned char>;
  // Of folders that share it.
  struct Prunings {
    std::uint64_t begun = 0;
    std::uint32_t under_way = 0;
  };
  struct Mark {
    std::uint64_t shard = 0;
    std::uint64_t epoch = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };

  static Shard shard_of(const BlobId& id) { return {id.epoch, static_cast<unsigned char>(id.unique[0])}; }
  std::string epoch_folder(Epoch epoch) const;
  void forget_epoch(Epoch epoch);
  Prunings& shard_prunings(const BlobId& id) { return shard_prunings_[static_cast<unsigned char>(id.unique[0])]; }
  Prunings& epoch_prunings(const BlobId& id) { return epoch_prunings_[id.epoch % epoch_prunings_.size()]; }
  std::optional<Mark> mark(const BlobId& id);  // nullopt: pruning is under way

  const std::string root_;
  const SyncDirectory sync_directory_;
  std::mutex mutex_;
  std::set<Shard> durable_;      // protected by mutex_: folders that are there and synced, as far as we know
  std::map<Shard, Sync> syncs_;  // protected by mutex_: in progress
  std::array<Prunings, 256> shard_prunings_{};  // protected by mutex_
  std::array<Prunings, 16> epoch_prunings_{};   // protected by mutex_
  std::condition_variable synced_;
};

}  // namespace skerry::storage::local
