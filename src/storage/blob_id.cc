#include "storage/blob_id.h"

#include <algorithm>

#include "base/bytes.h"

namespace skerry::storage {

std::string BlobId::bytes() const {
  std::string out;
  out.reserve(kBytes);
  append_be32(out, epoch);
  append_be64(out, static_cast<std::uint64_t>(owner));
  out.append(unique.data(), unique.size());
  return out;
}

std::optional<BlobId> BlobId::from_bytes(std::string_view bytes) {
  if (bytes.size() != kBytes) return std::nullopt;
  BlobId id{.epoch = load_be32(bytes.data()), .owner = Partition{load_be64(bytes.data() + 4)}};
  std::copy_n(bytes.data() + 12, id.unique.size(), id.unique.begin());
  return id;
}

std::string BlobId::text() const { return hex(bytes()); }

}  // namespace skerry::storage
