#include "s3/content_store.h"

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

std::string uninitialised(std::size_t size) {
  std::string out;
  // libstdc++ 12 hands over the capacity that it took instead of the size that was asked for.
  out.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
  return out;
}

ReadError cut_short() { return {ReadErrc::Malformed, "fewer bytes than announced"}; }
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

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store(
    const FoundBucket& bucket, ByteSource& body, std::uint64_t size, std::span<const Algorithm> algorithms) {
  if (size <= parts_.meta.bulk_limit()) co_return co_await store_small(bucket, body, size, algorithms);
  co_return co_await store_large(bucket, body, size, algorithms);
}

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store_small(
    const FoundBucket& bucket, ByteSource& body, std::uint64_t size, std::span<const Algorithm> algorithms) {
  std::string plain = uninitialised(size);
  if (size > 0) {
    auto got = co_await read_full(body, plain);
    if (!got) co_return std::unexpected(StoreFailure(got.error()));
    if (*got < size) co_return std::unexpected(StoreFailure(cut_short()));
  }
  if (auto ended = co_await read_end(body); !ended) co_return std::unexpected(StoreFailure(ended.error()));

  StoredContent out;
  out.size = size;
  out.digests = hash(plain, algorithms);
  if (size == 0) co_return out;
  auto blob = parts_.epochs.new_blob_id(bucket.partition());
  // The bytes come with their row, in one batch: there is nothing that could be left behind.
  blob.in_flight.settle();
  out.place = record::VersionRow::BULK;
  out.blob_id = blob.id.bytes();
  out.bulk = storage::seal_bytes(*bucket.kek, blob.id, plain);
  co_return out;
}

Task<std::expected<StoredContent, ContentStore::StoreFailure>> ContentStore::store_large(
    const FoundBucket& bucket, ByteSource& body, std::uint64_t size, std::span<const Algorithm> algorithms) {
  auto blob = parts_.epochs.new_blob_id(bucket.partition());
  auto file = co_await parts_.blobs.create(blob.id);
  if (!file) co_return std::unexpected(StoreFailure(file.error()));

  Gate tasks;  // of the writer; closed before this returns, on every way
  std::optional<StoreFailure> failure;
  std::vector<digest::Digest> digests;
  {
    storage::SealedWriter writer(std::move(*file), bucket.kek, blob.id, parts_.workers, tasks);
    digest::HashLanes lanes(parts_.workers, algorithms, size);
    std::uint64_t left = size;
    while (left > 0 && !failure) {
      auto chunk = std::make_shared<std::string>(uninitialised(std::min<std::uint64_t>(left, kChunk)));
      auto got = co_await read_full(body, *chunk);
      if (!got) {
        failure = got.error();
      } else if (*got < chunk->size()) {
        failure = cut_short();
      } else {
        left -= *got;
        std::shared_ptr<const std::string> shared = std::move(chunk);
        lanes.update(shared);
        if (auto appended = co_await writer.append(shared); !appended) failure = appended.error();
        co_await lanes.ready();
      }
    }
    if (!failure) {
      if (auto ended = co_await read_end(body); !ended) failure = ended.error();
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

Task<std::expected<std::variant<std::string, std::unique_ptr<ByteSource>>, ContentStore::OpenFailure>>
ContentStore::open(const FoundBucket& bucket, const record::VersionRow& row, std::vector<storage::Segment> parts,
                   std::uint64_t offset, std::uint64_t length) {
  using Opened = std::variant<std::string, std::unique_ptr<ByteSource>>;
  CHECK(offset + length <= row.size(), "a range of {} bytes at {} past {}", length, offset, row.size());
  if (length == 0) co_return Opened(std::string());
  if (row.place() == record::VersionRow::BULK) {
    auto id = BlobId::from_bytes(row.blob_id());
    if (!id) co_return std::unexpected(OpenFailure(corrupt("a version row")));
    auto sealed = co_await parts_.meta.get_bulk(bucket.partition(), row.blob_id());
    if (!sealed) co_return std::unexpected(OpenFailure(store_error(sealed.error())));
    if (!*sealed) co_return std::unexpected(OpenFailure(OpenErrc::Gone));
    auto plain = storage::open_bytes(*bucket.kek, *id, **sealed);
    if (!plain) co_return std::unexpected(OpenFailure(store_error(plain.error())));
    if (plain->size() != row.size()) co_return std::unexpected(OpenFailure(corrupt("a content")));
    if (length == plain->size()) co_return Opened(std::move(*plain));
    co_return Opened(plain->substr(offset, length));
  }
  if (row.place() == record::VersionRow::BLOB) {
    auto id = BlobId::from_bytes(row.blob_id());
    if (!id) co_return std::unexpected(OpenFailure(corrupt("a version row")));
    parts = {{.id = *id, .size = row.size()}};
  }
  std::unique_ptr<ByteSource> source = std::make_unique<storage::SealedSource>(
      parts_.meta, parts_.blobs, parts_.readers, bucket.kek, std::move(parts), offset, length);
  co_return Opened(std::move(source));
}

wire::ApiError store_failure(const ContentStore::StoreFailure& failure) {
  if (const auto* read = std::get_if<ReadError>(&failure)) return read_error(*read);
  return store_error(std::get<storage::StoreError>(failure));
}

}  // namespace skerry::s3
