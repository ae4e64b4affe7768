#pragma once
#include <expected>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/random.h"
#include "base/workers.h"
#include "digest/digest.h"
#include "s3/bucket.h"
#include "s3/version.h"
#include "storage/blob_ledger.h"
#include "storage/blob_store.h"
#include "storage/epochs.h"
#include "storage/meta_store.h"
#include "storage/readers.h"
#include "wire/error.h"

namespace skerry::s3 {

// Bytes that are durable, or at hand to become so with their row, but that nothing refers to yet.
struct StoredContent {
  record::VersionRow::Place place = record::VersionRow::NOWHERE;
  std::string blob_id;  // bytes of the id; empty for NOWHERE
  std::string bulk;     // the sealed bytes, for BULK
  std::uint64_t size = 0;
  std::vector<digest::Digest> digests;  // in the order that was asked for
  // Settled by whoever commits the reference; else the sweeper looks after the blob.
  storage::Epochs::InFlight in_flight;
};

// Takes bodies in and gives contents out: sealed, hashed as they pass, small ones beside their rows and large ones as
// blobs.
//
// Life: one per server. Threads: any.
class ContentStore {
 public:
  struct Parts {
    storage::MetaStore& meta;
    storage::BlobStore& blobs;
    storage::Epochs& epochs;
    storage::Readers& readers;
    Workers& workers;  // for hashes and encryption
  };
  explicit ContentStore(Parts parts) : parts_(parts) {}

  // Reads `body` to its end: `size` bytes, no more and no fewer. Memory stays within some 2 MiB, whatever the size.
  using StoreFailure = std::variant<ReadError, storage::StoreError>;
  Task<std::expected<StoredContent, StoreFailure>> store(const FoundBucket& bucket, ByteSource& body,
                                                         std::uint64_t size,
                                                         std::span<const digest::Algorithm> algorithms);

  // The same for a body whose length nobody has said: up to `size_max` bytes, past which it fails with TooLarge.
  Task<std::expected<StoredContent, StoreFailure>> store_unsized(const FoundBucket& bucket, ByteSource& body,
                                                                 std::uint64_t size_max,
                                                                 std::span<const digest::Algorithm> algorithms);

  // A range of a version's bytes, within its size. A small content is read here, a large one as it is pulled.
  // Gone: the version was removed since its row was read; look it up again.
  enum class OpenErrc { Gone };
  using OpenFailure = std::variant<OpenErrc, wire::ApiError>;
  using Content = std::variant<std::string, std::unique_ptr<ByteSource>>;
  Task<std::expected<Content, OpenFailure>> open(const FoundBucket& bucket, const record::VersionRow& row,
                                                 std::vector<storage::Segment> parts, std::uint64_t offset,
                                                 std::uint64_t length);

 private:
  std::size_t small_max() const;
  // How much of a body there is, as far as it is known.
  struct Extent {
    std::optional<std::uint64_t> size;  // exactly
    std::uint64_t size_max;
  };
  StoredContent seal_small(const FoundBucket& bucket, std::string_view plain,
                           std::span<const digest::Algorithm> algorithms);
  // `begun`: what was read of the body already.
  Task<std::expected<StoredContent, StoreFailure>> store_large(const FoundBucket& bucket, std::string begun,
                                                               ByteSource& body, Extent extent,
                                                               std::span<const digest::Algorithm> algorithms);

  const Parts parts_;
};

// What a client is told of it.
wire::ApiError store_failure(const ContentStore::StoreFailure& failure);

}  // namespace skerry::s3
