#include "storage/local/local_blobs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <filesystem>

namespace skerry::storage::local {
namespace {

// Appends smaller than this are gathered: a trip to a writer costs as much as writing 64 KiB to the page cache.
constexpr std::size_t kGatherBytes = 256 << 10;

class LocalBlobWriter final : public BlobWriter {
 public:
  LocalBlobWriter(std::unique_ptr<BlobFile> file, Workers& writers) : file_(std::move(file)), writers_(writers) {}

  // Closing a file without a name frees its blocks, which takes the disk's time.
  ~LocalBlobWriter() override {
    if (file_) writers_.submit([file = std::move(file_)]() mutable { file.reset(); });
  }

  Task<StoreResult<void>> append(std::string_view bytes) override {
    CHECK(!sealed_, "append after seal");
    if (failed_) co_return std::unexpected(*failed_);
    if (gathered_.size() + bytes.size() < kGatherBytes) {
      gathered_.append(bytes);
      co_return StoreResult<void>{};
    }
    auto write = [&]() -> StoreResult<void> {
      if (auto written = write_gathered(); !written) return written;
      return file_->write(bytes);
    };
    co_return remember(co_await run_on(writers_, write));
  }

  Task<StoreResult<void>> seal() override {
    CHECK(!sealed_, "seal twice");
    if (failed_) co_return std::unexpected(*failed_);
    sealed_ = true;
    auto seal = [&]() -> StoreResult<void> {
      auto result = write_gathered();
      if (result) result = file_->seal();
      file_.reset();
      return result;
    };
    co_return remember(co_await run_on(writers_, seal));
  }

 private:
  StoreResult<void> write_gathered() {
    if (gathered_.empty()) return {};
    auto written = file_->write(gathered_);
    gathered_.clear();
    return written;
  }
  StoreResult<void> remember(StoreResult<void> result) {
    if (!result) failed_ = result.error();
    return result;
  }

  std::unique_ptr<BlobFile> file_;
  Workers& writers_;
  std::string gathered_;
  std::optional<StoreError> failed_;
  bool sealed_ = false;
};

// What of `into` is to be filled from `offset`.
std::span<char> within(const OpenBlob& blob, std::uint64_t offset, std::span<char> into) {
  if (offset >= blob.size_bytes) return {};
  return into.first(std::min<std::uint64_t>(into.size(), blob.size_bytes - offset));
}

// Reads until `into` is full; short when `flags` keep it from waiting for the disk.
StoreResult<std::size_t> read_at(const OpenBlob& blob, std::uint64_t offset, std::span<char> into, int flags) {
  std::size_t done = 0;
  while (done < into.size()) {
    iovec part{into.data() + done, into.size() - done};
    ssize_t n = ::preadv2(blob.fd.get(), &part, 1, static_cast<off_t>(offset + done), flags);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (flags != 0 && (n == 0 || errno == EAGAIN || errno == EOPNOTSUPP)) break;
    if (n == 0) return std::unexpected(StoreError{StoreErrc::Corrupt, "a blob is shorter than when it was opened"});
    return std::unexpected(system_error("preadv2", "a blob"));
  }
  return done;
}

}  // namespace

LocalBlobs::LocalBlobs(Options options, SpaceGuard& space, Workers& readers, Workers& writers)
    : folders_(std::move(options.root)),
      temporary_(std::move(options.temporary)),
      open_(options.open_blobs),
      space_(space),
      readers_(readers),
      writers_(writers) {
  std::error_code ignored;
  for (const auto& left : std::filesystem::directory_iterator(temporary_, ignored)) ::unlink(left.path().c_str());
}

Task<StoreResult<std::unique_ptr<BlobWriter>>> LocalBlobs::create(BlobId id) {
  using Result = StoreResult<std::unique_ptr<BlobWriter>>;
  if (!space_.admits_blobs()) {
    co_return std::unexpected(StoreError{StoreErrc::NoSpace, "the disk is full but for its reserve"});
  }
  // The file is opened by the first write: most blobs need one trip to the disk's thread, for everything.
  auto file = std::make_unique<BlobFile>(id, folders_, space_, temporary_);
  co_return Result(std::make_unique<LocalBlobWriter>(std::move(file), writers_));
}

StoreResult<std::shared_ptr<OpenBlob>> LocalBlobs::open(const BlobId& id) {
  if (auto found = open_.find(id)) return found;
  const std::uint64_t mark = open_.mark(id);
  const std::string path = folders_.path_of(id);
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return std::unexpected(system_error("open", path));
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(system_error("fstat", path));
  auto blob = std::make_shared<OpenBlob>(std::move(fd), static_cast<std::uint64_t>(status.st_size));
  open_.put(id, mark, blob);
  return blob;
}

Task<StoreResult<std::size_t>> LocalBlobs::read(BlobId id, std::uint64_t offset, std::span<char> into) {
  std::size_t done = 0;
  std::shared_ptr<OpenBlob> blob = open_.find(id);
  if (blob) {
    auto cached = read_at(*blob, offset, within(*blob, offset, into), RWF_NOWAIT);
    if (!cached || *cached == within(*blob, offset, into).size()) co_return cached;
    done = *cached;
  }
  auto wait = [&]() -> StoreResult<std::size_t> {
    if (!blob) {
      auto opened = open(id);
      if (!opened) return std::unexpected(opened.error());
      blob = std::move(*opened);
    }
    auto rest = read_at(*blob, offset + done, within(*blob, offset, into).subspan(done), 0);
    if (!rest) return rest;
    return done + *rest;
  };
  co_return co_await run_on(readers_, wait);
}

// By its name: a descriptor that is open knows nothing of what became of it.
Task<StoreResult<std::uint64_t>> LocalBlobs::size(BlobId id) {
  auto wait = [&]() -> StoreResult<std::uint64_t> {
    const std::string path = folders_.path_of(id);
    struct stat status;
    if (::lstat(path.c_str(), &status) != 0) return std::unexpected(system_error("lstat", path));
    return static_cast<std::uint64_t>(status.st_size);
  };
  co_return co_await run_on(readers_, wait);
}

StoreResult<void> LocalBlobs::remove_now(const BlobId& id) {
  const std::string path = folders_.path_of(id);
  // Absent: perhaps removed by a call whose sync failed, so it is synced again.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return std::unexpected(system_error("unlink", path));
  open_.remove(id);
  auto synced = folders_.sync(id);
  // The folder may have been pruned by another removal, which is as good: its name went after our file's.
  if (!synced && synced.error().errc != StoreErrc::NotFound) return synced;
  folders_.prune(id);
  return {};
}

Task<StoreResult<void>> LocalBlobs::remove(BlobId id) {
  auto work = [&] { return remove_now(id); };
  co_return co_await run_on(writers_, work);
}

Task<StoreResult<std::vector<BlobId>>> LocalBlobs::list(Epoch epoch, std::optional<BlobId> after, std::size_t limit) {
  auto work = [&] { return folders_.list(epoch, after, limit); };
  co_return co_await run_on(readers_, work);
}

Task<StoreResult<std::vector<Epoch>>> LocalBlobs::epochs() {
  auto work = [&] { return folders_.epochs(); };
  co_return co_await run_on(readers_, work);
}

}  // namespace skerry::storage::local
