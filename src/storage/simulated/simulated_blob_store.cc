#include "storage/simulated/simulated_blob_store.h"

#include "storage/simulated/simulated_blob_writer.h"

namespace skerry::storage {
namespace {

std::unexpected<StoreError> failed(StoreErrc errc) { return std::unexpected(StoreError{errc, "simulated"}); }
std::unexpected<StoreError> lost() { return failed(StoreErrc::Unavailable); }

}  // namespace

SimulatedBlobStore::SimulatedBlobStore(SimulatedCluster& cluster, Link& link, std::uint64_t client)
    : cluster_(cluster), link_(link), client_(client) {}

void SimulatedBlobStore::saw(std::string_view call, const BlobId& id, std::string_view what) {
  cluster_.witness_.saw(fmt::format("{} {} {} {}", client_, call, id.text(), what));
}

Task<StoreResult<std::unique_ptr<BlobWriter>>> SimulatedBlobStore::create(BlobId id) {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  bool exists = cluster_.disk_.find_blob(id) != nullptr;
  saw("create", id, exists ? "exists" : "new");
  // A blob's id is what its key is derived from: other bytes under it would be sealed with the same nonces.
  if (!exists && cluster_.written_.contains(id))
    cluster_.witness_.broke(fmt::format("blob {} is written a second time", id.text()));
  if (!co_await call.come_back()) co_return lost();
  if (exists) co_return failed(StoreErrc::Exists);
  if (link_.random().chance(link_.faults().no_space)) co_return failed(StoreErrc::NoSpace);
  std::unique_ptr<BlobWriter> writer = std::make_unique<SimulatedBlobWriter>(cluster_, link_, client_, id);
  co_return writer;
}

Task<StoreResult<std::size_t>> SimulatedBlobStore::read(BlobId id, std::uint64_t offset, std::span<char> into) {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  const std::string* blob = cluster_.disk_.find_blob(id);
  std::size_t count = 0;
  if (blob && offset < blob->size()) count = std::min<std::uint64_t>(into.size(), blob->size() - offset);
  if (count > 0) std::copy_n(blob->data() + offset, count, into.data());
  // Nobody may count on what lies past the bytes that were given.
  std::ranges::fill(into.subspan(count), '\xdb');
  saw("read", id, fmt::format("{} gives {}", offset, count));
  bool found = blob != nullptr;
  if (!co_await call.come_back()) co_return lost();
  if (!found) co_return failed(StoreErrc::NotFound);
  co_return count;
}

Task<StoreResult<std::uint64_t>> SimulatedBlobStore::size(BlobId id) {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  const std::string* blob = cluster_.disk_.find_blob(id);
  std::optional<std::uint64_t> size;
  if (blob) size = blob->size();
  saw("size", id, blob ? "found" : "absent");
  if (!co_await call.come_back()) co_return lost();
  if (!size) co_return failed(StoreErrc::NotFound);
  co_return *size;
}

Task<StoreResult<void>> SimulatedBlobStore::remove(BlobId id) {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  cluster_.disk_.remove_blob(id);
  saw("remove", id, "");
  if (!co_await call.come_back()) co_return lost();
  co_return StoreResult<void>{};
}

Task<StoreResult<std::vector<BlobId>>> SimulatedBlobStore::list(Epoch epoch, std::optional<BlobId> after,
                                                                std::size_t limit) {
  Link::Call call(link_);
  if (limit == 0) cluster_.witness_.broke("a list of no blobs");
  if (!co_await call.arrive()) co_return lost();
  // "Empty at the end" is the only end a caller may rely on: a page may be short.
  if (link_.random().chance(link_.faults().short_page)) limit = 1;
  const SimulatedDisk::Blobs& blobs = cluster_.disk_.blobs();
  std::vector<BlobId> found;
  auto it = after ? blobs.upper_bound(*after) : blobs.begin();
  for (; it != blobs.end() && it->first.epoch <= epoch && found.size() < limit; ++it)
    if (it->first.epoch == epoch) found.push_back(it->first);
  cluster_.witness_.saw(fmt::format("{} list {} gives {}", client_, epoch, found.size()));
  if (!co_await call.come_back()) co_return lost();
  co_return found;
}

Task<StoreResult<std::vector<Epoch>>> SimulatedBlobStore::epochs() {
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return lost();
  std::vector<Epoch> found;
  for (const auto& [id, bytes] : cluster_.disk_.blobs())
    if (found.empty() || found.back() != id.epoch) found.push_back(id.epoch);
  cluster_.witness_.saw(fmt::format("{} epochs gives {}", client_, found.size()));
  if (!co_await call.come_back()) co_return lost();
  co_return found;
}

}  // namespace skerry::storage
