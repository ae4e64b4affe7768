#include "storage/blob_ledger.h"

#include "base/check.h"
#include "storage/record_cipher.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {
namespace {

void check_owner(const Batch& batch, const BlobId& id) {
  CHECK(batch.partition == id.owner, "blob {} is not owned by the batch's partition", id.text());
}

std::string reference_row(std::uint64_t stored_bytes, bool condemned) {
  records::Reference reference;
  reference.set_stored_bytes(stored_bytes);
  reference.set_condemned(condemned);
  return reference.SerializeAsString();
}

void put_removal(Batch& batch, Time when, const BlobId& id, records::Removal::What what, std::uint64_t stored_bytes) {
  records::Removal removal;
  removal.set_what(what);
  removal.set_stored_bytes(stored_bytes);
  batch.puts.push_back({removal_key(when, id), removal.SerializeAsString()});
}

}  // namespace

void add_reference(Batch& batch, const Segment& segment) {
  check_owner(batch, segment.id);
  CHECK(segment.place == Place::Blob, "a bulk value has no reference row");
  std::string key = reference_key(segment.id);
  batch.requirements.push_back({key, std::nullopt});
  batch.puts.push_back({std::move(key), reference_row(sealed_size(segment.size), false)});
}

void put_bulk(Batch& batch, const Segment& segment, std::string sealed) {
  check_owner(batch, segment.id);
  CHECK(segment.place == Place::Bulk && sealed.size() == sealed_size(segment.size), "not this segment's bytes");
  batch.bulk_puts.push_back({segment.id.bytes(), std::move(sealed)});
}

void drop_reference(Batch& batch, const Segment& segment, Time now) {
  check_owner(batch, segment.id);
  bool is_blob = segment.place == Place::Blob;
  if (is_blob) batch.erases.push_back(reference_key(segment.id));
  put_removal(batch, now, segment.id, is_blob ? records::Removal::BLOB : records::Removal::BULK,
              sealed_size(segment.size));
}

void drop_partition(Batch& registry_batch, Partition partition, KekId kek, Time now) {
  CHECK(registry_batch.partition == Partition::Registry, "partitions are dropped in the registry");
  records::DroppedPartition dropped;
  dropped.set_dropped_us(now.time_since_epoch().count());
  dropped.set_kek(static_cast<std::uint64_t>(kek));
  registry_batch.puts.push_back({dropped_key(partition), dropped.SerializeAsString()});
}

void condemn(Batch& batch, const BlobId& id, Time now) {
  check_owner(batch, id);
  std::string key = reference_key(id);
  batch.requirements.push_back({key, std::nullopt});
  batch.puts.push_back({std::move(key), reference_row(0, true)});
  put_removal(batch, now, id, records::Removal::BLOB, 0);
  put_removal(batch, now + kCondemnedLife, id, records::Removal::CONDEMNED, 0);
}

}  // namespace skerry::storage
