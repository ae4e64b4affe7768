#pragma once
#include <expected>
#include <string>
#include <vector>

#include "base/task.h"
#include "s3/bucket.h"
#include "s3/version.h"
#include "storage/meta_store.h"
#include "wire/error.h"

namespace skerry::s3 {

// Which of a bucket's keys a page shows.
struct ListQuery {
  std::string prefix;
  std::string delimiter;     // any string; empty: none
  std::string begin;         // first key that may be shown (see begin_after)
  std::size_t limit = 1000;  // keys and common prefixes together
};

// The place from which a listing goes on after `key`: a marker, a start-after or the last item of a page. A key that
// is itself a common prefix stands for all that it groups, so that a page that ended on it does not repeat it.
std::string begin_after(std::string_view key, std::string_view prefix, std::string_view delimiter);

// The common prefix that groups `key`, or empty.
std::string_view common_prefix_of(std::string_view key, std::string_view prefix, std::string_view delimiter);

struct ListedObject {
  std::string key;
  record::VersionRow row;
};

// Objects and common prefixes, each in byte order; together at most the query's limit.
struct ListPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string last;  // the last key or common prefix shown; where the page is truncated, the next begins after it
};

// Lists the latest versions that are objects. The cost follows what is shown: a common prefix is one step, whatever
// number of keys it groups.
Task<std::expected<ListPage, wire::ApiError>> list_objects(storage::MetaStore& meta, const FoundBucket& bucket,
                                                           ListQuery query);

}  // namespace skerry::s3
