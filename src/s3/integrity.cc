#include "s3/integrity.h"

#include <fmt/format.h>

#include "s3/errors.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using digest::Digest;

wire::ApiError invalid_checksum(std::string_view header) {
  return error(Errc::InvalidRequest, fmt::format("Value for {} header is invalid.", header));
}

// AWS names the algorithm without its dashes, as in x-amz-checksum-algorithm.
wire::ApiError bad_checksum(Algorithm algorithm) {
  return error(Errc::BadDigest,
               fmt::format("The {} you specified did not match the calculated checksum.", digest::name(algorithm)));
}

}  // namespace

std::expected<ExpectedDigests, wire::ApiError> ExpectedDigests::parse(const net::Headers& headers) {
  ExpectedDigests out;
  if (const std::string* md5 = headers.find("content-md5")) {
    auto parsed = digest::parse_checksum(Algorithm::MD5, *md5);
    if (!parsed) return std::unexpected(error(Errc::InvalidDigest).with("Content-MD5", *md5));
    out.md5_ = *parsed;
  }
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("x-amz-")) continue;
    std::optional<Algorithm> algorithm = digest::find_algorithm_of_header(name);
    bool trailing = name == "x-amz-trailer";
    if (trailing) algorithm = digest::find_algorithm_of_header(value);
    if (!algorithm) continue;
    if (out.checksum_algorithm_) {
      return std::unexpected(error(
          Errc::InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."));
    }
    out.checksum_algorithm_ = algorithm;
    if (trailing) continue;
    auto parsed = digest::parse_checksum(*algorithm, value);
    if (!parsed) return std::unexpected(invalid_checksum(name));
    out.checksum_ = *parsed;
  }
  return out;
}

std::vector<Algorithm> ExpectedDigests::to_compute() const {
  std::vector<Algorithm> out{Algorithm::MD5};
  if (kept() != Algorithm::MD5) out.push_back(kept());
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

}  // namespace skerry::s3
