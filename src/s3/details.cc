#include "s3/details.h"

#include "base/bytes.h"
#include "s3/errors.h"
#include "storage/row_seal.h"

namespace skerry::s3 {
namespace {

std::string place(const FoundBucket& bucket, std::string_view row) {
  std::string out;
  append_be64(out, static_cast<std::uint64_t>(bucket.partition()));
  return out.append(row);
}

}  // namespace

std::string seal_value(const FoundBucket& bucket, std::string_view row, std::string_view plain, Random& random) {
  return storage::seal_row(*bucket.kek, place(bucket, row), plain, random);
}

std::expected<std::string, wire::ApiError> open_value(const FoundBucket& bucket, std::string_view row,
                                                      std::string_view sealed) {
  auto plain = storage::open_row(*bucket.kek, place(bucket, row), sealed);
  if (!plain) return std::unexpected(store_error(plain.error()));
  return std::move(*plain);
}

std::expected<record::VersionDetail, wire::ApiError> open_detail(const FoundBucket& bucket, std::string_view row,
                                                                 std::string_view sealed) {
  auto plain = open_value(bucket, row, sealed);
  if (!plain) return std::unexpected(plain.error());
  record::VersionDetail detail;
  if (!detail.ParseFromString(*plain)) return std::unexpected(corrupt("a version's detail"));
  return detail;
}

}  // namespace skerry::s3
