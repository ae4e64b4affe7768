#pragma once
#include <expected>
#include <string>

#include "storage/local/posix.h"

namespace skerry::storage::local {

enum class OpenErrc {
  Locked,       // another process has the folder
  NewerFormat,  // written by a later version; reading it would guess
  Foreign,      // something that is not ours lies where our data would
  Corrupt,
  NoSpace,
  Unavailable,
};

struct OpenError {
  OpenErrc errc;
  std::string message;  // for the operator: what is wrong and what to do
};

// The folder in which all data of a server lies, held exclusively:
//   lock     held (flock) while a process has the folder; its contents name the process
//   format   one line, "skerry 1": the version of everything below
//   meta/    rows, in RocksDB    blobs/   sealed blobs, a file each    tmp/   blobs being written, on some file systems
//   reserve  space kept for deletes when the disk is full
//
// Life: the first to be opened, the last to be destroyed. Threads: any.
class DataFolder {
 public:
  static constexpr int kFormat = 1;

  // Makes the folder (mode 0700) and its parents durably when absent. A folder that has been in use and has lost its
  // database is Corrupt, and left as it is. The lock ends with the process, however it ends.
  static std::expected<DataFolder, OpenError> open(std::string path);

  const std::string& path() const { return path_; }
  std::string meta() const { return path_ + "/meta"; }
  std::string blobs() const { return path_ + "/blobs"; }
  std::string temporary() const { return path_ + "/tmp"; }
  std::string reserve() const { return path_ + "/reserve"; }

 private:
  DataFolder(std::string path, Fd lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  Fd lock_;
};

OpenError open_error(const StoreError& error);

}  // namespace skerry::storage::local
