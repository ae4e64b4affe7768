#include "storage/scrub.h"

#include <algorithm>

#include "storage/record_cipher.h"
#include "storage/records.pb.h"
#include "storage/row_class.h"

namespace skerry::storage {
namespace {

constexpr std::size_t kFindingsMax = 10'000;
constexpr std::size_t kPage = 1000;
constexpr std::size_t kSpan = 256 * 1024;
// How often metadata is read for the use of a reference: a part that becomes a version's while they are read, or an
// older version that becomes the latest, is in no page.
constexpr int kReadings = 3;

ScanRequest class_range(Partition partition, RowClass row_class) {
  return {.partition = partition, .begin = class_begin(row_class), .end = class_end(row_class), .limit = kPage};
}

}  // namespace

std::string_view ScrubReport::name(Kind kind) {
  switch (kind) {
    case Kind::Damaged:
      return "damaged";
    case Kind::Missing:
      return "missing";
    case Kind::Unreferenced:
      return "unreferenced";
    case Kind::DanglingReference:
      return "dangling reference";
    case Kind::UnusedReference:
      return "unused reference";
    case Kind::Orphan:
      return "orphan";
    case Kind::Unreadable:
      return "unreadable";
  }
  std::unreachable();
}

void Scrub::find(ScrubReport::Kind kind, std::optional<BlobId> id, std::string detail, bool repaired) {
  report_.found += 1;
  if (repaired) report_.repaired += 1;
  if (report_.findings.size() < kFindingsMax) report_.findings.push_back({kind, id, std::move(detail), repaired});
}

Scrub::Result Scrub::find_damage(const StoreError& error, std::optional<BlobId> id, std::string where) {
  if (error.errc != StoreErrc::Corrupt) return std::unexpected(error);
  find(ScrubReport::Kind::Unreadable, id, where + ": " + error.detail);
  return {};
}

// Sleeps until reading so much would have taken this long at the permitted rate.
Task<> Scrub::keep_rate() {
  if (options_.bytes_per_second == 0) co_return;
  // In two steps: a million times the bytes of a large store is more than 64 bits hold.
  const std::uint64_t rate = options_.bytes_per_second;
  const std::uint64_t rest_us = report_.bytes % rate * 1'000'000 / rate;
  microseconds due = begin_ + seconds(report_.bytes / rate) + microseconds(rest_us);
  if (due > clock_.steady()) co_await sleep_for(due - clock_.steady());
}

Task<ScrubReport> Scrub::run() {
  report_ = {};
  unprotected_.clear();
  unread_.clear();
  begin_ = clock_.steady();
  auto done = co_await run_all();
  report_.complete = done.has_value() && !stopping_;
  if (stopping_) report_.reason = "it was stopped";
  if (!done) report_.reason = done.error().detail;
  co_return std::move(report_);
}

Task<Scrub::Result> Scrub::run_all() {
  auto partitions = co_await host_.load_partitions();
  if (!partitions) co_return std::unexpected(partitions.error());
  for (Partition partition : *partitions) {
    auto done = co_await check_partition(partition);
    if (!done) co_return done;
    if (stopping_) co_return Result{};
  }
  co_return co_await check_orphans();
}

// References first: each that was there before the metadata was read is used by it, or is not used.
Task<Scrub::Result> Scrub::check_partition(Partition partition) {
  auto references = co_await load_references(partition);
  if (!references) {
    const std::string where = fmt::format("the references of partition {}", std::uint64_t(partition));
    if (auto found = find_damage(references.error(), std::nullopt, where); !found) co_return found;
    unread_.insert(partition);
    references.emplace();
  }
  auto used = co_await check_used(partition);
  if (!used) co_return std::unexpected(used.error());
  if (stopping_) co_return Result{};
  co_return co_await check_references(partition, std::move(*references), *used);
}

Task<StoreResult<Scrub::Ids>> Scrub::load_references(Partition partition) {
  Ids ids;
  ScanRequest request = class_range(partition, RowClass::Reference);
  for (;;) {
    auto page = co_await stores_.meta.scan(request);
    if (!page) co_return std::unexpected(page.error());
    for (const Row& row : page->rows) {
      records::Reference reference;
      auto id = parse_reference_key(row.key);
      if (id && reference.ParseFromString(row.value) && !reference.condemned()) ids.push_back(*id);
    }
    if (!page->next) co_return ids;
    request.begin = *page->next;
  }
}

Task<StoreResult<Scrub::Ids>> Scrub::check_used(Partition partition) {
  Ids ids;
  std::string begin;
  while (!stopping_) {
    auto page = co_await host_.load_used(partition, begin);
    if (!page) {
      const std::string where = fmt::format("the rows of partition {}", std::uint64_t(partition));
      if (auto found = find_damage(page.error(), std::nullopt, where); !found) co_return std::unexpected(found.error());
      unread_.insert(partition);
      break;
    }
    auto done = co_await check_page(partition, *page, ids);
    if (!done) co_return std::unexpected(done.error());
    if (!page->next) break;
    begin = *page->next;
  }
  std::ranges::sort(ids);
  co_return ids;
}

Task<Scrub::Result> Scrub::check_page(Partition partition, const ScrubHost::Page& page, Ids& used) {
  for (const std::string& detail : page.unreadable) find(ScrubReport::Kind::Unreadable, std::nullopt, detail);
  if (!page.unreadable.empty()) unread_.insert(partition);
  used.insert(used.end(), page.leaving.begin(), page.leaving.end());
  for (const ScrubHost::Used& use : page.used) {
    if (stopping_) break;
    if (use.segment.place == Place::Blob) used.push_back(use.segment.id);
    auto done = co_await check_one(partition, use);
    if (!done) co_return done;
    co_await keep_rate();
  }
  co_return Result{};
}

Task<Scrub::Result> Scrub::check_one(Partition partition, const ScrubHost::Used& used) {
  const Segment& segment = used.segment;
  report_.blobs += 1;
  report_.bytes += segment.size;
  std::optional<std::string> wrong;
  ScrubReport::Kind kind = ScrubReport::Kind::Damaged;
  auto kek = co_await stores_.keyring.kek(used.kek);
  if (!kek && kek.error().errc == StoreErrc::Unavailable) co_return std::unexpected(kek.error());
  if (!kek) wrong = "its key: " + kek.error().detail;
  if (kek) {
    auto damage = co_await damage_of(segment, *kek);
    wrong = damage ? *damage : damage.error().detail;
    // A sector that has gone bad, perhaps. Where nothing answers, the next rows will not either.
    if (!damage) kind = ScrubReport::Kind::Unreadable;
  }
  if (wrong && kind == ScrubReport::Kind::Damaged) {
    auto there = co_await is_there(segment);
    if (!there && there.error().errc != StoreErrc::Corrupt) co_return std::unexpected(there.error());
    if (there && !*there) kind = ScrubReport::Kind::Missing;
  }
  if (segment.place == Place::Blob) {
    auto referenced = co_await is_protected(segment.id);
    if (!referenced) {
      if (auto found = find_damage(referenced.error(), segment.id, used.where); !found) co_return found;
    }
    if (!referenced || !*referenced) unprotected_.insert(segment.id);
    if (referenced && !*referenced && !wrong) {
      kind = ScrubReport::Kind::Unreferenced;
      wrong = "has no reference row";
    }
  }
  if (!wrong) co_return Result{};
  auto still = co_await host_.is_still_used(partition, used);
  if (!still && still.error().errc != StoreErrc::Corrupt) co_return std::unexpected(still.error());
  if (!still || *still) find(kind, segment.id, used.where + ": " + *wrong);
  co_return Result{};
}

// Reads a source to its end; what is wrong with it, if anything.
Task<StoreResult<std::optional<std::string>>> Scrub::read_to_end(ByteSource& source) {
  std::vector<char> span(kSpan);
  while (!stopping_) {
    co_await yield();  // beside a server: requests go first
    auto got = co_await source.read(span);
    if (!got && got.error().errc == ReadErrc::Corrupt) co_return std::optional(got.error().detail);
    if (!got) co_return std::unexpected(StoreError{StoreErrc::Unavailable, got.error().detail});
    if (*got == 0) co_return std::optional<std::string>();
  }
  co_return std::optional<std::string>();
}

// What is wrong with the bytes; nullopt: nothing.
Task<StoreResult<std::optional<std::string>>> Scrub::damage_of(const Segment& segment, std::shared_ptr<const Kek> kek) {
  if (segment.place == Place::Blob) {
    // First, and not left to the reading, which may be of a file that is still open and has lost its name.
    auto size = co_await stores_.blobs.size(segment.id);
    if (!size && size.error().errc == StoreErrc::NotFound) co_return std::optional(size.error().detail);
    if (!size) co_return std::unexpected(size.error());
    const std::uint64_t expected = sealed_size(segment.size);
    if (*size != expected) {
      co_return std::optional(fmt::format("has {} bytes, and {} by its metadata", *size, expected));
    }
  }
  if (segment.size == 0) co_return co_await damage_of_empty(segment, kek);
  std::vector<Segment> segments = {segment};
  SealedSource source(stores_.meta, stores_.blobs, stores_.readers, kek, segments, 0, segment.size);
  co_return co_await read_to_end(source);
}

// A source reads nothing of an empty one.
Task<StoreResult<std::optional<std::string>>> Scrub::damage_of_empty(const Segment& segment,
                                                                     std::shared_ptr<const Kek> kek) {
  std::string sealed(sealed_size(0) + 1, '\0');
  if (segment.place == Place::Bulk) {
    const std::string key = segment.id.bytes();
    auto found = co_await stores_.meta.get_bulk(segment.id.owner, key);
    if (!found) co_return std::unexpected(found.error());
    sealed = found->value_or("");
  } else {
    auto got = co_await stores_.blobs.read(segment.id, 0, sealed);
    if (!got && got.error().errc == StoreErrc::Unavailable) co_return std::unexpected(got.error());
    sealed.resize(got.value_or(0));
  }
  auto opened = open_bytes(*kek, segment.id, sealed);
  if (!opened) co_return std::optional(opened.error().detail);
  if (!opened->empty()) co_return std::optional<std::string>("is not empty");
  co_return std::optional<std::string>();
}

Task<StoreResult<bool>> Scrub::is_there(const Segment& segment) {
  if (segment.place == Place::Bulk) {
    const std::string key = segment.id.bytes();
    auto found = co_await stores_.meta.get_bulk(segment.id.owner, key);
    if (!found) co_return std::unexpected(found.error());
    co_return found->has_value();
  }
  auto size = co_await stores_.blobs.size(segment.id);
  if (!size && size.error().errc != StoreErrc::NotFound) co_return std::unexpected(size.error());
  co_return size.has_value();
}

// Whether a reference keeps it from being taken for garbage; a condemned one says that it is.
Task<StoreResult<bool>> Scrub::is_protected(const BlobId& id) {
  const std::string key = reference_key(id);
  auto row = co_await stores_.meta.get(id.owner, key);
  if (!row) co_return std::unexpected(row.error());
  records::Reference reference;
  co_return row->has_value() && reference.ParseFromString(**row) && !reference.condemned();
}

Task<StoreResult<bool>> Scrub::has_row(Partition partition, std::string key) {
  auto row = co_await stores_.meta.get(partition, key);
  if (!row) co_return std::unexpected(row.error());
  co_return row->has_value();
}

Task<Scrub::Result> Scrub::check_references(Partition partition, Ids references, const Ids& used) {
  std::erase_if(references, [&used](const BlobId& id) { return std::ranges::binary_search(used, id); });
  for (int reading = 1; reading < kReadings && !references.empty() && !stopping_; ++reading) {
    auto done = co_await check_missed(partition, references);
    if (!done) co_return done;
  }
  for (const BlobId& id : references) {
    if (stopping_) break;
    auto judged = co_await judge_unused(partition, id);
    if (judged) continue;
    if (auto found = find_damage(judged.error(), id, "its reference"); !found) co_return found;
  }
  co_return Result{};
}

// Reads the metadata again for what was not met in it, and checks that, too.
Task<Scrub::Result> Scrub::check_missed(Partition partition, Ids& unused) {
  auto take = [&unused](const BlobId& id) {
    auto found = std::ranges::lower_bound(unused, id);
    if (found == unused.end() || *found != id) return false;
    unused.erase(found);
    return true;
  };
  std::optional<std::string> begin = "";
  while (begin && !unused.empty() && !stopping_) {
    std::string from = std::move(*begin);
    auto page = co_await host_.load_used(partition, std::move(from));
    // What is damaged was found before.
    if (!page && page.error().errc == StoreErrc::Corrupt) co_return Result{};
    if (!page) co_return std::unexpected(page.error());
    for (const BlobId& id : page->leaving) take(id);
    for (const ScrubHost::Used& use : page->used) {
      if (use.segment.place != Place::Blob || !take(use.segment.id)) continue;
      auto done = co_await check_one(partition, use);
      if (!done) co_return done;
    }
    begin = std::move(page->next);
  }
  co_return Result{};
}

// A reference that is used by nothing that was read.
Task<Scrub::Result> Scrub::judge_unused(Partition partition, BlobId id) {
  Segment segment{.id = id};
  auto there = co_await is_there(segment);
  if (!there) co_return std::unexpected(there.error());
  const std::string key = reference_key(id);
  auto row = co_await stores_.meta.get(partition, key);
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return Result{};  // dropped meanwhile
  const bool all_read = !unread_.contains(partition);
  if (*there) {
    // Not repaired: what moved during every reading would be lost.
    if (all_read) find(ScrubReport::Kind::UnusedReference, id, "no metadata uses it");
    co_return Result{};
  }
  bool repaired = false;
  if (options_.repair && all_read) {
    Batch batch{.partition = partition};
    batch.requirements.push_back({key, **row});
    batch.erases.push_back(key);
    auto done = co_await stores_.meta.commit(std::move(batch));
    repaired = done.has_value();
  }
  find(ScrubReport::Kind::DanglingReference, id,
       all_read ? "the blob is not there, and no metadata uses it"
                : "the blob is not there; what uses it may be among the rows that cannot be read",
       repaired);
  co_return Result{};
}

Task<Scrub::Result> Scrub::check_orphans() {
  auto closed = co_await load_closed_epochs();
  if (!closed) co_return std::unexpected(closed.error());
  for (Epoch epoch : *closed) {
    auto done = co_await check_epoch(epoch);
    if (!done) co_return done;
    if (stopping_) break;
  }
  co_return Result{};
}

// In this order: an epoch has its row before its first blob, so that one with blobs and without a row is closed.
Task<StoreResult<std::vector<Epoch>>> Scrub::load_closed_epochs() {
  auto epochs = co_await stores_.blobs.epochs();
  if (!epochs) co_return std::unexpected(epochs.error());
  ScanRequest request = class_range(Partition::Registry, RowClass::OpenEpoch);
  auto rows = co_await scan_all(stores_.meta, std::move(request));
  if (!rows) co_return std::unexpected(rows.error());
  for (const Row& row : *rows) {
    if (auto open = parse_epoch_key(row.key)) std::erase(*epochs, *open);
  }
  co_return std::move(*epochs);
}

Task<Scrub::Result> Scrub::check_epoch(Epoch epoch) {
  std::optional<BlobId> after;
  while (!stopping_) {
    auto page = co_await stores_.blobs.list(epoch, after, kPage);
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) break;
    auto live = co_await host_.load_partitions();  // after the blobs: a partition is older than what it owns
    if (!live) co_return std::unexpected(live.error());
    for (const BlobId& id : *page) {
      bool owner_lives = std::ranges::find(*live, id.owner) != live->end();
      auto judged = co_await judge_blob(id, owner_lives);
      if (judged) continue;
      if (auto found = find_damage(judged.error(), id, "what refers to it"); !found) co_return found;
    }
    after = page->back();
  }
  co_return Result{};
}

Task<Scrub::Result> Scrub::judge_blob(BlobId id, bool live) {
  std::string key = reference_key(id);
  auto referenced = co_await has_row(id.owner, key);
  if (!referenced) co_return std::unexpected(referenced.error());
  if (*referenced || unprotected_.contains(id)) co_return Result{};
  co_return co_await judge_unreferenced(id, live);
}

// A blob of a closed epoch without a reference: on its way out, just gone, or an orphan.
Task<Scrub::Result> Scrub::judge_unreferenced(BlobId id, bool live) {
  std::string key = dropped_key(id.owner);
  auto dropped = co_await has_row(Partition::Registry, key);
  if (!dropped) co_return std::unexpected(dropped.error());
  if (*dropped) co_return Result{};  // goes with its partition
  auto awaited = co_await awaits_removal(id);
  if (!awaited) co_return std::unexpected(awaited.error());
  if (*awaited) co_return Result{};
  auto size = co_await stores_.blobs.size(id);
  if (!size && size.error().errc == StoreErrc::NotFound) co_return Result{};
  if (!size) co_return std::unexpected(size.error());

  bool repaired = false;
  const bool all_read = !unread_.contains(id.owner);
  if (options_.repair && all_read && live) {
    Batch batch{.partition = id.owner};
    condemn(batch, id, clock_.now());
    auto done = co_await stores_.meta.commit(std::move(batch));
    repaired = done.has_value();
    if (repaired) host_.note_removals(id.owner);
  } else if (options_.repair && all_read) {
    auto done = co_await stores_.blobs.remove(id);
    repaired = done.has_value();
  }
  find(ScrubReport::Kind::Orphan, id,
       fmt::format("{} bytes that nothing refers to{}", *size,
                   all_read ? "" : "; what uses them may be among the rows that cannot be read"),
       repaired);
  co_return Result{};
}

Task<StoreResult<bool>> Scrub::awaits_removal(BlobId id) {
  if (std::ranges::binary_search(removals_[id.owner], id)) co_return true;
  auto fresh = co_await load_removals(id.owner);
  if (!fresh) co_return std::unexpected(fresh.error());
  removals_[id.owner] = std::move(*fresh);
  co_return std::ranges::binary_search(removals_[id.owner], id);
}

Task<StoreResult<Scrub::Ids>> Scrub::load_removals(Partition partition) {
  Ids ids;
  ScanRequest request = class_range(partition, RowClass::Removal);
  for (;;) {
    auto page = co_await stores_.meta.scan(request);
    if (!page) co_return std::unexpected(page.error());
    for (const Row& row : page->rows) {
      if (auto key = parse_removal_key(row.key)) ids.push_back(key->id);
    }
    if (!page->next) break;
    request.begin = *page->next;
  }
  std::ranges::sort(ids);
  co_return ids;
}

}  // namespace skerry::storage
