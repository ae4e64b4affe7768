#pragma once
#include <string>
#include <string_view>

#include "storage/local/blob_folders.h"
#include "storage/local/space_guard.h"

namespace skerry::storage::local {

// The file of a blob in the making: without a name until it is whole, so that a crash leaves nothing of it.
//
// Threads: one call at a time; every call may wait for the disk.
class BlobFile {
 public:
  // `temporary`: where the file gets a passing name on a file system without nameless files.
  BlobFile(BlobId id, BlobFolders& folders, SpaceGuard& space, std::string temporary);
  ~BlobFile();

  // After an error nothing more may be written.
  StoreResult<void> write(std::string_view bytes);
  // Syncs the bytes, gives them their name, syncs the name. Exists: another blob has that name, and keeps it.
  // Unavailable: nothing is linked.
  StoreResult<void> seal();

 private:
  StoreResult<void> open();
  StoreResult<void> open_named();
  StoreResult<void> link();
  StoreResult<void> in_folder(const std::function<int()>& call, std::string_view name);

  const BlobId id_;
  BlobFolders& folders_;
  SpaceGuard& space_;
  const std::string temporary_;
  std::string passing_name_;  // empty: the file has none
  Fd fd_;
  std::uint64_t size_ = 0;
  std::uint64_t pushed_ = 0;  // bytes whose writing to the disk was begun
};

}  // namespace skerry::storage::local
