#include "storage/local/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace skerry::storage::local {
namespace {

// A large blob goes to the disk while it is received, in stretches of this size, so that its last fsync is short.
constexpr std::uint64_t kPushBytes = 4 << 20;

}  // namespace

BlobFile::BlobFile(BlobId id, BlobFolders& folders, SpaceGuard& space, std::string temporary)
    : id_(id), folders_(folders), space_(space), temporary_(std::move(temporary)) {}

BlobFile::~BlobFile() {
  if (!passing_name_.empty()) ::unlink(passing_name_.c_str());
}

StoreResult<void> BlobFile::open() {
  const std::string folder = folders_.folder_of(id_);
  for (int attempt = 0;; ++attempt) {
    if (auto made = folders_.ensure(id_); !made) return made;
    fd_ = Fd(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
    if (fd_) return {};
    if (errno == EOPNOTSUPP || errno == EISDIR) return open_named();
    if (errno != ENOENT || attempt == 8) return std::unexpected(system_error("open O_TMPFILE", folder));
    folders_.forget(id_);  // pruned between the two calls
  }
}

StoreResult<void> BlobFile::open_named() {
  passing_name_ = temporary_ + "/" + id_.text();
  fd_ = Fd(::open(passing_name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd_) return {};
  StoreError error = system_error("open", passing_name_);
  passing_name_.clear();  // not ours
  return std::unexpected(error);
}

StoreResult<void> BlobFile::write(std::string_view bytes) {
  if (!space_.admits_blobs())
    return std::unexpected(StoreError{StoreErrc::NoSpace, "the disk is full but for its reserve"});
  if (!fd_) {
    if (auto opened = open(); !opened) return opened;
  }
  if (auto written = write_all(fd_.get(), bytes, size_, folders_.path_of(id_)); !written) return written;
  size_ += bytes.size();
  if (std::uint64_t end = size_ / kPushBytes * kPushBytes; end > pushed_) {
    // Only a hint: an error of the disk is told by the fdatasync.
    ::sync_file_range(fd_.get(), static_cast<off_t>(pushed_), static_cast<off_t>(end - pushed_), SYNC_FILE_RANGE_WRITE);
    pushed_ = end;
  }
  return {};
}

StoreResult<void> BlobFile::seal() {
  if (!fd_) {
    if (auto opened = open(); !opened) return opened;
  }
  if (::fdatasync(fd_.get()) != 0) return std::unexpected(system_error("fdatasync", folders_.path_of(id_)));
  if (auto linked = link(); !linked) return linked;
  if (auto synced = folders_.sync(id_); !synced) {
    ::unlink(folders_.path_of(id_).c_str());
    return synced;
  }
  return {};
}

StoreResult<void> BlobFile::link() {
  const std::string path = folders_.path_of(id_);
  const std::string from = passing_name_.empty() ? fmt::format("/proc/self/fd/{}", fd_.get()) : passing_name_;
  for (int attempt = 0;; ++attempt) {
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
    if (errno != ENOENT || attempt == 8) return std::unexpected(system_error("linkat", path));
    folders_.forget(id_);
    if (auto made = folders_.ensure(id_); !made) return made;
  }
}

}  // namespace skerry::storage::local
