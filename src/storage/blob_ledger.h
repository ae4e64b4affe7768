#pragma once
#include <cstdint>

#include "base/clock.h"
#include "storage/blob_id.h"
#include "storage/kek.h"
#include "storage/meta_store.h"

// Who refers to a blob, written in the batch that makes or ends the reference, so that neither is ever without the
// other. The rows lie in the partition that owns the blob and are storage's own (row_class.h).
//
// An object is stored so: Epochs::new_blob_id → seal the blob → commit {metadata, add_reference}. It is replaced or
// deleted so: commit {metadata, drop_reference} → tell the sweeper, which removes the blob after its grace.
namespace skerry::storage {

enum class Place : bool {
  Blob,  // in the BlobStore
  Bulk,  // a bulk value beside the rows, sealed by seal_bytes, under the blob id's bytes
};

// A stretch of an object's content. An object of several parts has several.
struct Segment {
  BlobId id;
  std::uint64_t size = 0;  // plain bytes
  Place place = Place::Blob;
  friend bool operator==(const Segment&, const Segment&) = default;
};

// Asserts that there is no row under this reference yet: a server that was taken for dead finds there that its blob has
// been condemned, and its commit conflicts instead of acknowledging bytes that are going away. A bulk value needs no
// reference, being in the batch itself (put_bulk).
void add_reference(Batch& batch, const Segment& segment);

void put_bulk(Batch& batch, const Segment& segment, std::string sealed);

// Takes the reference away and leaves a removal for the sweeper. Not in the batch that added it. `now` is this server's
// wall time.
void drop_reference(Batch& batch, const Segment& segment, Time now);

// The intent to erase a partition whose service has made sure that nothing is committed to it any more (a fence): the
// sweeper removes what the partition still refers to, then its rows, then `kek` (KekId::Master: none to forget). For a
// batch on the registry.
void drop_partition(Batch& registry_batch, Partition partition, KekId kek, Time now);

// For the sweeper: puts a condemned reference in the place of none, so that none can be added, with a removal for the
// blob and a later one for the condemned reference. Asserts that there is no reference.
void condemn(Batch& batch, const BlobId& id, Time now);

// How long a server may be stopped (a suspended machine) and still find that its blob was condemned, instead of
// committing a reference to nothing.
inline constexpr auto kCondemnedLife = std::chrono::hours(24);

}  // namespace skerry::storage
