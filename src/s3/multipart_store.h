#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "s3/bucket.h"
#include "s3/completion.h"
#include "s3/content_store.h"
#include "s3/keys.h"
#include "s3/object_index.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// An upload in progress as one request found it. What changes it asserts `bytes`, so that nothing is added to an upload
// that was completed or aborted.
struct FoundUpload {
  std::string key;
  keys::UploadId id;
  record::Upload record;
  std::string bytes;  // of the row
};

struct NewUpload {
  record::Upload record;  // without what the store decides: when it began and what was there
  record::UploadDetail detail;
};

struct StoredPartsPage {
  std::vector<StoredPart> parts;  // ascending by number
  bool truncated = false;
};

// Uploads in progress, from CreateMultipartUpload until Complete or Abort.
//
// An upload is a row under its key, its sealed detail, and a row for each part, which refers to the part's bytes. It
// ends in one batch, which erases the first two and leaves an EndedUpload: from then on no part can be added, and the
// janitor drops those that are left. A part's bytes change hands by its row alone: Complete moves the row into the
// version's part table, so that nothing is copied and no reference changes.
//
// Life: one per server. Threads: any.
// Invariant: a part's bytes are durable before its row is; every part row has an upload row or an EndedUpload.
class MultipartStore {
 public:
  // `dropped` is told of every partition in which something became garbage: sweeper and janitor listen. On any thread.
  MultipartStore(storage::MetaStore& meta, BucketRegistry& buckets, ObjectIndex& index, const Clock& clock,
                 Random& random, ObjectIndex::Dropped dropped);

  // Errors: NoSuchBucket, OperationAborted, SlowDown (a forgotten upload may be left, as when a client dies).
  Task<std::expected<FoundUpload, wire::ApiError>> create(FoundBucket& bucket, std::string key, NewUpload upload);

  // `upload_id` as the client sent it. Errors: NoSuchUpload.
  Task<std::expected<FoundUpload, wire::ApiError>> find(const FoundBucket& bucket, std::string key,
                                                        std::string upload_id);

  // Makes `content` the part of this number, in the place of one that is there. Settles the content's blob.
  // `record` comes with ETag and checksum. Errors: NoSuchUpload (ended meanwhile), NoSuchBucket, OperationAborted,
  // SlowDown (the outcome may be unknown; repeating is safe).
  Task<std::expected<record::UploadedPart, wire::ApiError>> put_part(FoundBucket& bucket, FoundUpload upload,
                                                                     std::uint32_t number, record::UploadedPart record,
                                                                     StoredContent content);

  // Parts whose number is above `after`.
  Task<std::expected<StoredPartsPage, wire::ApiError>> list_parts(const FoundBucket& bucket, const FoundUpload& upload,
                                                                  std::uint32_t after, std::size_t limit);

  // Joins the parts that `wanted` names into one version, the key's latest, and forgets the upload. Done again for a
  // finished upload it gives the same answer, as long as its version is there.
  // Errors: NoSuchUpload; those of judge_completion; PreconditionFailed, NoSuchKey, ConditionalRequestConflict;
  // NoSuchBucket, OperationAborted, SlowDown (the outcome may be unknown; repeating is safe).
  struct Completed {
    Installed installed;
    std::string checksum;  // bytes, of the kind that the row names
  };
  Task<std::expected<Completed, wire::ApiError>> complete(FoundBucket& bucket, std::string key, std::string upload_id,
                                                          WantedCompletion wanted, WriteCondition condition);

  // Forgets the upload; its parts go in the background. Errors: NoSuchUpload, NoSuchBucket, OperationAborted, SlowDown.
  Task<std::expected<void, wire::ApiError>> abort(FoundBucket& bucket, FoundUpload upload);

 private:
  Task<std::expected<std::optional<std::string>, wire::ApiError>> get(const FoundBucket& bucket,
                                                                      const std::string& row);
  Task<std::expected<std::vector<record::VersionRow>, wire::ApiError>> load_versions_since(const FoundBucket& bucket,
                                                                                           const std::string& key,
                                                                                           keys::Stamp initiated);
  Task<std::expected<Completed, wire::ApiError>> find_finished(const FoundBucket& bucket, std::string key,
                                                               std::string upload_id, const WantedCompletion& wanted);
  // Nothing: the upload or one of its parts has changed.
  Task<std::expected<std::optional<Installed>, wire::ApiError>> install(FoundBucket& bucket, const FoundUpload& upload,
                                                                        UploadOutcome outcome,
                                                                        const std::vector<StoredPart>& stored,
                                                                        WriteCondition condition);

  storage::MetaStore& meta_;
  BucketRegistry& buckets_;
  ObjectIndex& index_;
  const Clock& clock_;
  Random& random_;
  const ObjectIndex::Dropped dropped_;
};

}  // namespace skerry::s3
