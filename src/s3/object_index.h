#pragma once
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "s3/bucket.h"
#include "s3/bucket_registry.h"
#include "s3/version.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// What a write demands of the latest version (If-Match, If-None-Match and their kin).
struct WriteCondition {
  std::string if_match;            // an ETag list or `*`; empty: not asked for
  bool if_none_match_any = false;  // If-None-Match: * — the only form that AWS serves

  // Of a multipart upload: when it began, and whether the key was there. Where the key has changed since, the condition
  // is not what failed: ConditionalRequestConflict.
  struct Begun {
    keys::Stamp initiated = 0;
    bool key_existed = false;
  };
  std::optional<Begun> begun;
};

// A version that was written but is not yet to be seen.
struct NewVersion {
  record::VersionRow row;  // without stamp, salt and the null fields, which the index decides
  record::VersionDetail detail;
  std::string bulk;  // sealed bytes, for place BULK
};

// How an upload ends in the batch that makes its version visible.
struct UploadEnd {
  std::vector<storage::Precondition> requirements;  // the rows by which the version was judged
  std::vector<storage::Row> puts;
  std::vector<std::string> erases;
  std::vector<record::PartTable> chunks;  // of the version's detail, in its order
};

struct Installed {
  record::VersionRow row;  // as written
  bool versioned = false;  // the answer names its version id
};

struct Removed {
  bool delete_marker = false;             // a marker was made, or the removed version was one
  std::optional<std::string> version_id;  // of the marker made, or as the client named it
};

struct FoundVersion {
  record::VersionRow row;
  bool latest = false;
};

// The versions of a bucket's keys: which is the latest, what a write replaces, what a removal brings back.
//
// Of a key's versions the latest lies in a row of class current (an object) or marker (a delete marker), never both;
// the others lie in rows of class version. Every change asserts the fence and both of the key's latest rows, so that
// the versions of one key change one at a time and a key's history is linear, whoever else writes.
//
// Life: one per server. Threads: any; concurrent calls on one key retry against one another.
class ObjectIndex {
 public:
  // `dropped` is told of every partition in which something became garbage; the sweeper listens. On any thread.
  using Dropped = std::function<void(storage::Partition)>;
  ObjectIndex(storage::MetaStore& meta, BucketRegistry& buckets, const Clock& clock, Random& random, Dropped dropped);

  // Makes `version` the latest of `key`. Its blobs must be durable. `bucket` is brought up to date where it is old.
  // Errors: PreconditionFailed, NoSuchKey (If-Match on nothing), NoSuchBucket, OperationAborted (lost too many races),
  // SlowDown (the outcome may be unknown).
  Task<std::expected<Installed, wire::ApiError>> install(FoundBucket& bucket, std::string key, NewVersion version,
                                                         WriteCondition condition);

  // The same for the version of an upload, whose parts are referred to already. Nothing: what it was judged by has
  // changed, look again. Errors: also ConditionalRequestConflict.
  Task<std::expected<std::optional<Installed>, wire::ApiError>> install_upload(FoundBucket& bucket, std::string key,
                                                                               NewVersion version,
                                                                               WriteCondition condition,
                                                                               const UploadEnd& end);

  // DeleteObject without a version: removes the key, or puts a delete marker on top.
  Task<std::expected<Removed, wire::ApiError>> remove(FoundBucket& bucket, std::string key, WriteCondition condition);

  // DeleteObject of one version. An absent version is no error, as on AWS.
  Task<std::expected<Removed, wire::ApiError>> remove_version(FoundBucket& bucket, std::string key, VersionId id,
                                                              WriteCondition condition);

  // The latest version, or the one named; a delete marker too. Errors: NoSuchKey, NoSuchVersion.
  Task<std::expected<FoundVersion, wire::ApiError>> find(const FoundBucket& bucket, std::string key,
                                                         std::optional<VersionId> id);

  // What no listing shows. Absent when the version has gone since `row` was read: look it up again then.
  Task<std::expected<std::optional<record::VersionDetail>, wire::ApiError>> load_detail(const FoundBucket& bucket,
                                                                                        std::string key,
                                                                                        const record::VersionRow& row);

  // Writes a version's detail anew (its tags), if the version is still as `found`; false: it is not, look again.
  Task<std::expected<bool, wire::ApiError>> replace_detail(FoundBucket& bucket, std::string key, FoundVersion found,
                                                           record::VersionDetail detail);

 private:
  // The latest rows of a key as they were read.
  struct Tip {
    std::optional<std::string> current_bytes;
    std::optional<std::string> marker_bytes;
    std::optional<record::VersionRow> latest;
  };

  // `end` is null where there is no upload.
  Task<std::expected<std::optional<Installed>, wire::ApiError>> install_latest(FoundBucket& bucket, std::string key,
                                                                               const NewVersion& version,
                                                                               const WriteCondition& condition,
                                                                               const UploadEnd* end);
  void add_upload_end(storage::Batch& batch, const FoundBucket& bucket, std::string_view key,
                      const record::VersionRow& row, const record::VersionDetail& detail, const UploadEnd& end) const;

  Task<std::expected<Tip, wire::ApiError>> load_tip(const FoundBucket& bucket, std::string_view key);
  Task<std::expected<std::optional<record::VersionRow>, wire::ApiError>> load_version_row(const FoundBucket& bucket,
                                                                                          std::string_view key,
                                                                                          keys::Stamp stamp);
  Task<std::expected<std::optional<record::VersionRow>, wire::ApiError>> load_newest_version_row(
      const FoundBucket& bucket, std::string_view key);

  storage::Batch begin(const FoundBucket& bucket, std::string_view key, const Tip& tip) const;
  void replace_tip(storage::Batch& batch, std::string_view key, const Tip& tip,
                   const std::optional<record::VersionRow>& latest) const;
  void keep_as_noncurrent(storage::Batch& batch, std::string_view key, record::VersionRow row) const;
  void discard_content(storage::Batch& batch, std::string_view key, const record::VersionRow& row) const;
  // Plans `row` as the new latest above `tip`: what is kept, what is replaced.
  Task<std::expected<void, wire::ApiError>> plan_on_top(storage::Batch& batch, const FoundBucket& bucket,
                                                        std::string_view key, const Tip& tip, record::VersionRow& row);
  // Plans the removal of the latest version: the next older one becomes the latest.
  Task<std::expected<void, wire::ApiError>> plan_promotion(storage::Batch& batch, const FoundBucket& bucket,
                                                           std::string_view key, const Tip& tip);

  // Commits; true: done, false: the world has changed (`bucket` was read anew), plan again. `changed`, where it is not
  // null, gets what has.
  Task<std::expected<bool, wire::ApiError>> commit(FoundBucket& bucket, storage::Batch batch,
                                                   std::vector<storage::Conflict>* changed = nullptr);

  storage::MetaStore& meta_;
  BucketRegistry& buckets_;
  const Clock& clock_;
  Random& random_;
  const Dropped dropped_;
};

}  // namespace skerry::s3
