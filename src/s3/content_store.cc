#include "s3/content_store.h"

#include "base/bytes.h"
#include "digest/hasher.h"
#include "digest/lanes.h"
#include "s3/errors.h"
#include "storage/sealed_source.h"
#include "storage/sealed_writer.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using storage::BlobId;

// Large enough that a hand-off to a worker costs nothing beside it, small enough to stay in a core's cache.
constexpr std::size_t kChunk = 256 << 10;

ReadError cut_short() { return {ReadErrc::Malformed, "fewer bytes than announced"}; }
ReadError above_limit() { return {ReadErrc::TooLarge, "more bytes than one object may have"}; }
ReadError too_long() { return {ReadErrc::Malformed, "more bytes than announced"}; }

// The end itself is read too: what vouches for the bytes (a signature, a trailer) comes with it.
Task<std::expected<void, ReadError>> read_end(ByteSource& body) {
  char probe;
  auto more = co_await body.read({&probe, 1});
  if (!more) co_return std::unexpected(more.error());
  if (*more > 0) co_return std::unexpected(too_long());
  co_return std::expected<void, ReadError>();
}

std::vector<digest::Digest> hash(std::string_view bytes, std::span<const Algorithm> algorithms) {
  std::vector<digest::Digest> out;
  out.reserve(algorithms.size());
  for (Algorithm algorithm : algorithms) out.push_back(digest::digest_of(algorithm, bytes));
  return out;
}

}  // namespace

StoredContent ContentStore::seal_small(const FoundBucket& bucket, std::string_view plain,
                                       std::span<const Algorithm> algorithms) {
  StoredContent out;
  out.size = plain.size();
  out.digests = hash(plain, algorithms);
  if (plain.empty()) return out;
  auto blob = parts_.epochs.new_blob_id(bucket.partition());
  // The bytes come with their row, in one batch: there is nothing that could be left behind.
  blob.in_flight.settle();
  out.place = record::VersionRow::BULK;
  out.blob_id = blob.id.bytes();
  out.bulk = storage::seal_bytes(*bucket.kek, blob.id, plain);
  return out;
}

// What is kept beside the rows is sealed, and the limit is of that.
std::size_t ContentStore::small_max() const {
  std::uint64_t limit = parts_.meta.bulk_limit();
  std::uint64_t added = storage::sealed_size(limit) - limit;  // at least as much as sealing adds to less
  return limit > added ? limit - added : 0;
}

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store(
    const FoundBucket& bucket, ByteSource& body, std::uint64_t size, std::span<const Algorithm> algorithms) {
  if (size > small_max()) {
    std::string nothing;
    Extent extent{size, size};
    co_return co_await store_large(bucket, std::move(nothing), body, extent, algorithms);
  }
  std::string plain = uninitialised(size);
  if (size > 0) {
    auto got = co_await read_full(body, plain);
    if (!got) co_return std::unexpected(StoreFailure(got.error()));
    if (*got < size) co_return std::unexpected(StoreFailure(cut_short()));
  }
  if (auto ended = co_await read_end(body); !ended) co_return std::unexpected(StoreFailure(ended.error()));
  co_return seal_small(bucket, plain, algorithms);
}

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store_unsized(
    const FoundBucket& bucket, ByteSource& body, std::uint64_t size_max, std::span<const Algorithm> algorithms) {
  std::string begun = uninitialised(small_max() + 1);
  auto got = co_await read_full(body, begun);
  if (!got) co_return std::unexpected(StoreFailure(got.error()));
  bool small = *got < begun.size();
  begun.resize(*got);
  if (begun.size() > size_max) co_return std::unexpected(StoreFailure(above_limit()));
  if (small) co_return seal_small(bucket, begun, algorithms);
  Extent extent{std::nullopt, size_max};
  co_return co_await store_large(bucket, std::move(begun), body, extent, algorithms);
}

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store_large(
    const FoundBucket& bucket, std::string begun, ByteSource& body, Extent extent,
    std::span<const Algorithm> algorithms) {
  auto blob = parts_.epochs.new_blob_id(bucket.partition());
  auto file = co_await parts_.blobs.create(blob.id);
  if (!file) co_return std::unexpected(StoreFailure(file.error()));

  Gate tasks;  // of the writer; closed before this returns, on every way
  std::optional<StoreFailure> failure;
  std::vector<digest::Digest> digests;
  std::uint64_t size = begun.size();
  {
    storage::SealedWriter writer(std::move(*file), bucket.kek, blob.id, parts_.workers, tasks);
    digest::HashLanes lanes(parts_.workers, algorithms, extent.size);
    auto chunk = std::make_shared<std::string>(std::move(begun));
    bool ended = false;
    while (!failure) {
      if (!chunk->empty()) {
        std::shared_ptr<const std::string> shared = std::move(chunk);
        lanes.update(shared);
        if (auto appended = co_await writer.append(shared); !appended) failure = appended.error();
        co_await lanes.ready();
      }
      std::uint64_t wanted = std::min<std::uint64_t>(extent.size.value_or(extent.size_max + 1) - size, kChunk);
      if (failure || ended || wanted == 0) break;
      chunk = std::make_shared<std::string>(uninitialised(wanted));
      auto got = co_await read_full(body, *chunk);
      if (!got) {
        failure = got.error();
        break;
      }
      ended = *got < wanted;
      chunk->resize(*got);
      size += *got;
      if (ended && extent.size) failure = cut_short();
      if (size > extent.size_max) failure = above_limit();
    }
    if (!failure && extent.size) {
      if (auto end = co_await read_end(body); !end) failure = end.error();
    }
    if (!failure) {
      if (auto sealed = co_await writer.seal(); !sealed) failure = sealed.error();
    }
    if (!failure) digests = co_await lanes.finish();
  }
  co_await tasks.close();
  if (failure) co_return std::unexpected(std::move(*failure));

  StoredContent out;
  out.place = record::VersionRow::BLOB;
  out.blob_id = blob.id.bytes();
  out.size = size;
  out.digests = std::move(digests);
  out.in_flight = std::move(blob.in_flight);
  co_return out;
}

Task<std::expected<ContentStore::Content, ContentStore::OpenFailure>> ContentStore::open(
    const FoundBucket& bucket, const record::VersionRow& row, std::vector<storage::Segment> parts, std::uint64_t offset,
    std::uint64_t length) {
  CHECK(offset + length <= row.size(), "a range of {} bytes at {} past {}", length, offset, row.size());
  if (length == 0) co_return Content(std::string());
  if (row.place() == record::VersionRow::BULK) {
    auto id = BlobId::from_bytes(row.blob_id());
    if (!id) co_return std::unexpected(OpenFailure(corrupt("a version row")));
    auto sealed = co_await parts_.meta.get_bulk(bucket.partition(), row.blob_id());
    if (!sealed) co_return std::unexpected(OpenFailure(store_error(sealed.error())));
    if (!*sealed) co_return std::unexpected(OpenFailure(OpenErrc::Gone));
    auto plain = storage::open_bytes(*bucket.kek, *id, **sealed);
    if (!plain) co_return std::unexpected(OpenFailure(store_error(plain.error())));
    if (plain->size() != row.size()) co_return std::unexpected(OpenFailure(corrupt("a content")));
    if (length == plain->size()) co_return Content(std::move(*plain));
    co_return Content(plain->substr(offset, length));
  }
  if (row.place() == record::VersionRow::BLOB) {
    auto id = BlobId::from_bytes(row.blob_id());
    if (!id) co_return std::unexpected(OpenFailure(corrupt("a version row")));
    parts = {{.id = *id, .size = row.size()}};
  }
  std::unique_ptr<ByteSource> source = std::make_unique<storage::SealedSource>(
      parts_.meta, parts_.blobs, parts_.readers, bucket.kek, std::move(parts), offset, length);
  co_return Content(std::move(source));
}

wire::ApiError store_failure(const ContentStore::StoreFailure& failure) {
  if (const auto* read = std::get_if<ReadError>(&failure)) return read_error(*read);
  return store_error(std::get<storage::StoreError>(failure));
}

}  // namespace skerry::s3
