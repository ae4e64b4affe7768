#include "s3/integrity.h"

#include <fmt/format.h>

#include <algorithm>

#include "s3/errors.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using digest::Digest;

constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";
constexpr std::string_view kNoChecksums[] = {"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"};
constexpr std::string_view kSdkAlgorithm = "x-amz-sdk-checksum-algorithm";

wire::ApiError invalid_checksum(std::string_view header) {
  return error(Errc::InvalidRequest, fmt::format("Value for {} header is invalid.", header));
}

// AWS names the algorithm as x-amz-checksum-algorithm does.
wire::ApiError bad_checksum(Algorithm algorithm) {
  return error(Errc::BadDigest,
               fmt::format("The {} you specified did not match the calculated checksum.", digest::name(algorithm)));
}

}  // namespace

template <class Fields>
std::optional<wire::ApiError> ExpectedDigests::take_all(const Fields& fields) {
  for (const auto& [name, value] : fields) {
    if (auto failed = take(name, value)) return failed;
  }
  return std::nullopt;
}

std::expected<ExpectedDigests, wire::ApiError> ExpectedDigests::parse(const net::Headers& headers,
                                                                      const wire::Parameters& query) {
  ExpectedDigests out;
  std::optional<wire::ApiError> failed = out.take_all(headers);
  if (!failed) failed = out.take_all(query);
  if (!failed) failed = out.check_sdk_algorithm();
  if (failed) return std::unexpected(std::move(*failed));
  return out;
}

std::optional<wire::ApiError> ExpectedDigests::check_sdk_algorithm() const {
  if (sdk_algorithm_.empty()) return std::nullopt;
  auto named = digest::find_algorithm(sdk_algorithm_);
  if (named && (!checksum_algorithm_ || *named == *checksum_algorithm_)) return std::nullopt;
  return invalid_checksum(kSdkAlgorithm);
}

std::optional<wire::ApiError> ExpectedDigests::take(std::string_view name, const std::string& value) {
  if (name == "content-md5") {
    auto parsed = digest::parse_checksum(Algorithm::MD5, value);
    if (!parsed) return error(Errc::InvalidDigest).with("Content-MD5", value);
    md5_ = *parsed;
    return std::nullopt;
  }
  if (name == kSdkAlgorithm) {
    sdk_algorithm_ = value;
    return std::nullopt;
  }
  if (name == "x-amz-trailer") {
    auto algorithm = digest::find_algorithm_of_header(value);
    if (!algorithm) {
      return error(Errc::InvalidRequest, "The value specified in the x-amz-trailer header is not supported");
    }
    return expect_checksum(*algorithm);
  }
  if (!name.starts_with(kChecksumPrefix) || std::ranges::find(kNoChecksums, name) != std::end(kNoChecksums)) {
    return std::nullopt;
  }
  auto algorithm = digest::find_algorithm_of_header(name);
  if (!algorithm) {
    return error(Errc::InvalidRequest, "The algorithm type you specified in x-amz-checksum- header is invalid.");
  }
  if (auto failed = expect_checksum(*algorithm)) return failed;
  auto parsed = digest::parse_checksum(*algorithm, value);
  if (!parsed) return invalid_checksum(name);
  checksum_ = *parsed;
  return std::nullopt;
}

std::optional<wire::ApiError> ExpectedDigests::expect_checksum(Algorithm algorithm) {
  if (checksum_algorithm_) {
    return error(Errc::InvalidRequest,
                 "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  checksum_algorithm_ = algorithm;
  return std::nullopt;
}

std::vector<Algorithm> ExpectedDigests::to_compute(std::string_view signed_sha256) const {
  std::vector<Algorithm> out{Algorithm::MD5};
  if (kept() != Algorithm::MD5) out.push_back(kept());
  if (!signed_sha256.empty() && kept() != Algorithm::SHA256) out.push_back(Algorithm::SHA256);
  return out;
}

std::expected<void, wire::ApiError> ExpectedDigests::verify(std::span<const Digest> computed,
                                                            const net::Headers* trailers) const {
  const Digest* md5 = digest::find_digest(computed, Algorithm::MD5);
  if (md5_ && *md5 != *md5_) {
    return std::unexpected(
        error(Errc::BadDigest).with("ExpectedDigest", md5_->base64()).with("CalculatedDigest", md5->base64()));
  }
  if (!checksum_algorithm_) return {};
  std::optional<Digest> expected = checksum_;
  std::string_view header = digest::header_name(*checksum_algorithm_);
  if (!expected) {
    const std::string* trailer = trailers ? trailers->find(header) : nullptr;
    if (!trailer) return std::unexpected(error(Errc::MalformedTrailerError));
    auto parsed = digest::parse_checksum(*checksum_algorithm_, *trailer);
    if (!parsed) return std::unexpected(invalid_checksum(header));
    expected = *parsed;
  }
  if (*digest::find_digest(computed, *checksum_algorithm_) != *expected) {
    return std::unexpected(bad_checksum(*checksum_algorithm_));
  }
  return {};
}

std::expected<void, wire::ApiError> ExpectedDigests::verify_text(std::string_view text,
                                                                 const net::Headers& trailers) const {
  if (!vouched_for()) return {};
  std::vector<Digest> digests;
  for (Algorithm algorithm : to_compute()) digests.push_back(digest::digest_of(algorithm, text));
  return verify(digests, &trailers);
}

std::expected<void, wire::ApiError> verify_signed_sha256(std::span<const Digest> computed,
                                                         std::string_view signed_sha256) {
  if (signed_sha256.empty()) return {};
  const Digest* actual = digest::find_digest(computed, Algorithm::SHA256);
  CHECK(actual, "a signed hash that nobody computed");
  std::string text = actual->hex();
  if (text == signed_sha256) return {};
  return std::unexpected(error(Errc::XAmzContentSHA256Mismatch)
                             .with("ClientComputedContentSHA256", std::string(signed_sha256))
                             .with("S3ComputedContentSHA256", std::move(text)));
}

}  // namespace skerry::s3
