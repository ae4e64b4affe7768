#include "storage/record_cipher.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace skerry::storage {
namespace {

constexpr std::string_view kMagic("SKRB\x01\0\0\0", 8);  // and the format's version, and zeros

// Walks joined pieces without joining them.
class Pieces {
 public:
  explicit Pieces(std::span<const std::string_view> pieces) : rest_(pieces) {
    if (!rest_.empty()) current_ = rest_.front();
  }

  // Fills `out` with views of the next `size` bytes, or of all that are left.
  void take(std::size_t size, std::vector<std::string_view>& out) {
    out.clear();
    while (size > 0 && !rest_.empty()) {
      std::string_view part = current_.substr(0, size);
      if (!part.empty()) out.push_back(part);
      size -= part.size();
      current_.remove_prefix(part.size());
      if (!current_.empty()) return;
      rest_ = rest_.subspan(1);
      if (!rest_.empty()) current_ = rest_.front();
    }
  }

 private:
  std::span<const std::string_view> rest_;
  std::string_view current_;
};

StoreError corrupt(std::string detail) { return {StoreErrc::Corrupt, std::move(detail)}; }

}  // namespace

std::optional<std::uint64_t> plain_size(std::uint64_t sealed) {
  if (sealed < kBlobHeader + kTagBytes) return std::nullopt;
  std::uint64_t body = sealed - kBlobHeader;
  std::uint64_t records = (body + kRecordSealed - 1) / kRecordSealed;
  std::uint64_t plain = body - std::min(body, records * kTagBytes);
  // A last record of a tag alone, or of less than a tag, is of no blob but the empty one.
  if (sealed_size(plain) != sealed) return std::nullopt;
  return plain;
}

std::string blob_header(KekId kek) {
  std::string out(kMagic);
  append_be64(out, static_cast<std::uint64_t>(kek));
  return out;
}

StoreResult<void> check_blob_header(std::string_view bytes, KekId kek) {
  if (bytes.size() < kBlobHeader || bytes.substr(0, 4) != kMagic.substr(0, 4)) {
    return std::unexpected(corrupt("not a sealed blob"));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) return std::unexpected(corrupt("sealed blob of an unknown version"));
  if (load_be64(bytes.data() + kMagic.size()) != static_cast<std::uint64_t>(kek)) {
    return std::unexpected(corrupt("sealed under another key than its metadata says"));
  }
  return {};
}

RecordCipher::RecordCipher(const Kek& kek, const BlobId& id) : id_(id.bytes()) {
  std::string info = "skerry blob 1";
  info += id_;
  key_ = kek.derive(info);
}

std::string RecordCipher::associated(std::uint64_t record, Last last) const {
  std::string out;
  out.reserve(id_.size() + 9);
  out += id_;
  append_be64(out, record);
  out += static_cast<char>(last);
  return out;
}

void RecordCipher::seal(std::uint64_t first, std::span<const std::string_view> pieces, Last last, char* out) const {
  std::uint64_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  CHECK(last == Last::Yes || size % kRecordPlain == 0, "{} bytes are no whole records", size);
  std::uint64_t count = last == Last::Yes ? record_count(size) : size / kRecordPlain;

  GcmSealer sealer(key_.bytes());
  Pieces rest(pieces);
  std::vector<std::string_view> record;
  for (std::uint64_t i = 0; i < count; ++i) {
    rest.take(kRecordPlain, record);
    bool ends = last == Last::Yes && i + 1 == count;
    sealer.seal(first + i, associated(first + i, Last(ends)), record, out);
    out += kRecordSealed;
  }
}

bool RecordCipher::open(std::uint64_t first, std::string_view sealed, Last last, char* out) const {
  GcmOpener opener(key_.bytes());
  std::uint64_t number = first;
  do {
    std::string_view record = sealed.substr(0, kRecordSealed);
    sealed.remove_prefix(record.size());
    bool ends = last == Last::Yes && sealed.empty();
    if (!ends && record.size() < kRecordSealed) return false;
    if (!opener.open(number, associated(number, Last(ends)), record, out)) return false;
    out += kRecordPlain;
    ++number;
  } while (!sealed.empty());
  return true;
}

std::string seal_bytes(const Kek& kek, const BlobId& id, std::string_view plain) {
  const std::string header = blob_header(kek.id());
  std::string out = uninitialised(sealed_size(plain.size()));
  header.copy(out.data(), header.size());
  RecordCipher(kek, id).seal(0, {&plain, 1}, Last::Yes, out.data() + kBlobHeader);
  return out;
}

StoreResult<std::string> open_bytes(const Kek& kek, const BlobId& id, std::string_view sealed) {
  auto header = check_blob_header(sealed, kek.id());
  if (!header) return std::unexpected(header.error());
  std::optional<std::uint64_t> size = plain_size(sealed.size());
  if (!size) return std::unexpected(corrupt("no blob has this length"));
  std::string plain = uninitialised(*size);
  if (!RecordCipher(kek, id).open(0, sealed.substr(kBlobHeader), Last::Yes, plain.data())) {
    return std::unexpected(corrupt("blob " + id.text() + " does not authenticate"));
  }
  return plain;
}

}  // namespace skerry::storage
