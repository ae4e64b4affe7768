#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "digest/digest.h"
#include "s3/records.pb.h"
#include "wire/error.h"

// Whether the parts that a client lists and those that it uploaded make an object, and which. Pure: no store.
namespace skerry::s3 {

inline constexpr std::uint64_t kPartBytesMin = std::uint64_t{5} << 20;  // of all but the last

// A part as it was uploaded.
struct StoredPart {
  std::uint32_t number = 0;
  record::UploadedPart record;
  std::string bytes;  // of the row
};

// A checksum as a client wrote it, base64.
struct WrittenChecksum {
  digest::Algorithm algorithm;
  std::string text;
};

// What CompleteMultipartUpload asks for.
struct WantedPart {
  std::uint32_t number = 0;
  std::string etag;  // without quotes
  std::optional<WrittenChecksum> checksum;
};
struct WantedCompletion {
  std::vector<WantedPart> parts;
  std::optional<WrittenChecksum> checksum;  // of the object
  std::optional<digest::ChecksumType> type;
  std::optional<std::uint64_t> size;  // bytes, of the object
};

// What the object becomes.
struct UploadOutcome {
  std::vector<record::Part> parts;
  std::uint64_t size = 0;
  std::string etag_md5;  // 16 bytes
  std::string checksum;  // bytes, of the upload's kind
};

// The list by itself. Errors: MalformedXML (empty or too long), InvalidArgument (a number), InvalidPartOrder.
std::expected<void, wire::ApiError> check_part_list(std::span<const WantedPart> parts);

// `stored` are the upload's parts, ascending; those that are not wanted do no harm. `wanted` has been checked by
// check_part_list.
// Errors: InvalidPart (unknown, or another ETag or checksum), EntityTooSmall, InvalidRequest (size, checksum type, a
// checksum that is none or missing), BadDigest.
std::expected<UploadOutcome, wire::ApiError> judge_completion(const record::Upload& upload, std::string_view upload_id,
                                                              std::span<const StoredPart> stored,
                                                              const WantedCompletion& wanted);

// The 16 bytes of the ETag that an object of these parts has; nothing where an ETag is none.
std::optional<std::string> etag_of_parts(std::span<const WantedPart> parts);

}  // namespace skerry::s3
