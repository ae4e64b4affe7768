#include "s3/object_index.h"

#include <algorithm>

#include "s3/details.h"
#include "s3/errors.h"
#include "storage/blob_ledger.h"

namespace skerry::s3 {
namespace {

using record::VersionRow;
using storage::Batch;

// Each lost race means that another write of the same key won, so this many in a row is a crowd beyond measure.
constexpr int kAttemptsMax = 1000;

std::expected<VersionRow, wire::ApiError> parse_row(const std::string& bytes) {
  VersionRow row;
  if (!row.ParseFromString(bytes)) return std::unexpected(corrupt("a version row"));
  bool has_blob = row.place() == VersionRow::BLOB || row.place() == VersionRow::BULK;
  if (has_blob && !storage::BlobId::from_bytes(row.blob_id())) return std::unexpected(corrupt("a version row"));
  return row;
}

std::expected<void, wire::ApiError> check(const WriteCondition& condition, const std::optional<VersionRow>& latest,
                                          const std::string& key) {
  bool there = latest && !latest->delete_marker();
  bool changed = condition.begun && latest && latest->stamp() > condition.begun->initiated;
  if (condition.if_none_match_any && there && changed) {
    return std::unexpected(conditional_request_conflict("If-None-Match", key));
  }
  if (condition.if_none_match_any && there) return std::unexpected(precondition_failed("If-None-Match"));
  if (condition.if_none_match_any && condition.begun && condition.begun->key_existed) {
    return std::unexpected(conditional_request_conflict("If-None-Match", key));
  }
  if (condition.if_match.empty()) return {};
  if (!there && condition.begun && condition.begun->key_existed) {
    return std::unexpected(conditional_request_conflict("If-Match", key));
  }
  if (!there) return std::unexpected(no_such_key(key));
  if (!etag_matches(condition.if_match, *latest)) return std::unexpected(precondition_failed("If-Match"));
  if (changed) return std::unexpected(conditional_request_conflict("If-Match", key));
  return {};
}

// The one blob of a version's content; nullopt where it lies elsewhere.
std::optional<storage::Segment> blob_of(const VersionRow& row) {
  if (row.place() != VersionRow::BLOB) return std::nullopt;
  auto id = storage::BlobId::from_bytes(row.blob_id());
  CHECK(id, "a version row without the id of its blob");
  return storage::Segment{*id, row.size(), storage::Place::Blob};
}

bool concerns(const std::vector<storage::Conflict>& changed, const UploadEnd& end) {
  return std::ranges::any_of(changed, [&end](const storage::Conflict& conflict) {
    return std::ranges::find(end.requirements, conflict.key, &storage::Precondition::key) != end.requirements.end();
  });
}

// From F0 up the keys are storage's own: here the reference of the content's blob, which was to be new.
bool concerns_content(const std::vector<storage::Conflict>& changed) {
  return !changed.empty() && std::ranges::all_of(changed, [](const storage::Conflict& conflict) {
    return static_cast<unsigned char>(conflict.key.front()) >= 0xf0;
  });
}

// The null version below a row that becomes the key's latest.
keys::Stamp null_stamp_under(const VersionRow& latest) {
  return latest.null_version() ? latest.stamp() : latest.null_stamp();
}

}  // namespace

ObjectIndex::ObjectIndex(storage::MetaStore& meta, BucketRegistry& buckets, const Clock& clock, Random& random,
                         Dropped dropped)
    : meta_(meta), buckets_(buckets), clock_(clock), random_(random), dropped_(std::move(dropped)) {}

Task<std::expected<ObjectIndex::Tip, wire::ApiError>> ObjectIndex::load_tip(const FoundBucket& bucket,
                                                                            std::string_view key) {
  Tip tip;
  std::string row_key = keys::current(key);
  auto current = co_await meta_.get(bucket.partition(), row_key);
  if (!current) co_return std::unexpected(store_error(current.error()));
  tip.current_bytes = std::move(*current);
  if (!tip.current_bytes && bucket.ever_versioned()) {
    row_key = keys::marker(key);
    auto marker = co_await meta_.get(bucket.partition(), row_key);
    if (!marker) co_return std::unexpected(store_error(marker.error()));
    tip.marker_bytes = std::move(*marker);
  }
  const auto& bytes = tip.current_bytes ? tip.current_bytes : tip.marker_bytes;
  if (bytes) {
    auto row = parse_row(*bytes);
    if (!row) co_return std::unexpected(row.error());
    tip.latest = std::move(*row);
  }
  co_return tip;
}

Task<std::expected<std::optional<VersionRow>, wire::ApiError>> ObjectIndex::load_version_row(const FoundBucket& bucket,
                                                                                             std::string_view key,
                                                                                             keys::Stamp stamp) {
  std::string row_key = keys::version(key, stamp);
  auto bytes = co_await meta_.get(bucket.partition(), row_key);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  if (!*bytes) co_return std::optional<VersionRow>();
  auto row = parse_row(**bytes);
  if (!row) co_return std::unexpected(row.error());
  co_return std::optional<VersionRow>(std::move(*row));
}

Task<std::expected<std::optional<VersionRow>, wire::ApiError>> ObjectIndex::load_newest_version_row(
    const FoundBucket& bucket, std::string_view key) {
  std::string prefix = keys::versions_of(key);
  storage::ScanRequest request{
      .partition = bucket.partition(), .begin = prefix, .end = keys::after_prefix(prefix), .limit = 1};
  for (;;) {
    storage::ScanRequest ask = request;
    auto page = co_await meta_.scan(std::move(ask));
    if (!page) co_return std::unexpected(store_error(page.error()));
    if (!page->rows.empty()) {
      auto row = parse_row(page->rows.front().value);
      if (!row) co_return std::unexpected(row.error());
      co_return std::optional<VersionRow>(std::move(*row));
    }
    if (!page->next) co_return std::optional<VersionRow>();
    request.begin = *page->next;
  }
}

Batch ObjectIndex::begin(const FoundBucket& bucket, std::string_view key, const Tip& tip) const {
  Batch batch{.partition = bucket.partition()};
  batch.requirements.push_back({keys::fence(), bucket.fence_bytes});
  batch.requirements.push_back({keys::current(key), tip.current_bytes});
  // Without versioning there are no markers, and the fence says that there is no versioning.
  if (bucket.ever_versioned()) batch.requirements.push_back({keys::marker(key), tip.marker_bytes});
  return batch;
}

void ObjectIndex::replace_tip(Batch& batch, std::string_view key, const Tip& tip,
                              const std::optional<VersionRow>& latest) const {
  bool object = latest && !latest->delete_marker();
  bool marker = latest && latest->delete_marker();
  if (object) batch.puts.push_back({keys::current(key), latest->SerializeAsString()});
  if (marker) batch.puts.push_back({keys::marker(key), latest->SerializeAsString()});
  if (!object && tip.current_bytes) batch.erases.push_back(keys::current(key));
  if (!marker && tip.marker_bytes) batch.erases.push_back(keys::marker(key));
}

void ObjectIndex::keep_as_noncurrent(Batch& batch, std::string_view key, VersionRow row) const {
  row.clear_null_stamp();  // the latest row alone knows where the null version is
  batch.puts.push_back({keys::version(key, row.stamp()), row.SerializeAsString()});
}

void ObjectIndex::discard_content(Batch& batch, std::string_view key, const VersionRow& row) const {
  if (row.delete_marker()) return;
  if (row.place() == VersionRow::PARTS) {
    // Too many blobs for one batch, maybe: the janitor takes the detail apart.
    record::Retired retired;
    retired.set_stamp(row.stamp());
    batch.puts.push_back({keys::retired(key, row.stamp()), retired.SerializeAsString()});
    return;
  }
  std::string detail_key = keys::detail(key, row.stamp());
  // A bulk value is read in one go with its row, so nobody is in the middle of it.
  if (row.place() == VersionRow::BULK) batch.bulk_erases.push_back(row.blob_id());
  if (auto blob = blob_of(row)) storage::drop_reference(batch, *blob, clock_.now());
  batch.erases.push_back(std::move(detail_key));
}

Task<std::expected<void, wire::ApiError>> ObjectIndex::plan_on_top(Batch& batch, const FoundBucket& bucket,
                                                                   std::string_view key, const Tip& tip,
                                                                   VersionRow& row) {
  using record::Fence;
  auto now = static_cast<keys::Stamp>(clock_.now().time_since_epoch().count());
  row.set_stamp(std::max(now, tip.latest ? tip.latest->stamp() + 1 : 0));
  row.set_salt(random_.next_u64());
  row.set_null_version(bucket.fence.versioning() != Fence::ENABLED);
  row.clear_null_stamp();
  if (!tip.latest) {
    replace_tip(batch, key, tip, row);
    co_return std::expected<void, wire::ApiError>();
  }
  const VersionRow& latest = *tip.latest;
  if (!row.null_version()) row.set_null_stamp(null_stamp_under(latest));
  bool replaces_latest = row.null_version() && latest.null_version();
  if (replaces_latest) {
    discard_content(batch, key, latest);
  } else {
    keep_as_noncurrent(batch, key, latest);
  }
  if (row.null_version() && !replaces_latest && latest.null_stamp() != 0) {
    auto old_null = co_await load_version_row(bucket, key, latest.null_stamp());
    if (!old_null) co_return std::unexpected(old_null.error());
    if (*old_null) {
      batch.erases.push_back(keys::version(key, latest.null_stamp()));
      discard_content(batch, key, **old_null);
    }
  }
  replace_tip(batch, key, tip, row);
  co_return std::expected<void, wire::ApiError>();
}

Task<std::expected<void, wire::ApiError>> ObjectIndex::plan_promotion(Batch& batch, const FoundBucket& bucket,
                                                                      std::string_view key, const Tip& tip) {
  std::optional<VersionRow> next;
  if (bucket.ever_versioned()) {
    auto found = co_await load_newest_version_row(bucket, key);
    if (!found) co_return std::unexpected(found.error());
    next = std::move(*found);
  }
  if (next) {
    // No other change of this key can have come between: each asserts the latest rows, as this batch does.
    batch.erases.push_back(keys::version(key, next->stamp()));
    if (!next->null_version()) next->set_null_stamp(tip.latest->null_stamp());
  }
  replace_tip(batch, key, tip, next);
  co_return std::expected<void, wire::ApiError>();
}

Task<std::expected<bool, wire::ApiError>> ObjectIndex::commit(FoundBucket& bucket, Batch batch,
                                                              std::vector<storage::Conflict>* changed) {
  bool garbage = !batch.erases.empty() || !batch.bulk_erases.empty();
  auto committed = co_await meta_.commit(std::move(batch));
  if (committed) {
    if (garbage) dropped_(bucket.partition());
    co_return true;
  }
  if (committed.error().errc != storage::StoreErrc::Conflict) co_return std::unexpected(store_error(committed.error()));
  for (const storage::Conflict& conflict : committed.error().conflicts) {
    if (conflict.key != keys::fence()) continue;
    auto refreshed = co_await buckets_.refresh_for_write(bucket);
    if (!refreshed) co_return std::unexpected(refreshed.error());
  }
  if (changed) *changed = std::move(committed.error().conflicts);
  co_return false;
}

void ObjectIndex::add_upload_end(Batch& batch, const FoundBucket& bucket, std::string_view key, const VersionRow& row,
                                 const record::VersionDetail& detail, const UploadEnd& end) const {
  batch.requirements.insert(batch.requirements.end(), end.requirements.begin(), end.requirements.end());
  batch.puts.insert(batch.puts.end(), end.puts.begin(), end.puts.end());
  batch.erases.insert(batch.erases.end(), end.erases.begin(), end.erases.end());
  for (std::size_t i = 0; i < end.chunks.size(); ++i) {
    std::string chunk_key = keys::parts(key, row.stamp(), detail.chunks(static_cast<int>(i)).first_index());
    batch.puts.push_back({chunk_key, seal_message(bucket, chunk_key, end.chunks[i], random_)});
  }
}

Task<std::expected<Installed, wire::ApiError>> ObjectIndex::install(FoundBucket& bucket, std::string key,
                                                                    NewVersion version, WriteCondition condition) {
  auto installed = co_await install_latest(bucket, std::move(key), version, condition, nullptr);
  if (!installed) co_return std::unexpected(installed.error());
  co_return std::move(**installed);
}

Task<std::expected<std::optional<Installed>, wire::ApiError>> ObjectIndex::install_upload(
    FoundBucket& bucket, std::string key, NewVersion version, WriteCondition condition, const UploadEnd& end) {
  co_return co_await install_latest(bucket, std::move(key), version, condition, &end);
}

Task<std::expected<std::optional<Installed>, wire::ApiError>> ObjectIndex::install_latest(
    FoundBucket& bucket, std::string key, const NewVersion& version, const WriteCondition& condition,
    const UploadEnd* end) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto tip = co_await load_tip(bucket, key);
    if (!tip) co_return std::unexpected(tip.error());
    if (auto met = check(condition, tip->latest, key); !met) co_return std::unexpected(met.error());

    Batch batch = begin(bucket, key, *tip);
    VersionRow row = version.row;
    if (auto planned = co_await plan_on_top(batch, bucket, key, *tip, row); !planned) {
      co_return std::unexpected(planned.error());
    }
    std::string detail_key = keys::detail(key, row.stamp());
    // A detail that waits to be taken apart must not meet a new version under its stamp (a clock set back).
    batch.requirements.push_back({keys::retired(key, row.stamp()), std::nullopt});
    batch.puts.push_back({detail_key, seal_message(bucket, detail_key, version.detail, random_)});
    if (row.place() == VersionRow::BULK) batch.bulk_puts.push_back({row.blob_id(), version.bulk});
    if (auto blob = blob_of(row)) storage::add_reference(batch, *blob);
    if (end) add_upload_end(batch, bucket, key, row, version.detail, *end);
    std::vector<storage::Conflict> changed;
    auto done = co_await commit(bucket, std::move(batch), &changed);
    if (!done) co_return std::unexpected(done.error());
    if (*done) co_return std::optional(Installed{std::move(row), bucket.ever_versioned()});
    if (end && concerns(changed, *end)) co_return std::optional<Installed>();
    // This server was taken for dead, and the blob condemned: it is going away.
    if (concerns_content(changed)) break;
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<Removed, wire::ApiError>> ObjectIndex::remove(FoundBucket& bucket, std::string key,
                                                                 WriteCondition condition) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto tip = co_await load_tip(bucket, key);
    if (!tip) co_return std::unexpected(tip.error());
    if (auto met = check(condition, tip->latest, key); !met) co_return std::unexpected(met.error());

    Batch batch = begin(bucket, key, *tip);
    Removed removed;
    if (bucket.ever_versioned()) {
      VersionRow marker;
      marker.set_delete_marker(true);
      if (auto planned = co_await plan_on_top(batch, bucket, key, *tip, marker); !planned) {
        co_return std::unexpected(planned.error());
      }
      removed = {.delete_marker = true, .version_id = VersionId::of(marker).text()};
    } else {
      if (!tip->latest) co_return Removed{};
      discard_content(batch, key, *tip->latest);
      replace_tip(batch, key, *tip, std::nullopt);
    }
    auto done = co_await commit(bucket, std::move(batch));
    if (!done) co_return std::unexpected(done.error());
    if (*done) co_return removed;
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<Removed, wire::ApiError>> ObjectIndex::remove_version(FoundBucket& bucket, std::string key,
                                                                         VersionId id, WriteCondition condition) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    auto tip = co_await load_tip(bucket, key);
    if (!tip) co_return std::unexpected(tip.error());
    Batch batch = begin(bucket, key, *tip);
    Removed removed{.delete_marker = false, .version_id = id.text()};
    std::optional<VersionRow> target;
    if (tip->latest && id.names(*tip->latest)) {
      target = tip->latest;
      if (auto planned = co_await plan_promotion(batch, bucket, key, *tip); !planned) {
        co_return std::unexpected(planned.error());
      }
    } else if (tip->latest) {
      keys::Stamp stamp = id.null ? tip->latest->null_stamp() : id.stamp;
      auto row = co_await load_version_row(bucket, key, stamp);
      if (!row) co_return std::unexpected(row.error());
      if (*row && id.names(**row)) {
        target = std::move(*row);
        batch.erases.push_back(keys::version(key, stamp));
        VersionRow latest = *tip->latest;
        // Written even when unchanged but for its revision, so that this change too is seen by whoever else has read
        // the key's latest rows.
        if (latest.null_stamp() == stamp) latest.clear_null_stamp();
        latest.set_revision(latest.revision() + 1);
        replace_tip(batch, key, *tip, latest);
      }
    }
    if (!target) {
      // A version that became the latest, or ceased to be, between these reads is missed although it is there: that it
      // is not is true only if none of what was read has changed.
      auto unchanged = co_await commit(bucket, std::move(batch));
      if (!unchanged) co_return std::unexpected(unchanged.error());
      if (!*unchanged) continue;
    }
    if (auto met = check(condition, target, key); !met) co_return std::unexpected(met.error());
    if (!target) co_return removed;
    removed.delete_marker = target->delete_marker();
    discard_content(batch, key, *target);
    auto done = co_await commit(bucket, std::move(batch));
    if (!done) co_return std::unexpected(done.error());
    if (*done) co_return removed;
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<FoundVersion, wire::ApiError>> ObjectIndex::find(const FoundBucket& bucket, std::string key,
                                                                    std::optional<VersionId> id) {
  auto tip = co_await load_tip(bucket, key);
  if (!tip) co_return std::unexpected(tip.error());
  if (!id) {
    if (!tip->latest) co_return std::unexpected(no_such_key(key));
    co_return FoundVersion{std::move(*tip->latest), true};
  }
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (tip->latest && id->names(*tip->latest)) co_return FoundVersion{std::move(*tip->latest), true};
    keys::Stamp stamp = id->null ? (tip->latest ? tip->latest->null_stamp() : 0) : id->stamp;
    auto row = co_await load_version_row(bucket, key, stamp);
    if (!row) co_return std::unexpected(row.error());
    if (*row && id->names(**row)) co_return FoundVersion{std::move(**row), false};
    // It may have become the latest, or ceased to be, between the reads: then the key's latest rows have changed.
    auto again = co_await load_tip(bucket, key);
    if (!again) co_return std::unexpected(again.error());
    bool unchanged = again->current_bytes == tip->current_bytes && again->marker_bytes == tip->marker_bytes;
    if (unchanged) co_return std::unexpected(no_such_version(key, id->text()));
    tip = std::move(again);
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<std::optional<record::VersionDetail>, wire::ApiError>> ObjectIndex::load_detail(
    const FoundBucket& bucket, std::string key, const VersionRow& row) {
  std::string detail_key = keys::detail(key, row.stamp());
  auto bytes = co_await meta_.get(bucket.partition(), detail_key);
  if (!bytes) co_return std::unexpected(store_error(bytes.error()));
  if (!*bytes) co_return std::optional<record::VersionDetail>();
  auto detail = open_detail(bucket, detail_key, **bytes);
  if (!detail) co_return std::unexpected(detail.error());
  co_return std::optional<record::VersionDetail>(std::move(*detail));
}

Task<std::expected<bool, wire::ApiError>> ObjectIndex::replace_detail(FoundBucket& bucket, std::string key,
                                                                      FoundVersion found,
                                                                      record::VersionDetail detail) {
  if (auto writable = co_await buckets_.ensure_writable(bucket); !writable) co_return std::unexpected(writable.error());
  auto tip = co_await load_tip(bucket, key);
  if (!tip) co_return std::unexpected(tip.error());
  Batch batch = begin(bucket, key, *tip);
  std::string old_bytes = found.row.SerializeAsString();
  found.row.set_revision(found.row.revision() + 1);
  if (found.latest) {
    if (!tip->current_bytes || *tip->current_bytes != old_bytes) co_return false;
    replace_tip(batch, key, *tip, found.row);
  } else {
    std::string row_key = keys::version(key, found.row.stamp());
    batch.requirements.push_back({row_key, old_bytes});
    batch.puts.push_back({row_key, found.row.SerializeAsString()});
  }
  std::string detail_key = keys::detail(key, found.row.stamp());
  batch.puts.push_back({detail_key, seal_message(bucket, detail_key, detail, random_)});
  co_return co_await commit(bucket, std::move(batch));
}

}  // namespace skerry::s3
