#include "storage/local/space_guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/local/posix.h"
#include "storage/meta_store.h"

namespace skerry::storage::local {
namespace {

// Deleting an object writes a fence or two, a removal row, perhaps a marker: well under this for each row erased.
constexpr std::size_t kShrinkingBytes = 1024;

// The reserve is given back while less than this part of it is left beside it.
constexpr std::uint64_t kGivenBelow = 4;

// Inferred, not declared: a caller that declared wrongly would eat the reserve of all. A batch shrinks when it brings
// no bulk value and at most a kilobyte, and another for each row or value that it erases. A very small put passes as
// well; it is no danger to the reserve, and a delete marker is one.
bool may_shrink(const Batch& batch) {
  if (!batch.bulk_puts.empty()) return false;
  std::size_t bytes = 0;
  for (const Row& row : batch.puts) bytes += row.key.size() + row.value.size();
  return bytes <= kShrinkingBytes * (1 + batch.erases.size() + batch.bulk_erases.size());
}

}  // namespace

SpaceGuard::SpaceGuard(std::string reserve_path, std::uint64_t reserve_bytes, Probe probe)
    : path_(std::move(reserve_path)), reserve_(reserve_bytes), probe_(std::move(probe)) {
  std::lock_guard lock(mutex_);
  if (reserve_ == 0) return;
  struct stat status;  // left by the last run, when it was of this size
  holding_ = ::stat(path_.c_str(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) == reserve_;
  if (!holding_ && probe_() >= reserve_) holding_ = take_reserve();
}

void SpaceGuard::relieve(const std::string& reserve_path, std::uint64_t reserve_bytes, const Probe& probe) {
  if (probe() < reserve_bytes / kGivenBelow) ::unlink(reserve_path.c_str());
}

SpaceGuard::Level SpaceGuard::refresh() {
  if (reserve_ == 0) return Level::Free;
  std::lock_guard lock(mutex_);
  std::uint64_t available = probe_();
  const bool was_free = level_ == Level::Free;
  roomy_ = available >= (roomy_ ? 4 : 5) * reserve_;
  // A margin on the way back, so that one freed file does not turn writes on and off again.
  const std::uint64_t enough = was_free ? reserve_ : reserve_ + reserve_ / 4;
  if (!holding_ && can_hold_ && available >= enough + reserve_) {
    holding_ = take_reserve();
    level_ = Level::Free;
    return level_;
  }
  if (holding_ && available < reserve_ / kGivenBelow) {
    give_reserve();
    available = probe_();
  }
  if (available >= enough && (holding_ || !can_hold_)) {
    level_ = Level::Free;
  } else {
    level_ = !holding_ && available < reserve_ / 16 ? Level::Exhausted : Level::Low;
  }
  return level_;
}

bool SpaceGuard::admits(Level level, const Batch& batch) {
  switch (level) {
    case Level::Free:
      return true;
    case Level::Low:
      return may_shrink(batch);
    case Level::Exhausted:
      return false;
  }
  std::unreachable();
}

bool SpaceGuard::take_reserve() {
  Fd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || ::ftruncate(fd.get(), 0) != 0) return false;
  if (::fallocate(fd.get(), 0, 0, static_cast<off_t>(reserve_)) == 0) return true;
  can_hold_ = errno != EOPNOTSUPP && errno != ENOSYS;
  ::unlink(path_.c_str());
  return false;
}

void SpaceGuard::give_reserve() {
  ::unlink(path_.c_str());
  holding_ = false;
}

SpaceGuard::Probe SpaceGuard::probe_of(std::string path) {
  return [path = std::move(path)]() -> std::uint64_t {
    struct statvfs status;
    if (::statvfs(path.c_str(), &status) != 0) return UINT64_MAX;  // the write itself will say what is wrong
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  };
}

}  // namespace skerry::storage::local
