#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "s3/bucket.h"
#include "s3/version.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// Which of a bucket's versions a page shows.
struct VersionQuery {
  std::string prefix;
  std::string delimiter;  // any string; empty: none
  std::string key_marker;
  std::optional<VersionId> version_marker;  // with key_marker only: also the versions of that key that are older
  std::size_t limit = 1000;                 // versions, delete markers and common prefixes together
};

struct ListedVersion {
  std::string key;
  record::VersionRow row;  // of an object or of a delete marker
  bool latest = false;
};

struct VersionPage {
  std::vector<ListedVersion> versions;  // by key, newest first
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  // Where the page is truncated, the markers of the next one.
  std::string last_key;                   // the last key or common prefix shown
  std::optional<VersionId> last_version;  // absent after a common prefix
};

// Lists all versions and delete markers. A version that is there for as long as the call takes is shown once; of each
// key, the one that is shown as latest was it when its other versions were read. (No store reads the classes of rows at
// one moment: a key that turns from delete marker to object and back three times within one page may be passed over,
// if nothing else is left of it.)
//
// A version marker that is gone stands for its time. The null version has none once it is gone: its key is shown anew
// then, because a version twice is better than a version never.
//
// The cost follows what is shown, as list_objects has it. Errors: SlowDown (a key changes all the time).
Task<std::expected<VersionPage, wire::ApiError>> list_versions(storage::MetaStore& meta, const FoundBucket& bucket,
                                                               VersionQuery query);

}  // namespace skerry::s3
