#include "storage/local/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace skerry::storage::local {
namespace {

// A large blob goes to the disk while it is received, in stretches of this size, so that its last fsync is short.
constexpr std::uint64_t kPushBytes = 4 << 20;

// How often a folder may be pruned between its making and its use, before we believe that something else is wrong.
constexpr int kPrunedMax = 16;

}  // namespace

BlobFile::BlobFile(BlobId id, BlobFolders& folders, SpaceGuard& space, std::string temporary)
    : id_(id), folders_(folders), space_(space), temporary_(std::move(temporary)) {}

BlobFile::~BlobFile() {
  if (!passing_name_.empty()) ::unlink(passing_name_.c_str());
}

// Makes the blob's folder and then calls `call` (0: done, or errno is set), again when the folder was pruned meanwhile.
StoreResult<void> BlobFile::in_folder(const std::function<int()>& call, std::string_view name) {
  for (int attempt = 1;; ++attempt) {
    StoreResult<void> made = folders_.ensure(id_);
    if (made && call() == 0) return {};
    if (made) made = std::unexpected(system_error(name, folders_.folder_of(id_)));
    if (made.error().errc != StoreErrc::NotFound || attempt == kPrunedMax) return made;
    folders_.forget(id_);
  }
}

StoreResult<void> BlobFile::open() {
  const std::string folder = folders_.folder_of(id_);
  bool needs_name = false;
  auto opened = in_folder(
      [&] {
        fd_ = Fd(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
        // ext4's word for a folder that is removed at this moment (its link count is 0 already); others say ENOENT.
        if (!fd_ && errno == EPERM) errno = ENOENT;
        needs_name = !fd_ && (errno == EOPNOTSUPP || errno == EISDIR);
        return fd_ || needs_name ? 0 : -1;
      },
      "open O_TMPFILE");
  return opened && needs_name ? open_named() : opened;
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
  auto durable = folders_.sync(id_);
  // It may be another folder than the one that was made before: pruned, and made by another writer.
  if (durable) durable = folders_.ensure(id_);
  if (!durable) ::unlink(folders_.path_of(id_).c_str());
  return durable;
}

StoreResult<void> BlobFile::link() {
  const std::string path = folders_.path_of(id_);
  const std::string from = passing_name_.empty() ? fmt::format("/proc/self/fd/{}", fd_.get()) : passing_name_;
  return in_folder([&] { return ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW); },
                   "linkat");
}

}  // namespace skerry::storage::local
