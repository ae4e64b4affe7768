#pragma once
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/random.h"
#include "iam/directory.h"
#include "s3/bucket_registry.h"
#include "s3/content_store.h"
#include "s3/multipart_store.h"
#include "s3/object_index.h"
#include "storage/meta_store.h"
#include "wire/registry.h"

// Binds the operations to what each of them uses. A family's handlers live in the files of this folder, one file an
// operation; what is handed to a family is all that it can reach.
namespace skerry::s3 {

// Who may use a bucket of which nobody says otherwise: its owner alone, and no ACLs, as AWS has it since 2023; or as it
// was before, with ACLs and nothing blocked, which older clients expect.
enum class NewBucketDefaults { Aws2023, Legacy };

// Create-, Delete-, HeadBucket, ListBuckets, GetBucketLocation.
void bind_buckets(wire::Registry& registry, BucketRegistry& buckets, storage::MetaStore& meta,
                  NewBucketDefaults defaults);

// A bucket's policy, ACL, ownership controls and public access block, and that of an account.
struct BucketAccessParts {
  BucketRegistry& buckets;
  iam::Directory& directory;  // for the names in policies
  storage::MetaStore& meta;   // for accounts
};
void bind_bucket_access(wire::Registry& registry, const BucketAccessParts& parts);

// Tagging and versioning, and the settings that AWS answers with a default: encryption, logging, accelerate,
// request payment, notification.
void bind_bucket_settings(wire::Registry& registry, BucketRegistry& buckets);

// ListObjects, ListObjectsV2, ListObjectVersions.
void bind_listings(wire::Registry& registry, storage::MetaStore& meta);

// Put-, Get-, Head-, Copy-, DeleteObject(s), GetObjectAttributes, GetObjectAcl, tagging, PostObject.
struct ObjectParts {
  BucketRegistry& buckets;
  ObjectIndex& index;
  ContentStore& contents;
  storage::MetaStore& meta;            // for part tables
  auth::Authenticator& authenticator;  // of forms, whose signature is among their fields
  const Clock& clock;
  bool any_region = false;  // as Front::Options has it
};
void bind_objects(wire::Registry& registry, const ObjectParts& parts);

// Create-, Complete-, AbortMultipartUpload, UploadPart, UploadPartCopy, ListParts, ListMultipartUploads.
struct MultipartParts {
  storage::MetaStore& meta;
  BucketRegistry& buckets;
  ObjectIndex& index;
  MultipartStore& uploads;
  ContentStore& contents;
  const Clock& clock;
};
void bind_multipart(wire::Registry& registry, const MultipartParts& parts);

}  // namespace skerry::s3
