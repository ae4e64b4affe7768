#include "s3/listing.h"

#include "s3/errors.h"

namespace skerry::s3 {
namespace {

// After a jump over a common prefix the next row is likely to be in another one, so a few rows are asked for; as long
// as they are all shown, four times more.
constexpr std::size_t kRowsAfterJump = 8;

class ObjectLister {
 public:
  ObjectLister(storage::MetaStore& meta, const FoundBucket& bucket, const ListQuery& query)
      : meta_(meta),
        query_(query),
        request_{.partition = bucket.partition(),
                 .begin = keys::current(std::max(query.prefix, query.begin)),
                 .end = keys::after_prefix(keys::current(query.prefix)),
                 .limit = 0} {}

  Task<std::expected<ListPage, wire::ApiError>> run() {
    if (query_.limit == 0) co_return ListPage{};
    std::size_t ask = query_.delimiter.empty() ? remaining() : std::min(remaining(), kRowsAfterJump);
    for (;;) {
      storage::ScanRequest request = request_;
      request.limit = ask;
      auto rows = co_await meta_.scan(std::move(request));
      if (!rows) co_return std::unexpected(store_error(rows.error()));
      bool jumped = false;
      for (storage::Row& row : rows->rows) {
        auto shown = show(row);
        if (!shown) co_return std::unexpected(shown.error());
        if (page_.truncated) co_return std::move(page_);
        jumped = jumped || *shown == Shown::CommonPrefix;
      }
      if (!rows->next) co_return std::move(page_);
      request_.begin = std::max(*rows->next, jump_);
      if (!request_.end.empty() && request_.begin >= request_.end) co_return std::move(page_);
      ask = jumped ? std::min(remaining(), kRowsAfterJump) : std::min(remaining(), ask * 4);
    }
  }

 private:
  enum class Shown { Object, CommonPrefix, Nothing };

  // One more than fits, to learn whether there is more.
  std::size_t remaining() const { return query_.limit + 1 - page_.objects.size() - page_.common_prefixes.size(); }

  std::expected<Shown, wire::ApiError> show(storage::Row& row) {
    if (row.key < jump_) return Shown::Nothing;
    std::string_view key = keys::object_key_of_current(row.key);
    if (remaining() == 1) {
      page_.truncated = true;
      return Shown::Nothing;
    }
    std::string_view group = common_prefix_of(key, query_.prefix, query_.delimiter);
    if (!group.empty()) {
      page_.common_prefixes.emplace_back(group);
      page_.last = group;
      jump_ = keys::after_prefix(keys::current(group));
      return Shown::CommonPrefix;
    }
    ListedObject& object = page_.objects.emplace_back();
    object.key = key;
    page_.last = key;
    if (!object.row.ParseFromString(row.value)) return std::unexpected(corrupt("a version row"));
    return Shown::Object;
  }

  storage::MetaStore& meta_;
  const ListQuery& query_;
  storage::ScanRequest request_;
  std::string jump_;  // rows before it belong to a common prefix that was shown
  ListPage page_;
};

}  // namespace

std::string_view common_prefix_of(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (delimiter.empty() || !key.starts_with(prefix)) return {};
  auto found = key.find(delimiter, prefix.size());
  return found == key.npos ? std::string_view() : key.substr(0, found + delimiter.size());
}

std::string begin_after(std::string_view key, std::string_view prefix, std::string_view delimiter) {
  if (key.empty()) return {};
  if (common_prefix_of(key, prefix, delimiter) == key) {
    std::string after = keys::after_prefix(key);
    if (!after.empty()) return after;
  }
  return keys::next(std::string(key));
}

Task<std::expected<ListPage, wire::ApiError>> list_objects(storage::MetaStore& meta, const FoundBucket& bucket,
                                                           ListQuery query) {
  ObjectLister lister(meta, bucket, query);
  co_return co_await lister.run();
}

}  // namespace skerry::s3
