#pragma once
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "digest/digest.h"
#include "digest/hasher.h"
#include "net/http.h"
#include "wire/error.h"
#include "wire/text.h"

namespace skerry::s3 {

// What a request says its payload hashes to: Content-MD5, one x-amz-checksum-*, or the name of one that follows in
// the trailer. Nothing of a payload is kept unless all of it held.
class ExpectedDigests {
 public:
  // From the headers (or a form's fields, which are headers in all but place), and from the decoded query, where SDKs
  // that presign put them.
  // Errors: InvalidDigest (a Content-MD5 that is none), InvalidRequest (a checksum that is none, two of them, or
  // another than x-amz-sdk-checksum-algorithm names).
  static std::expected<ExpectedDigests, wire::ApiError> parse(const net::Headers& headers,
                                                              const wire::Parameters& query = {});

  // The checksum that is kept with the object: the one that the client uses, or CRC64NVME where it uses none.
  digest::Algorithm kept() const { return checksum_algorithm_.value_or(digest::Algorithm::CRC64NVME); }
  bool client_chose() const { return checksum_algorithm_.has_value(); }

  // Whether the request carries anything that vouches for the payload (the 26 operations that demand it).
  bool vouched_for() const { return md5_ || checksum_algorithm_; }

  // Without doubles: MD5 first, which every ETag needs; SHA256 where the signature covers it.
  std::vector<digest::Algorithm> to_compute(std::string_view signed_sha256 = {}) const;

  // Errors: BadDigest; InvalidRequest when the announced trailer did not come or is no checksum.
  std::expected<void, wire::ApiError> verify(std::span<const digest::Digest> computed,
                                             const net::Headers* trailers) const;
  // The same of a payload that is there as a whole.
  std::expected<void, wire::ApiError> verify_text(std::string_view text, const net::Headers& trailers) const;

 private:
  template <class Fields>
  std::optional<wire::ApiError> take_all(const Fields& fields);
  std::optional<wire::ApiError> take(std::string_view name, const std::string& value);
  std::optional<wire::ApiError> check_sdk_algorithm() const;
  std::optional<wire::ApiError> expect_checksum(digest::Algorithm algorithm);

  std::optional<digest::Digest> md5_;
  std::optional<digest::Digest> checksum_;  // of the headers
  std::optional<digest::Algorithm> checksum_algorithm_;
  std::string sdk_algorithm_;  // x-amz-sdk-checksum-algorithm: what the client says that it uses
};

// The body against the hash that was signed (hex; empty: none was). Errors: XAmzContentSHA256Mismatch.
std::expected<void, wire::ApiError> verify_signed_sha256(std::span<const digest::Digest> computed,
                                                         std::string_view signed_sha256);

}  // namespace skerry::s3
