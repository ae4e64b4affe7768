#pragma once
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/store_error.h"

// The few calls of the system that every file of this directory makes, with errors in storage's words.
namespace skerry::storage::local {

// Owns a file descriptor. Closing it is all it does: what has to be durable was synced, and its error seen, before.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What `error` (an errno) of `call` on `path` means. A full disk or quota is NoSpace, a missing file NotFound, the
// rest Unavailable.
StoreError system_error(std::string_view call, const std::string& path, int error = errno);

// Syncs a directory through a descriptor of its own: after a failure the kernel has told the error to that descriptor
// and may answer the next fsync on it with success.
StoreResult<void> sync_directory(const std::string& path);

// Makes one directory, mode 0700, and makes its name durable, also when it was there already: whoever made it may not
// have come to sync it.
StoreResult<void> make_directory(const std::string& path,
                                 const std::function<StoreResult<void>(const std::string&)>& sync = sync_directory);

StoreResult<void> write_all(int fd, std::string_view bytes, std::uint64_t offset, const std::string& path);

// Writes, syncs and renames: afterwards the file has either its old contents or the new ones.
StoreResult<void> replace_file(const std::string& folder, const std::string& name, std::string_view contents);

std::string parent_of(const std::string& path);

}  // namespace skerry::storage::local
