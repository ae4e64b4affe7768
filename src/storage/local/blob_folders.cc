#include "storage/local/blob_folders.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/bytes.h"

namespace skerry::storage::local {
namespace {

// The names in a directory but for "." and "..", given to `each` until it says false. An absent directory is empty:
// folders are pruned while others look. So is a file that somebody laid where a folder would be.
template <class Each>
StoreResult<void> for_each_name(const std::string& path, const Each& each) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), &::closedir);
  if (!dir && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!dir) return std::unexpected(system_error("opendir", path));
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr && errno != 0) return std::unexpected(system_error("readdir", path));
    if (entry == nullptr) return {};
    std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (!each(name)) return {};
  }
}

std::optional<Epoch> epoch_of(std::string_view name) {
  if (name.size() != 8) return std::nullopt;
  auto bytes = unhex(name);
  if (!bytes) return std::nullopt;
  return load_be32(bytes->data());
}

std::optional<BlobId> blob_of(std::string_view name) {
  auto bytes = unhex(name);
  if (!bytes) return std::nullopt;
  return BlobId::from_bytes(*bytes);
}

}  // namespace

std::string BlobFolders::epoch_folder(Epoch epoch) const { return fmt::format("{}/{:08x}", root_, epoch); }

std::string BlobFolders::folder_of(const BlobId& id) const {
  return fmt::format("{}/{:08x}/{:02x}", root_, id.epoch, static_cast<unsigned char>(id.unique[0]));
}

std::string BlobFolders::path_of(const BlobId& id) const { return folder_of(id) + "/" + id.text(); }

StoreResult<void> BlobFolders::ensure(const BlobId& id) {
  bool epoch_durable;
  std::optional<Mark> before;
  {
    std::lock_guard lock(mutex_);
    if (durable_.contains(shard_of(id))) return {};
    before = mark(id);
    auto first_of_epoch = durable_.lower_bound({id.epoch, 0});
    epoch_durable = first_of_epoch != durable_.end() && first_of_epoch->first == id.epoch;
  }
  // An epoch's folder that is pruned now takes no shard with it that anyone relies on: the next call says NotFound.
  if (!epoch_durable) {
    if (auto made = make_directory(epoch_folder(id.epoch), sync_directory_); !made) return made;
  }
  if (auto made = make_directory(folder_of(id), sync_directory_); !made) {
    if (made.error().errc == StoreErrc::NotFound) forget_epoch(id.epoch);
    return made;
  }
  std::lock_guard lock(mutex_);
  // What was pruned meanwhile may be there again, made by somebody who has not come to sync it.
  if (before && mark(id) == before) durable_.insert(shard_of(id));
  return {};
}

std::optional<BlobFolders::Mark> BlobFolders::mark(const BlobId& id) {
  const Prunings &shard = shard_prunings(id), &epoch = epoch_prunings(id);
  if (shard.under_way > 0 || epoch.under_way > 0) return std::nullopt;
  return Mark{shard.begun, epoch.begun};
}

void BlobFolders::forget(const BlobId& id) {
  std::lock_guard lock(mutex_);
  durable_.erase(shard_of(id));
}

void BlobFolders::forget_epoch(Epoch epoch) {
  std::lock_guard lock(mutex_);
  std::erase_if(durable_, [&](const Shard& shard) { return shard.first == epoch; });
}

StoreResult<void> BlobFolders::sync(const BlobId& id) {
  std::unique_lock lock(mutex_);
  Sync& sync = syncs_[shard_of(id)];
  ++sync.users;
  const std::uint64_t wanted = sync.started + 1;  // one under way may have begun before our link
  while (sync.finished < wanted) {
    if (sync.running) {
      synced_.wait(lock);
      continue;
    }
    const std::uint64_t number = ++sync.started;
    sync.running = true;
    lock.unlock();
    StoreResult<void> result = sync_directory_(folder_of(id));
    lock.lock();
    sync.running = false;
    sync.finished = number;
    if (!result) sync.failed = number;
    if (!result) sync.error = std::move(result.error());
    synced_.notify_all();
  }
  StoreResult<void> result;
  if (sync.failed >= wanted) result = std::unexpected(sync.error);
  if (--sync.users == 0) syncs_.erase(shard_of(id));
  return result;
}

void BlobFolders::prune(const BlobId& id) {
  std::uint64_t number;
  bool durable;
  {
    std::lock_guard lock(mutex_);
    number = ++shard_prunings(id).begun;
    ++shard_prunings(id).under_way;
    durable = durable_.erase(shard_of(id)) > 0;  // before it goes: nobody may rely on it from now on
  }
  const bool pruned = ::rmdir(folder_of(id).c_str()) == 0;
  {
    std::lock_guard lock(mutex_);
    Prunings& shard = shard_prunings(id);
    --shard.under_way;
    // Others have files in it, and no other pruning has come between: it is as durable as it was.
    if (!pruned && durable && shard.under_way == 0 && shard.begun == number) durable_.insert(shard_of(id));
    if (!pruned) return;
    ++epoch_prunings(id).begun;
    ++epoch_prunings(id).under_way;
  }
  ::rmdir(epoch_folder(id.epoch).c_str());
  std::lock_guard lock(mutex_);
  --epoch_prunings(id).under_way;
}

StoreResult<std::vector<Epoch>> BlobFolders::epochs() const {
  std::vector<Epoch> out;
  StoreResult<void> inner;
  auto outer = for_each_name(root_, [&](std::string_view name) {
    auto epoch = epoch_of(name);
    if (!epoch) return true;
    auto some = list(*epoch, std::nullopt, 1);
    if (!some) inner = std::unexpected(some.error());
    if (some && !some->empty()) out.push_back(*epoch);
    return inner.has_value();
  });
  if (!outer) return std::unexpected(outer.error());
  if (!inner) return std::unexpected(inner.error());
  std::ranges::sort(out);
  return out;
}

StoreResult<std::vector<BlobId>> BlobFolders::list(Epoch epoch, const std::optional<BlobId>& after,
                                                   std::size_t limit) const {
  std::vector<BlobId> smallest;  // a heap: its first is its greatest
  StoreResult<void> inner;
  std::string folder;
  auto take = [&](std::string_view name) {
    auto id = blob_of(name);
    // A file in another folder than its own is no blob: nobody would find it.
    if (!id || id->epoch != epoch || folder_of(*id) != folder || (after && *id <= *after)) return true;
    if (smallest.size() == limit && *id > smallest.front()) return true;
    smallest.push_back(*id);
    std::ranges::push_heap(smallest);
    if (smallest.size() > limit) {
      std::ranges::pop_heap(smallest);
      smallest.pop_back();
    }
    return true;
  };
  if (limit == 0) return smallest;
  auto outer = for_each_name(epoch_folder(epoch), [&](std::string_view shard) {
    folder = epoch_folder(epoch).append("/").append(shard);
    inner = for_each_name(folder, take);
    return inner.has_value();
  });
  if (!outer) return std::unexpected(outer.error());
  if (!inner) return std::unexpected(inner.error());
  std::ranges::sort_heap(smallest);
  return smallest;
}

}  // namespace skerry::storage::local
