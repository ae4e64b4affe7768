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

// A row of an older version.
struct OlderRow {
  std::string key;  // the object's
  std::string bytes;
};

// Such rows, one after the other.
class Older {
 public:
  explicit Older(const std::vector<OlderRow>& rows) : at_(rows.begin()), end_(rows.end()) {}

  bool is_of(std::string_view key) const { return at_ != end_ && at_->key == key; }
  const std::string& take() { return (at_++)->bytes; }

  // That no row is left of a key before `end`; else that key.
  std::expected<void, std::string> check_before(std::string_view end) const {
    if (at_ == end_ || !is_before(at_->key, end)) return {};
    return std::unexpected(at_->key);
  }

 private:
  std::vector<OlderRow>::const_iterator at_;
  std::vector<OlderRow>::const_iterator end_;
};

// What the last common prefix that was shown stands for.
class Jump {
 public:
  void over(std::string_view group) { to_ = keys::after_prefix(group); }
  bool made() const { return to_.has_value(); }
  bool covers(std::string_view key) const { return to_ && is_before(key, *to_); }
  // Where to go on: behind it, but not before `end`.
  std::string beyond(std::string end) const {
    if (!to_) return end;
    return end.empty() || to_->empty() ? std::string() : std::max(std::move(end), *to_);
  }

 private:
  std::optional<std::string> to_;
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

  // Goes on by a stretch: keys that are shown by themselves, then common prefixes. A key by itself behind those begins
  // another one, so that no older versions under a common prefix are read.
  Task<std::expected<void, wire::ApiError>> step() {
    auto tips = co_await read_tips(end_);
    if (!tips) co_return std::unexpected(tips.error());
    std::size_t singles = cut(*tips);
    // Up to the first common prefix, also where there is no tip: older versions without one betray a key that changed
    // between object and delete marker while its tip was looked for.
    auto older = co_await read_older(*tips, singles < tips->tips.size() ? tips->tips[singles].key : tips->end);
    if (!older) co_return std::unexpected(older.error());
    auto again = co_await read_tips(tips->end);
    if (!again) co_return std::unexpected(again.error());
    bool lost = !settle(*tips, *again);
    co_return show(*tips, *older, lost);
  }

  // Cuts `tips` to one stretch; gives how many of them are shown by themselves.
  std::size_t cut(Tips& tips) const {
    std::size_t singles = 0;
    std::size_t kept = 0;
    Jump jump;
    for (; kept < tips.tips.size(); ++kept) {
      const Tip& tip = tips.tips[kept];
      if (jump.covers(tip.key)) continue;
      std::string_view group = group_of(tip);
      if (!group.empty()) {
        jump.over(group);
      } else if (jump.made()) {
        tips.end = tip.key;
        break;
      } else {
        ++singles;
      }
    }
    tips.tips.resize(kept);
    return singles;
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

  // The older versions of the keys up to `end`, as many as can be shown.
  Task<std::expected<std::vector<OlderRow>, wire::ApiError>> read_older(const Tips& tips, std::string_view end) {
    std::vector<OlderRow> out;
    storage::ScanRequest request{
        .partition = partition_, .begin = keys::versions_with_prefix(from_), .end = keys::versions_with_prefix(end)};
    if (end.empty()) request.end = keys::after_prefix(request.end);
    if (query_.version_marker && from_ == query_.key_marker) {
      auto stamp = marker_stamp(tips.tips.empty() ? nullptr : &tips.tips.front());
      if (!stamp) co_return std::unexpected(stamp.error());
      if (*stamp) request.begin = keys::next(keys::version(from_, **stamp));
    }
    while (out.size() < remaining()) {
      request.limit = remaining() - out.size();
      storage::ScanRequest ask = request;
      auto page = co_await meta_.scan(std::move(ask));
      if (!page) co_return std::unexpected(store_error(page.error()));
      for (storage::Row& row : page->rows) {
        auto at = keys::parse_version(row.key);
        if (!at) co_return std::unexpected(corrupt("a version row's key"));
        out.push_back({std::move(at->object_key), std::move(row.value)});
      }
      if (!page->next) break;
      request.begin = *page->next;
    }
    co_return out;
  }

  // The time that the version marker stands for; absent when it was the null version's and that is gone. Where a null
  // version lies, its key's tip knows.
  std::expected<std::optional<keys::Stamp>, wire::ApiError> marker_stamp(const Tip* tip) const {
    if (!query_.version_marker->null) return query_.version_marker->stamp;
    if (!tip || tip->key != query_.key_marker) return std::optional<keys::Stamp>();
    record::VersionRow row;
    if (!row.ParseFromString(tip->bytes)) return std::unexpected(corrupt("a version row"));
    if (row.null_version()) return row.stamp();
    if (row.null_stamp() != 0) return row.null_stamp();
    return std::optional<keys::Stamp>();
  }

  // Keeps of `tips` what `again` has too, up to the first key on which they differ. False: they do.
  static bool settle(Tips& tips, const Tips& again) {
    std::string end(earlier(tips.end, again.end));
    std::size_t same = 0;
    std::size_t both = std::min(tips.tips.size(), again.tips.size());
    while (same < both && tips.tips[same] == again.tips[same]) ++same;
    std::string differ;
    if (same < tips.tips.size()) differ = tips.tips[same].key;
    if (same < again.tips.size()) differ = earlier(differ, again.tips[same].key);
    bool lost = !differ.empty() && is_before(differ, end);
    tips.end = lost ? std::move(differ) : std::move(end);
    while (same > 0 && !is_before(tips.tips[same - 1].key, tips.end)) --same;
    tips.tips.resize(same);
    return !lost;
  }

  // Shows `tips` with their older versions, and goes on behind them.
  std::expected<void, wire::ApiError> show(const Tips& tips, const std::vector<OlderRow>& older, bool lost) {
    Jump jump;
    std::size_t skipped = 0;
    Older rest{older};
    for (const Tip& tip : tips.tips) {
      if (jump.covers(tip.key)) {
        ++skipped;
        continue;
      }
      if (auto good = rest.check_before(tip.key); !good) return go_on_at(good.error());
      if (std::string_view group = group_of(tip); !group.empty()) {
        if (!has_room()) return {};
        page_.common_prefixes.emplace_back(group);
        page_.last_key = group;
        page_.last_version.reset();
        jump.over(group);
      } else {
        auto shown = show_key(tip, rest);
        if (!shown) return std::unexpected(shown.error());
        if (page_.truncated) return {};
        if (!*shown) return go_on_at(tip.key);
      }
    }
    if (auto good = rest.check_before(tips.end); !good && !jump.made()) return go_on_at(good.error());
    bool wasteful = skipped * 2 > tips.tips.size();
    ask_ = std::min(remaining(), lost ? 1 : wasteful ? kTipsAfterJump : ask_ * 4);
    from_ = jump.beyond(tips.end);
    return {};
  }

  // At a key that is not of one moment: by itself, so that others' changes do not matter.
  std::expected<void, wire::ApiError> go_on_at(std::string key) {
    ask_ = 1;
    from_ = std::move(key);
    return {};
  }

  // False: `tip` and its older versions are not of one moment.
  std::expected<bool, wire::ApiError> show_key(const Tip& tip, Older& rest) {
    ListedVersion latest{.key = tip.key, .row = {}, .latest = true};
    if (!latest.row.ParseFromString(tip.bytes)) return std::unexpected(corrupt("a version row"));
    keys::Stamp newest = latest.row.stamp();
    std::vector<ListedVersion> versions;
    std::optional<keys::Stamp> marker;
    if (query_.version_marker && tip.key == query_.key_marker) {
      auto stamp = marker_stamp(&tip);
      if (!stamp) return std::unexpected(stamp.error());
      marker = *stamp;
    }
    if (!marker || newest < *marker) versions.push_back(std::move(latest));
    while (rest.is_of(tip.key)) {
      ListedVersion& version = versions.emplace_back(ListedVersion{.key = tip.key, .row = {}});
      if (!version.row.ParseFromString(rest.take())) return std::unexpected(corrupt("a version row"));
      // What is its key's latest and an older version too was the one and then the other.
      if (version.row.stamp() >= newest) return false;
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
