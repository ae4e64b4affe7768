#include "s3/version_listing.h"

#include <algorithm>
#include <limits>

#include "s3/errors.h"
#include "s3/listing.h"

namespace skerry::s3 {
namespace {

// As in list_objects: after a jump over a common prefix the next key is likely to be in another one.
constexpr std::size_t kTipsAfterJump = 8;
// Each lost race means that somebody changed this very key between two reads of it.
constexpr int kAttemptsMax = 100;

// Ends of ranges of object keys: empty is past all of them.
std::string_view earlier(std::string_view a, std::string_view b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return std::min(a, b);
}
bool is_before(std::string_view key, std::string_view end) { return end.empty() || key < end; }

// A key's latest version, as it lies in its row of class current or marker.
struct Tip {
  std::string key;
  std::string bytes;
  friend bool operator==(const Tip&, const Tip&) = default;
};

// All keys from where they were asked for up to `end`.
struct Tips {
  std::vector<Tip> tips;
  std::string end;
};

// The versions of a key lie in three classes, which no one read sees at one moment. So a stretch of keys has its tips
// read, then their older versions, then the tips again: every change of a key's versions changes its tip
// (object_index.h), hence what has the same tip both times is of one moment. The rest is read anew.
class VersionLister {
 public:
  VersionLister(storage::MetaStore& meta, storage::Partition partition, const VersionQuery& query)
      : meta_(meta), partition_(partition), query_(query), end_(keys::after_prefix(query.prefix)) {
    bool within =
        query.version_marker && common_prefix_of(query.key_marker, query.prefix, query.delimiter) != query.key_marker;
    from_ = within ? query.key_marker : begin_after(query.key_marker, query.prefix, query.delimiter);
    from_ = std::max({from_, query.prefix, std::string(1, '\0')});  // never empty: keys are not
    ask_ = query.delimiter.empty() ? remaining() : std::min(remaining(), kTipsAfterJump);
  }

  Task<std::expected<VersionPage, wire::ApiError>> run() {
    if (query_.limit == 0) co_return VersionPage{};
    int attempts = 0;
    while (!page_.truncated && is_before(from_, end_)) {
      std::string before = from_;
      auto stepped = co_await step();
      if (!stepped) co_return std::unexpected(stepped.error());
      if (from_.empty()) break;
      attempts = from_ == before ? attempts + 1 : 0;
      if (attempts > kAttemptsMax) {
        co_return std::unexpected(error(Errc::SlowDown).because("the versions of a key change all the time"));
      }
    }
    co_return std::move(page_);
  }

 private:
  // One more than fits, to learn whether there is more.
  std::size_t remaining() const { return query_.limit + 1 - page_.versions.size() - page_.common_prefixes.size(); }

  // Goes on by a stretch: keys that are shown by themselves, then at most one common prefix.
  Task<std::expected<void, wire::ApiError>> step() {
    auto tips = co_await read_tips(end_);
    if (!tips) co_return std::unexpected(tips.error());
    std::size_t singles = 0;
    while (singles < tips->tips.size() && group_of(tips->tips[singles]).empty()) ++singles;
    if (singles < tips->tips.size()) {
      tips->tips.resize(singles + 1);
      tips->end = keys::next(tips->tips.back().key);
    }
    std::vector<storage::Row> older;
    if (singles > 0) {
      auto read = co_await read_older(tips->tips.front(), tips->tips[singles - 1]);
      if (!read) co_return std::unexpected(read.error());
      older = std::move(*read);
    }
    auto again = co_await read_tips(tips->end);
    if (!again) co_return std::unexpected(again.error());
    settle(*tips, *again);
    co_return show(*tips, older);
  }

  std::string_view group_of(const Tip& tip) const { return common_prefix_of(tip.key, query_.prefix, query_.delimiter); }

  Task<std::expected<Tips, wire::ApiError>> read_tips(std::string end) {
    storage::ScanRequest request{.partition = partition_,
                                 .begin = keys::current(from_),
                                 .end = end.empty() ? keys::after_prefix(keys::current("")) : keys::current(end),
                                 .limit = ask_};
    auto objects = co_await meta_.scan(std::move(request));
    if (!objects) co_return std::unexpected(store_error(objects.error()));
    request = {.partition = partition_,
               .begin = keys::marker(from_),
               .end = end.empty() ? keys::after_prefix(keys::marker("")) : keys::marker(end),
               .limit = ask_};
    auto markers = co_await meta_.scan(std::move(request));
    if (!markers) co_return std::unexpected(store_error(markers.error()));

    Tips out{.tips = {}, .end = end};
    for (const storage::ScanPage* page : {&*objects, &*markers}) {
      if (page->next) out.end = earlier(out.end, keys::object_key_of_current(*page->next));
    }
    out.tips.reserve(objects->rows.size() + markers->rows.size());
    for (storage::ScanPage* page : {&*objects, &*markers}) {
      for (storage::Row& row : page->rows) {
        if (!is_before(keys::object_key_of_current(row.key), out.end)) break;
        out.tips.push_back({row.key.substr(1), std::move(row.value)});
      }
    }
    // Two rows of one key: it changed between the scans. The second read will not be the same.
    std::ranges::stable_sort(out.tips, {}, &Tip::key);
    co_return out;
  }

  // The older versions of the keys from `first` to `last`, as many as can be shown.
  Task<std::expected<std::vector<storage::Row>, wire::ApiError>> read_older(const Tip& first, const Tip& last) {
    std::vector<storage::Row> out;
    storage::ScanRequest request{.partition = partition_,
                                 .begin = keys::versions_of(first.key),
                                 .end = keys::after_prefix(keys::versions_of(last.key))};
    if (query_.version_marker && first.key == query_.key_marker) {
      auto stamp = marker_stamp(first);
      if (!stamp) co_return std::unexpected(stamp.error());
      if (*stamp) request.begin = keys::next(keys::version(first.key, **stamp));
    }
    while (out.size() < remaining()) {
      request.limit = remaining() - out.size();
      storage::ScanRequest ask = request;
      auto page = co_await meta_.scan(std::move(ask));
      if (!page) co_return std::unexpected(store_error(page.error()));
      std::ranges::move(page->rows, std::back_inserter(out));
      if (!page->next) break;
      request.begin = *page->next;
    }
    co_return out;
  }

  // The time that the version marker stands for; absent when it was the null version's and that is gone.
  std::expected<std::optional<keys::Stamp>, wire::ApiError> marker_stamp(const Tip& tip) const {
    if (!query_.version_marker->null) return query_.version_marker->stamp;
    record::VersionRow row;
    if (!row.ParseFromString(tip.bytes)) return std::unexpected(corrupt("a version row"));
    if (row.null_version()) return row.stamp();
    if (row.null_stamp() != 0) return row.null_stamp();
    return std::optional<keys::Stamp>();
  }

  // Keeps of `tips` what `again` has too, up to the first key on which they differ.
  static void settle(Tips& tips, const Tips& again) {
    std::string_view end = earlier(tips.end, again.end);
    std::size_t same = 0;
    std::size_t both = std::min(tips.tips.size(), again.tips.size());
    while (same < both && tips.tips[same] == again.tips[same]) ++same;
    if (same < tips.tips.size()) end = earlier(end, tips.tips[same].key);
    if (same < again.tips.size()) end = earlier(end, again.tips[same].key);
    while (same > 0 && !is_before(tips.tips[same - 1].key, end)) --same;
    tips.end = std::string(end);
    tips.tips.resize(same);
  }

  // Shows `tips` with their older versions, and goes on behind them.
  std::expected<void, wire::ApiError> show(const Tips& tips, const std::vector<storage::Row>& older) {
    bool jumped = false;
    std::string next = tips.end;
    auto rest = older.begin();
    for (const Tip& tip : tips.tips) {
      if (std::string_view group = group_of(tip); !group.empty()) {
        if (!has_room()) return {};
        page_.common_prefixes.emplace_back(group);
        page_.last_key = group;
        page_.last_version.reset();
        next = keys::after_prefix(group);
        jumped = true;
        break;
      }
      auto shown = show_key(tip, rest, older.end());
      if (!shown) return std::unexpected(shown.error());
      if (page_.truncated) return {};
      if (!*shown) {
        next = tip.key;
        break;
      }
    }
    bool lost = next != tips.end && !jumped;
    ask_ = std::min(remaining(), jumped ? kTipsAfterJump : lost || next == from_ ? 1 : ask_ * 4);
    from_ = std::move(next);
    return {};
  }

  // False: `tip` and the older versions are not of one moment.
  using Rows = std::vector<storage::Row>::const_iterator;
  std::expected<bool, wire::ApiError> show_key(const Tip& tip, Rows& rest, Rows end) {
    ListedVersion latest{.key = tip.key, .row = {}, .latest = true};
    if (!latest.row.ParseFromString(tip.bytes)) return std::unexpected(corrupt("a version row"));
    std::vector<ListedVersion> versions;
    keys::Stamp newest = latest.row.stamp();
    std::optional<keys::Stamp> marker;
    if (query_.version_marker && tip.key == query_.key_marker) {
      auto stamp = marker_stamp(tip);
      if (!stamp) return std::unexpected(stamp.error());
      marker = *stamp;
    }
    if (!marker || newest < *marker) versions.push_back(std::move(latest));
    for (; rest != end; ++rest) {
      auto at = keys::parse_version(rest->key);
      if (!at) return std::unexpected(corrupt("a version row's key"));
      if (at->object_key > tip.key) break;
      // A version whose key has no tip, or one that is its key's latest: of another moment than the tips.
      if (at->object_key < tip.key || at->stamp >= newest) return false;
      ListedVersion& version = versions.emplace_back();
      version.key = std::move(at->object_key);
      if (!version.row.ParseFromString(rest->value)) return std::unexpected(corrupt("a version row"));
    }
    for (ListedVersion& version : versions) {
      if (!has_room()) break;
      page_.last_key = version.key;
      page_.last_version = VersionId::of(version.row);
      page_.versions.push_back(std::move(version));
    }
    return true;
  }

  bool has_room() {
    page_.truncated = remaining() == 1;
    return !page_.truncated;
  }

  storage::MetaStore& meta_;
  const storage::Partition partition_;
  const VersionQuery& query_;
  const std::string end_;  // of the keys that begin with the prefix
  std::string from_;       // what is before it has been shown
  std::size_t ask_ = 0;    // tips to read at once
  VersionPage page_;
};

}  // namespace

Task<std::expected<VersionPage, wire::ApiError>> list_versions(storage::MetaStore& meta, const FoundBucket& bucket,
                                                               VersionQuery query) {
  VersionLister lister(meta, bucket.partition(), query);
  co_return co_await lister.run();
}

}  // namespace skerry::s3
