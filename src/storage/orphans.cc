#include "storage/orphans.h"

#include "storage/blob_ledger.h"
#include "storage/row_class.h"
#include "storage/sweeper.h"

namespace skerry::storage {
namespace {

constexpr std::size_t kPage = 256;
// How long a list of partitions may be used: less than the grace after which a dropped one is erased.
constexpr microseconds kListAge = seconds(5);

}  // namespace

Task<StoreResult<void>> Orphans::sweep() {
  auto abandoned = co_await epochs_.load_abandoned();
  if (!abandoned) co_return std::unexpected(abandoned.error());
  for (Epoch epoch : *abandoned) {
    auto looked = co_await look_through(epoch);
    if (stopping_) break;
    if (!looked) co_return std::unexpected(looked.error());
    auto closed = co_await epochs_.close(epoch);
    if (!closed) co_return std::unexpected(closed.error());
    stats_.epochs_closed += 1;
  }
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> Orphans::look_through(Epoch epoch) {
  std::optional<BlobId> after;
  while (!stopping_) {
    live_.reset();  // listed after the blobs: a partition is older than what it owns
    auto page = co_await blobs_.list(epoch, after, kPage);
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) break;
    for (const BlobId& id : *page) {
      auto judged = co_await judge(id);
      if (!judged) co_return std::unexpected(judged.error());
    }
    after = page->back();
  }
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> Orphans::judge(BlobId id) {
  const std::string key = reference_key(id);
  auto reference = co_await meta_.get(id.owner, key);
  if (!reference) co_return std::unexpected(reference.error());
  if (*reference) co_return StoreResult<void>{};  // referenced, or condemned with a removal under way

  auto live = co_await is_live(id.owner);
  if (!live) co_return std::unexpected(live.error());
  stats_.orphans_found += 1;
  if (!*live) co_return co_await blobs_.remove(id);  // its partition's fence is down for good: nobody can refer to it

  Batch batch{.partition = id.owner};
  condemn(batch, id, clock_.now());
  touched_.insert(id.owner);
  auto done = co_await meta_.commit(std::move(batch));
  // A conflict is a reference that was committed after all, by a server that only seemed dead.
  if (!done && done.error().errc != StoreErrc::Conflict) {
    co_return std::unexpected(StoreError{done.error().errc, done.error().detail});
  }
  co_return StoreResult<void>{};
}

Task<StoreResult<bool>> Orphans::is_live(Partition partition) {
  if (!live_ || clock_.steady() - listed_ > kListAge) {
    listed_ = clock_.steady();
    auto listed = co_await host_.load_partitions();
    if (!listed) co_return std::unexpected(listed.error());
    live_.emplace(listed->begin(), listed->end());
  }
  co_return live_->contains(partition);
}

}  // namespace skerry::storage
