#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "s3/bucket.h"
#include "s3/keys.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// Which of a bucket's uploads in progress a page shows.
struct UploadQuery {
  std::string prefix;
  std::string delimiter;                        // any string; empty: none
  std::string key_marker;                       // uploads of the keys behind it; empty: from the first
  std::optional<keys::UploadId> upload_marker;  // with a key marker: also that key's uploads behind this one
  std::size_t limit = 1000;                     // uploads and common prefixes together
};

struct ListedUpload {
  std::string key;
  keys::UploadId id;
  record::Upload record;
};

// Uploads by key, and those of one key by when they began; common prefixes in byte order. Together at most the limit.
struct UploadPage {
  std::vector<ListedUpload> uploads;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  // Where the page is truncated, the next begins after these. A common prefix has no upload.
  std::string last_key;
  std::optional<keys::UploadId> last_upload;
};

// The cost follows what is shown: a common prefix is one step, whatever number of uploads it groups.
Task<std::expected<UploadPage, wire::ApiError>> list_uploads(storage::MetaStore& meta, const FoundBucket& bucket,
                                                             UploadQuery query);

}  // namespace skerry::s3
