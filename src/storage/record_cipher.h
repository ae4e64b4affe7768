#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/blob_id.h"
#include "storage/gcm.h"
#include "storage/kek.h"
#include "storage/store_error.h"

namespace skerry::storage {

// How a blob's bytes lie at rest (README.md draws them): a header, then records of 64 KiB, each sealed on its own, so
// that a range opens only the records it touches. Every record but the last is full; only an empty blob has an empty
// record. A record that was flipped, swapped, moved from another blob, cut or extended does not open.
inline constexpr std::size_t kRecordPlain = 64 * 1024;
inline constexpr std::size_t kRecordSealed = kRecordPlain + kTagBytes;
inline constexpr std::size_t kBlobHeader = 16;

constexpr std::uint64_t record_count(std::uint64_t plain_size) {
  return plain_size == 0 ? 1 : (plain_size + kRecordPlain - 1) / kRecordPlain;
}
constexpr std::uint64_t sealed_size(std::uint64_t plain_size) {
  return kBlobHeader + plain_size + record_count(plain_size) * kTagBytes;
}
// Where a record begins in the sealed blob.
constexpr std::uint64_t record_offset(std::uint64_t record) { return kBlobHeader + record * kRecordSealed; }
// The reverse of sealed_size; nullopt: no blob is that long.
std::optional<std::uint64_t> plain_size(std::uint64_t sealed_size);

std::string blob_header(KekId kek);
// Errors: Corrupt, when `bytes` do not begin with the header of a blob of this key.
StoreResult<void> check_blob_header(std::string_view bytes, KekId kek);

enum class Last : bool { No, Yes };

// Seals and opens records of one blob, with the key HKDF(key-encryption key, blob id).
//
// Threads: any, also at once.
class RecordCipher {
 public:
  RecordCipher(const Kek& kek, const BlobId& id);

  // Seals consecutive records, beginning with number `first`, from the pieces as if joined. With Last::No their sum is
  // a multiple of kRecordPlain. Writes every record and its tag to `out`.
  void seal(std::uint64_t first, std::span<const std::string_view> pieces, Last last, char* out) const;

  // Opens consecutive records, the reverse of seal, into `out`; false: not what was sealed (`out` holds nothing of the
  // record that failed). `sealed` is the whole of these records.
  [[nodiscard]] bool open(std::uint64_t first, std::string_view sealed, Last last, char* out) const;

 private:
  std::string associated(std::uint64_t record, Last last) const;

  DerivedKey key_;
  std::string id_;
};

// A whole blob at once, for values that are kept beside rows.
std::string seal_bytes(const Kek& kek, const BlobId& id, std::string_view plain);
// Errors: Corrupt.
StoreResult<std::string> open_bytes(const Kek& kek, const BlobId& id, std::string_view sealed);

}  // namespace skerry::storage
