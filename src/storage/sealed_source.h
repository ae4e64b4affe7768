#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "storage/blob_ledger.h"
#include "storage/blob_store.h"
#include "storage/kek.h"
#include "storage/readers.h"
#include "storage/record_cipher.h"

namespace skerry::storage {

// Reads a range of an object's plain bytes. Opens only the records that the range touches, on the caller's thread
// (64 KiB take some 20 µs, less than a hand-off and its wait); reads the store in runs of up to 256 KiB and leaves
// reading further ahead to the disk's own read-ahead.
//
// Nothing is given that was not authenticated: what does not match key, place, length or metadata is Corrupt. A blob
// that is not there is Corrupt too: the caller has read a row that says it is.
//
// Life: of one read. The stores and Readers outlive it; its segments are pinned as long as it lives.
// Threads: one executor's.
class SealedSource final : public ByteSource {
 public:
  // [offset, offset + length) lies within the sum of the segments' sizes.
  SealedSource(MetaStore& meta, BlobStore& blobs, Readers& readers, std::shared_ptr<const Kek> kek,
               std::vector<Segment> segments, std::uint64_t offset, std::uint64_t length);

  Task<std::expected<std::size_t, ReadError>> read(std::span<char> into) override;
  std::optional<std::uint64_t> size() const override { return length_; }

 private:
  struct Run;  // consecutive records of the current segment

  Run next_run() const;
  Task<std::expected<void, ReadError>> fetch();
  Task<StoreResult<std::string_view>> load(const Segment& segment, std::uint64_t begin, std::size_t size);
  std::expected<std::size_t, ReadError> give(std::span<char> into);
  std::expected<void, ReadError> open(std::size_t records, char* out);
  std::unexpected<ReadError> fail(StoreErrc errc, std::string detail);
  void advance(std::size_t size);

  MetaStore& meta_;
  BlobStore& blobs_;
  const std::shared_ptr<const Kek> kek_;
  const std::uint64_t length_;
  std::vector<Segment> segments_;  // those that the range touches
  Readers::Pin pin_;
  std::optional<ReadError> error_;  // once there is one, it stays

  std::uint64_t left_;                  // of the range, not yet given
  std::size_t segment_ = 0;             // the current one
  std::uint64_t position_ = 0;          // in it, of the next byte to give
  std::optional<RecordCipher> cipher_;  // for it

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::string bulk_;
  std::string_view sealed_;       // records that were loaded and not yet opened
  std::uint64_t record_ = 0;      // number of the first of them
  std::string opened_;            // a record that was not given whole
  std::string_view opened_left_;  // what is left of it
};

}  // namespace skerry::storage
