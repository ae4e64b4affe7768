#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace skerry::s3 {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeErrc { Unsatisfiable };

// What a Range header asks for of `size` bytes, never empty. Nothing where it is not one that S3 serves (several
// ranges, another unit, a last byte before the first, anything malformed): the answer is then the whole, as if it had
// not been sent.
std::expected<std::optional<ByteRange>, RangeErrc> resolve_range(std::string_view header, std::uint64_t size);

}  // namespace skerry::s3
