#include "storage/sealed_source.h"

#include <algorithm>

#include "base/check.h"

namespace skerry::storage {
namespace {

// 256 KiB: what was read is still in the core's cache when it is opened, and many readers at once take little memory.
// Reading ahead of it is the kernel's affair.
constexpr std::uint64_t kRunRecords = 4;

ReadErrc read_errc(StoreErrc errc) {
  switch (errc) {
    case StoreErrc::NotFound:  // a row says that it is there
    case StoreErrc::Corrupt:
      return ReadErrc::Corrupt;
    case StoreErrc::Conflict:
    case StoreErrc::Exists:
    case StoreErrc::NoSpace:
    case StoreErrc::Unavailable:
      return ReadErrc::Unavailable;
  }
  std::unreachable();
}

// Leaves the segments that the range touches; gives where in the first it begins.
std::uint64_t cut_to_range(std::vector<Segment>& segments, std::uint64_t offset, std::uint64_t length) {
  auto first = segments.begin();
  while (first != segments.end() && first->size <= offset) offset -= (first++)->size;
  auto end = first;
  std::uint64_t covered = 0;
  while (end != segments.end() && covered < offset + length) covered += (end++)->size;
  CHECK(covered >= length && covered - length >= (length > 0 ? offset : 0), "a range beyond the object's end");
  if (length == 0) end = first;
  segments.erase(end, segments.end());
  segments.erase(segments.begin(), first);
  std::erase_if(segments, [](const Segment& segment) { return segment.size == 0; });
  return offset;
}

std::vector<BlobId> ids_of(const std::vector<Segment>& segments) {
  std::vector<BlobId> ids;
  ids.reserve(segments.size());
  for (const Segment& segment : segments) ids.push_back(segment.id);
  return ids;
}

}  // namespace

struct SealedSource::Run {
  std::uint64_t first;  // record
  std::uint64_t count;
  std::uint64_t begin;  // in the sealed blob; the first record's run takes the header along
  std::size_t size;     // sealed bytes
  bool at_end;          // has the blob's last record
};

SealedSource::SealedSource(MetaStore& meta, BlobStore& blobs, Readers& readers, std::shared_ptr<const Kek> kek,
                           std::vector<Segment> segments, std::uint64_t offset, std::uint64_t length)
    : meta_(meta), blobs_(blobs), kek_(std::move(kek)), length_(length), segments_(std::move(segments)), left_(length) {
  position_ = cut_to_range(segments_, offset, length);
  pin_ = readers.pin(ids_of(segments_));
}

Task<std::expected<std::size_t, ReadError>> SealedSource::read(std::span<char> into) {
  if (error_) co_return std::unexpected(*error_);
  if (left_ == 0) co_return 0;
  if (opened_left_.empty() && sealed_.empty()) {
    auto fetched = co_await fetch();
    if (!fetched) co_return std::unexpected(fetched.error());
  }
  co_return give(into.first(std::min<std::uint64_t>(into.size(), left_)));
}

SealedSource::Run SealedSource::next_run() const {
  const Segment& segment = segments_[segment_];
  Run run{};
  run.first = position_ / kRecordPlain;
  std::uint64_t needed_end = record_count(std::min(segment.size, position_ + left_));
  run.count = std::min(kRunRecords, needed_end - run.first);
  run.at_end = run.first + run.count == record_count(segment.size);
  run.begin = run.first == 0 ? 0 : record_offset(run.first);
  std::uint64_t end = run.at_end ? sealed_size(segment.size) : record_offset(run.first + run.count);
  run.size = static_cast<std::size_t>(end - run.begin);
  return run;
}

Task<std::expected<void, ReadError>> SealedSource::fetch() {
  const Segment& segment = segments_[segment_];
  Run run = next_run();
  // At the end it asks for one byte more, which must not be there.
  auto loaded = co_await load(segment, run.begin, run.size + (run.at_end ? 1 : 0));
  if (!loaded) co_return fail(loaded.error().errc, loaded.error().detail);
  if (loaded->size() != run.size) co_return fail(StoreErrc::Corrupt, "it is shorter or longer than its metadata says");
  sealed_ = *loaded;
  record_ = run.first;
  if (run.begin == 0) {
    auto header = check_blob_header(sealed_, kek_->id());
    if (!header) co_return fail(header.error().errc, header.error().detail);
    sealed_.remove_prefix(kBlobHeader);
  }
  if (!cipher_) cipher_.emplace(*kek_, segment.id);
  co_return std::expected<void, ReadError>{};
}

Task<StoreResult<std::string_view>> SealedSource::load(const Segment& segment, std::uint64_t begin, std::size_t size) {
  if (segment.place == Place::Bulk) {
    const std::string key = segment.id.bytes();
    auto found = co_await meta_.get_bulk(segment.id.owner, key);
    if (!found) co_return std::unexpected(found.error());
    if (!*found) co_return std::unexpected(StoreError{StoreErrc::NotFound, "no such bulk value"});
    bulk_ = std::move(**found);
    co_return std::string_view(bulk_).substr(std::min<std::uint64_t>(begin, bulk_.size()), size);
  }
  if (capacity_ < size) {
    buffer_ = std::make_unique_for_overwrite<char[]>(size);
    capacity_ = size;
  }
  auto got = co_await blobs_.read(segment.id, begin, {buffer_.get(), size});
  if (!got) co_return std::unexpected(got.error());
  co_return std::string_view(buffer_.get(), *got);
}

std::unexpected<ReadError> SealedSource::fail(StoreErrc errc, std::string detail) {
  sealed_ = {};
  error_ = ReadError{read_errc(errc), fmt::format("blob {}: {}", segments_[segment_].id.text(), detail)};
  return std::unexpected(*error_);
}

// Gives from what is at hand: whole records straight into the caller's span, others through opened_.
std::expected<std::size_t, ReadError> SealedSource::give(std::span<char> into) {
  if (opened_left_.empty()) {
    std::uint64_t begin = record_ * kRecordPlain;
    std::uint64_t plain_left = segments_[segment_].size - begin;
    std::uint64_t at_hand = (sealed_.size() + kRecordSealed - 1) / kRecordSealed;
    std::uint64_t whole = plain_left <= into.size() ? record_count(plain_left) : into.size() / kRecordPlain;
    std::size_t records = std::min(whole, at_hand);
    if (position_ == begin && records > 0) {
      std::size_t size = std::min<std::uint64_t>(records * kRecordPlain, plain_left);
      if (auto done = open(records, into.data()); !done) return std::unexpected(done.error());
      advance(size);
      return size;
    }
    opened_.resize(std::min<std::uint64_t>(kRecordPlain, plain_left));
    if (auto done = open(1, opened_.data()); !done) return std::unexpected(done.error());
    opened_left_ = std::string_view(opened_).substr(position_ - begin);
  }
  std::size_t size = opened_left_.copy(into.data(), into.size());
  opened_left_.remove_prefix(size);
  advance(size);
  return size;
}

std::expected<void, ReadError> SealedSource::open(std::size_t records, char* out) {
  std::string_view run = sealed_.substr(0, records * kRecordSealed);
  bool at_end = record_ + records == record_count(segments_[segment_].size);
  if (!cipher_->open(record_, run, Last(at_end), out)) {
    return fail(StoreErrc::Corrupt, fmt::format("record {} or one after it does not authenticate", record_));
  }
  sealed_.remove_prefix(run.size());
  record_ += records;
  return {};
}

void SealedSource::advance(std::size_t size) {
  left_ -= size;
  position_ += size;
  if (position_ < segments_[segment_].size) return;
  ++segment_;
  position_ = 0;
  cipher_.reset();
}

}  // namespace skerry::storage
