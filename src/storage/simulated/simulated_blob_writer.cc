#include "storage/simulated/simulated_blob_writer.h"

namespace skerry::storage {

SimulatedBlobWriter::SimulatedBlobWriter(SimulatedCluster& cluster, Link& link, std::uint64_t client, BlobId id)
    : cluster_(cluster), link_(link), client_(client), id_(id) {}

SimulatedBlobWriter::~SimulatedBlobWriter() {
  if (state_ == State::Busy) cluster_.witness_.broke("a blob writer ends during a call");
}

void SimulatedBlobWriter::begin(std::string_view call) {
  if (state_ == State::Busy) cluster_.witness_.broke(fmt::format("{} during another call on a blob writer", call));
  if (state_ == State::Sealed) cluster_.witness_.broke(fmt::format("{} after seal", call));
  if (state_ == State::Failed) cluster_.witness_.broke(fmt::format("{} after an error, which is final", call));
  state_ = State::Busy;
}

std::unexpected<StoreError> SimulatedBlobWriter::fail(StoreErrc errc) {
  state_ = State::Failed;
  return std::unexpected(StoreError{errc, "simulated"});
}

Task<StoreResult<void>> SimulatedBlobWriter::append(std::string_view bytes) {
  begin("append");
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return fail(StoreErrc::Unavailable);
  bool full = !cluster_.disk_.has_room(bytes_.size() + bytes.size());
  if (full || link_.random().chance(link_.faults().no_space)) co_return fail(StoreErrc::NoSpace);
  bytes_.append(bytes);
  cluster_.written_.insert(id_);
  cluster_.witness_.saw(fmt::format("{} append {} {}", client_, id_.text(), bytes.size()));
  if (!co_await call.come_back()) co_return fail(StoreErrc::Unavailable);
  state_ = State::Open;
  co_return StoreResult<void>{};
}

Task<StoreResult<void>> SimulatedBlobWriter::seal() {
  begin("seal");
  Link::Call call(link_);
  if (!co_await call.arrive()) co_return fail(StoreErrc::Unavailable);
  if (!cluster_.disk_.has_room(bytes_.size())) co_return fail(StoreErrc::NoSpace);
  StoreResult<void> added = cluster_.disk_.add_blob(id_, std::move(bytes_));
  cluster_.witness_.saw(fmt::format("{} seal {} {}", client_, id_.text(), added ? "durable" : "exists"));
  if (!co_await call.come_back()) co_return fail(StoreErrc::Unavailable);
  if (!added) co_return fail(StoreErrc::Exists);
  state_ = State::Sealed;
  co_return added;
}

}  // namespace skerry::storage
