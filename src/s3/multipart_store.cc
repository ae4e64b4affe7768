#include "s3/multipart_store.h"

#include <algorithm>

#include "s3/details.h"
#include "s3/errors.h"
#include "s3/part_table.h"
#include "storage/blob_ledger.h"

namespace skerry::s3 {
namespace {

using storage::Batch;
using wire::ApiError;

// Parts are committed side by side; only who changes the same part, the upload or the bucket makes one lose.
constexpr int kAttemptsMax = 100;
// A finished upload is looked for among so many versions of its key, the newest.
constexpr std::size_t kFinishedVersionsMax = 1000;

ApiError no_such_upload(std::string_view upload_id) {
  return error(Errc::NoSuchUpload).with("UploadId", std::string(upload_id));
}

keys::Stamp micros(Time time) { return static_cast<keys::Stamp>(time.time_since_epoch().count()); }

std::expected<std::optional<storage::Segment>, ApiError> segment_of(const record::UploadedPart& part) {
  if (part.size() == 0) return std::nullopt;
  auto id = storage::BlobId::from_bytes(part.blob_id());
  if (!id) return std::unexpected(corrupt("an uploaded part"));
  return storage::Segment{*id, part.size(), part.bulk() ? storage::Place::Bulk : storage::Place::Blob};
}

bool concerns(const storage::CommitError& failed, std::string_view key) {
  return std::ranges::any_of(failed.conflicts,
                             [key](const storage::Conflict& conflict) { return conflict.key == key; });
}

// The key is bytes, its row escaped; the upload's own row says nothing of either.
FoundUpload made_upload(std::string key, keys::UploadId id, record::Upload record) {
  FoundUpload upload{.key = std::move(key), .id = std::move(id), .record = std::move(record)};
  upload.bytes = upload.record.SerializeAsString();
  return upload;
}

// The end of an upload, whichever it is: nothing can be added from now on, and the janitor looks for what is left.
storage::Row ended_row(const keys::UploadId& id) {
  record::EndedUpload ended;
  ended.set_next_number(1);
  return {keys::ended_upload(id), ended.SerializeAsString()};
}

}  // namespace

MultipartStore::MultipartStore(storage::MetaStore& meta, BucketRegistry& buckets, ObjectIndex& index,
                               const Clock& clock, Random& random, ObjectIndex::Dropped dropped)
    : meta_(meta), buckets_(buckets), index_(index), clock_(clock), random_(random), dropped_(std::move(dropped)) {}

Task<std::expected<std::optional<std::string>, ApiError>> MultipartStore::get(const FoundBucket& bucket,
                                                                              const std::string& row) {
  auto bytes = co_await meta_.get(bucket.partition(), row);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  co_return std::move(*bytes);
}

Task<std::expected<FoundUpload, ApiError>> MultipartStore::create(FoundBucket& bucket, std::string key,
                                                                  NewUpload wanted) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  auto existing = co_await index_.find(bucket, key, std::nullopt);
  if (!existing && !existing.error().is(info(Errc::NoSuchKey))) co_return std::unexpected(existing.error());

  keys::UploadId id{.initiated = micros(clock_.now()), .unique = random_.bytes(16)};
  wanted.record.set_initiated_us(id.initiated);
  wanted.record.set_key_existed(existing && !existing->row.delete_marker());
  FoundUpload upload = made_upload(std::move(key), std::move(id), std::move(wanted.record));
  std::string row = keys::upload(upload.key, upload.id);
  std::string detail_row = keys::upload_detail(upload.id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Batch batch{.partition = bucket.partition()};
    batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
    batch.requirements.push_back({row, std::nullopt});
    batch.puts.push_back({row, upload.bytes});
    batch.puts.push_back({detail_row, seal_message(bucket, detail_row, wanted.detail, random_)});
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) co_return upload;
    if (committed.error().errc != storage::StoreErrc::Conflict)
      co_return std::unexpected(store_error(committed.error()));
    if (auto refreshed = co_await buckets_.refresh_for_write(bucket); !refreshed) {
      co_return std::unexpected(refreshed.error());
    }
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<FoundUpload, ApiError>> MultipartStore::find(const FoundBucket& bucket, std::string key,
                                                                std::string upload_id) {
  auto id = keys::UploadId::parse(upload_id);
  if (!id) co_return std::unexpected(no_such_upload(upload_id));
  std::string row = keys::upload(key, *id);
  auto bytes = co_await get(bucket, row);
  if (!bytes) co_return std::unexpected(bytes.error());
  if (!*bytes) co_return std::unexpected(no_such_upload(upload_id));
  FoundUpload upload{.key = std::move(key), .id = std::move(*id), .record = {}, .bytes = std::move(**bytes)};
  if (!upload.record.ParseFromString(upload.bytes)) co_return std::unexpected(corrupt("an upload"));
  co_return upload;
}

Task<std::expected<record::UploadedPart, ApiError>> MultipartStore::put_part(FoundBucket& bucket, FoundUpload upload,
                                                                             std::uint32_t number,
                                                                             record::UploadedPart record,
                                                                             StoredContent content) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  record.set_size(content.size);
  record.set_blob_id(content.blob_id);
  record.set_bulk(content.place == record::VersionRow::BULK);
  record.set_modified_us(micros(clock_.now()));
  auto segment = segment_of(record);
  CHECK(segment, "a part stored without its blob's id");
  const std::string upload_row = keys::upload(upload.key, upload.id);
  const std::string part_row = keys::part(upload.id, number);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto replaced = co_await get(bucket, part_row);
    if (!replaced) co_return std::unexpected(replaced.error());
    Batch batch{.partition = bucket.partition()};
    batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
    batch.requirements.push_back({upload_row, upload.bytes});
    batch.requirements.push_back({part_row, *replaced});
    batch.puts.push_back({part_row, record.SerializeAsString()});
    if (*segment && record.bulk()) storage::put_bulk(batch, **segment, content.bulk);
    if (*segment && !record.bulk()) storage::add_reference(batch, **segment);
    if (*replaced) {
      record::UploadedPart old;
      if (!old.ParseFromString(**replaced)) co_return std::unexpected(corrupt("an uploaded part"));
      auto old_segment = segment_of(old);
      if (!old_segment) co_return std::unexpected(old_segment.error());
      if (*old_segment) storage::drop_reference(batch, **old_segment, clock_.now());
    }
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) {
      content.in_flight.settle();
      if (*replaced) dropped_(bucket.partition());
      co_return record;
    }
    if (committed.error().errc != storage::StoreErrc::Conflict)
      co_return std::unexpected(store_error(committed.error()));
    // An upload's row never changes: it goes.
    if (concerns(committed.error(), upload_row)) co_return std::unexpected(no_such_upload(upload.id.text()));
    bool bucket_changed = concerns(committed.error(), keys::fence());
    // What is left is the blob's own reference: this server was taken for dead, and the blob condemned.
    if (!bucket_changed && !concerns(committed.error(), part_row)) break;
    if (!bucket_changed) continue;
    if (auto refreshed = co_await buckets_.refresh_for_write(bucket); !refreshed) {
      co_return std::unexpected(refreshed.error());
    }
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<StoredPartsPage, ApiError>> MultipartStore::list_parts(const FoundBucket& bucket,
                                                                          const FoundUpload& upload,
                                                                          std::uint32_t after, std::size_t limit) {
  StoredPartsPage out;
  if (limit == 0 || after >= kPartNumberMax) co_return out;
  storage::ScanRequest request{.partition = bucket.partition(),
                               .begin = keys::part(upload.id, after + 1),
                               .end = keys::part(upload.id, kPartNumberMax + 1)};
  for (;;) {
    request.limit = std::min<std::size_t>(limit + 1 - out.parts.size(), 1000);
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    for (storage::Row& row : page->rows) {
      if (out.parts.size() == limit) {
        out.truncated = true;
        co_return out;
      }
      StoredPart& part = out.parts.emplace_back();
      part.number = keys::part_number(row.key);
      if (!part.record.ParseFromString(row.value)) co_return std::unexpected(corrupt("an uploaded part"));
      part.bytes = std::move(row.value);
    }
    if (!page->next) co_return out;
    request.begin = *page->next;
  }
}

Task<std::expected<MultipartStore::Completed, ApiError>> MultipartStore::complete(FoundBucket& bucket, std::string key,
                                                                                  std::string upload_id,
                                                                                  WantedCompletion wanted,
                                                                                  WriteCondition condition) {
  if (auto good = check_part_list(wanted.parts); !good) co_return std::unexpected(good.error());
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto upload = co_await find(bucket, key, upload_id);
    if (!upload && upload.error().is(info(Errc::NoSuchUpload))) {
      co_return co_await find_finished(bucket, key, upload_id, wanted);
    }
    if (!upload) co_return std::unexpected(upload.error());
    std::uint32_t before = wanted.parts.front().number - 1;
    auto stored = co_await list_parts(bucket, *upload, before, kPartNumberMax);
    if (!stored) co_return std::unexpected(stored.error());
    auto outcome = judge_completion(upload->record, upload_id, stored->parts, wanted);
    if (!outcome) co_return std::unexpected(outcome.error());
    std::string checksum = outcome->checksum;
    condition.begun = {.initiated = upload->id.initiated, .key_existed = upload->record.key_existed()};
    auto installed = co_await install(bucket, *upload, std::move(*outcome), stored->parts, condition);
    if (!installed) co_return std::unexpected(installed.error());
    if (*installed) co_return Completed{std::move(**installed), std::move(checksum)};
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<std::optional<Installed>, ApiError>> MultipartStore::install(FoundBucket& bucket,
                                                                                const FoundUpload& upload,
                                                                                UploadOutcome outcome,
                                                                                const std::vector<StoredPart>& stored,
                                                                                WriteCondition condition) {
  std::string detail_row = keys::upload_detail(upload.id);
  auto sealed = co_await get(bucket, detail_row);
  if (!sealed) co_return std::unexpected(sealed.error());
  if (!*sealed) co_return std::optional<Installed>();  // ended meanwhile
  auto plain = open_value(bucket, detail_row, **sealed);
  if (!plain) co_return std::unexpected(plain.error());
  record::UploadDetail detail;
  if (!detail.ParseFromString(*plain)) co_return std::unexpected(corrupt("an upload's detail"));

  UploadEnd end;
  std::string upload_row = keys::upload(upload.key, upload.id);
  end.requirements.push_back({upload_row, upload.bytes});
  end.puts.push_back(ended_row(upload.id));
  end.erases = {upload_row, detail_row};
  auto part = stored.begin();
  for (const record::Part& used : outcome.parts) {
    while (part->number != used.number()) ++part;
    std::string row = keys::part(upload.id, used.number());
    end.requirements.push_back({row, part->bytes});
    end.erases.push_back(std::move(row));
  }

  NewVersion version;
  version.row.set_size(outcome.size);
  version.row.set_etag_md5(outcome.etag_md5);
  version.row.set_etag_parts(static_cast<std::uint32_t>(outcome.parts.size()));
  version.row.set_storage_class(upload.record.storage_class());
  *version.row.mutable_checksum() = upload.record.checksum();
  version.row.set_place(record::VersionRow::PARTS);
  *version.detail.mutable_user_metadata() = detail.user_metadata();
  *version.detail.mutable_headers() = detail.headers();
  *version.detail.mutable_tags() = detail.tags();
  if (detail.has_acl()) *version.detail.mutable_acl() = detail.acl();
  version.detail.set_checksum(outcome.checksum);
  version.detail.set_upload_id(upload.id.bytes());
  end.chunks = lay_out_parts(std::move(outcome.parts), version.detail);
  co_return co_await index_.install_upload(bucket, upload.key, std::move(version), std::move(condition), end);
}

// Newest first: the versions of the key that an upload begun at `initiated` may have made.
Task<std::expected<std::vector<record::VersionRow>, ApiError>> MultipartStore::load_versions_since(
    const FoundBucket& bucket, const std::string& key, keys::Stamp initiated) {
  std::vector<record::VersionRow> out;
  auto latest = co_await index_.find(bucket, key, std::nullopt);
  if (!latest && !latest.error().is(info(Errc::NoSuchKey))) co_return std::unexpected(latest.error());
  if (latest) out.push_back(std::move(latest->row));
  if (!bucket.ever_versioned()) co_return out;
  storage::ScanRequest request{.partition = bucket.partition(),
                               .begin = keys::versions_of(key),
                               .end = keys::next(keys::version(key, initiated)),
                               .limit = kFinishedVersionsMax};
  while (out.size() < kFinishedVersionsMax) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    for (const storage::Row& row : page->rows) {
      if (!out.emplace_back().ParseFromString(row.value)) co_return std::unexpected(corrupt("a version row"));
    }
    if (!page->next) break;
    request.begin = *page->next;
  }
  co_return out;
}

Task<std::expected<MultipartStore::Completed, ApiError>> MultipartStore::find_finished(const FoundBucket& bucket,
                                                                                       std::string key,
                                                                                       std::string upload_id,
                                                                                       const WantedCompletion& wanted) {
  auto id = keys::UploadId::parse(upload_id);
  auto md5 = etag_of_parts(wanted.parts);
  if (!id || !md5) co_return std::unexpected(no_such_upload(upload_id));
  auto versions = co_await load_versions_since(bucket, key, id->initiated);
  if (!versions) co_return std::unexpected(versions.error());
  for (record::VersionRow& row : *versions) {
    if (row.etag_parts() != wanted.parts.size() || row.etag_md5() != *md5) continue;
    auto detail = co_await index_.load_detail(bucket, key, row);
    if (!detail) co_return std::unexpected(detail.error());
    if (!*detail || (*detail)->upload_id() != id->bytes()) continue;
    co_return Completed{{std::move(row), bucket.ever_versioned()}, std::move(*(*detail)->mutable_checksum())};
  }
  co_return std::unexpected(no_such_upload(upload_id));
}

Task<std::expected<void, ApiError>> MultipartStore::abort(FoundBucket& bucket, FoundUpload upload) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return writable;
  std::string upload_row = keys::upload(upload.key, upload.id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Batch batch{.partition = bucket.partition()};
    batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
    batch.requirements.push_back({upload_row, upload.bytes});
    batch.erases = {upload_row, keys::upload_detail(upload.id)};
    batch.puts.push_back(ended_row(upload.id));
    auto committed = co_await meta_.commit(std::move(batch));
    if (committed) {
      dropped_(bucket.partition());
      co_return std::expected<void, ApiError>();
    }
    if (committed.error().errc != storage::StoreErrc::Conflict)
      co_return std::unexpected(store_error(committed.error()));
    if (concerns(committed.error(), upload_row)) co_return std::unexpected(no_such_upload(upload.id.text()));
    if (auto refreshed = co_await buckets_.refresh_for_write(bucket); !refreshed) {
      co_return std::unexpected(refreshed.error());
    }
  }
  co_return std::unexpected(operation_aborted());
}

}  // namespace skerry::s3
