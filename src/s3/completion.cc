#include "s3/completion.h"

#include <algorithm>

#include "base/bytes.h"
#include "digest/multipart.h"
#include "s3/errors.h"
#include "s3/part_table.h"

namespace skerry::s3 {
namespace {

using digest::Algorithm;
using digest::ChecksumType;
using digest::Digest;
using wire::ApiError;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return out;
}

// AWS writes the algorithm in lower case here, and in upper case when a single body does not match.
std::string spoken(Algorithm algorithm) { return lower(digest::name(algorithm)); }

ApiError invalid_part(const WantedPart& part, std::string_view upload_id) {
  return error(Errc::InvalidPart)
      .with("UploadId", std::string(upload_id))
      .with("PartNumber", std::to_string(part.number))
      .with("ETag", part.etag);
}

ApiError too_small(const WantedPart& part, std::uint64_t size) {
  return error(Errc::EntityTooSmall)
      .with("ProposedSize", std::to_string(size))
      .with("MinSizeAllowed", std::to_string(kPartBytesMin))
      .with("PartNumber", std::to_string(part.number))
      .with("ETag", part.etag);
}

struct Kind {
  Algorithm algorithm;
  ChecksumType type;
  bool chosen;  // by the client
};

std::optional<Kind> kind_of(const record::Upload& upload) {
  auto algorithm = digest::find_algorithm_of_number(static_cast<std::uint8_t>(upload.checksum().algorithm()));
  if (!algorithm) return std::nullopt;
  ChecksumType type = upload.checksum().composite() ? ChecksumType::Composite : ChecksumType::FullObject;
  return Kind{*algorithm, type, upload.checksum_chosen()};
}

std::expected<void, ApiError> check_part_checksum(const Kind& kind, const Digest& stored, const WantedPart& wanted,
                                                  std::string_view upload_id) {
  if (!wanted.checksum) {
    if (!kind.chosen || kind.type == ChecksumType::FullObject) return {};
    return std::unexpected(
        error(Errc::InvalidRequest,
              fmt::format("The upload was created using a {} checksum. The complete request must include the checksum "
                          "for each part. It was missing for part {} in the request.",
                          spoken(kind.algorithm), wanted.number)));
  }
  if (wanted.checksum->algorithm != kind.algorithm) {
    // Nobody can say whether it is right: an upload has checksums of one algorithm.
    if (!kind.chosen) return std::unexpected(invalid_part(wanted, upload_id));
    return std::unexpected(
        error(Errc::BadDigest, fmt::format("The {} you specified for part {} did not match what we received.",
                                           spoken(wanted.checksum->algorithm), wanted.number)));
  }
  if (wanted.checksum->text != stored.base64()) return std::unexpected(invalid_part(wanted, upload_id));
  return {};
}

struct PartDigests {
  std::vector<Digest> md5s;
  std::vector<digest::PartDigest> checksums;
};

Digest object_checksum(const Kind& kind, const PartDigests& digests) {
  if (kind.type == ChecksumType::FullObject) return digest::full_object_of_parts(kind.algorithm, digests.checksums);
  std::vector<Digest> plain;
  plain.reserve(digests.checksums.size());
  for (const digest::PartDigest& part : digests.checksums) plain.push_back(part.digest);
  return digest::composite_of_parts(kind.algorithm, plain).digest;
}

// The object's checksum as the client computed it; of a composite the number of parts may be left out.
std::expected<void, ApiError> check_object_checksum(const Kind& kind, const WantedCompletion& wanted,
                                                    const Digest& computed) {
  if (wanted.type && *wanted.type != kind.type) {
    return std::unexpected(error(Errc::InvalidRequest,
                                 fmt::format("The upload was created using the {} checksum mode. The complete request "
                                             "must use the same checksum mode.",
                                             digest::name(kind.type))));
  }
  if (!wanted.checksum) return {};
  const WrittenChecksum& written = *wanted.checksum;
  if (written.algorithm != kind.algorithm) {
    return std::unexpected(error(
        Errc::InvalidRequest, fmt::format("Checksum Type mismatch occurred, expected checksum Type: {}, actual "
                                          "checksum Type: {}",
                                          kind.chosen ? spoken(kind.algorithm) : "null", spoken(written.algorithm))));
  }
  digest::CompositeChecksum expected{computed, static_cast<std::uint32_t>(wanted.parts.size())};
  auto sent = digest::parse_checksum(kind.algorithm, written.text);
  bool holds = sent && *sent == computed;
  if (!sent && kind.type == ChecksumType::Composite) {
    auto composite = digest::parse_composite(kind.algorithm, written.text);
    if (composite) sent = composite->digest;
    holds = composite && *composite == expected;
  }
  if (!sent) {
    return std::unexpected(error(Errc::InvalidRequest,
                                 fmt::format("Value for {} header is invalid.", digest::header_name(kind.algorithm))));
  }
  if (holds) return {};
  return std::unexpected(
      error(Errc::BadDigest,
            fmt::format("The {} you specified did not match the calculated checksum.", spoken(kind.algorithm))));
}

record::Part part_of(const StoredPart& stored) {
  record::Part part;
  part.set_number(stored.number);
  part.set_size(stored.record.size());
  part.set_blob_id(stored.record.blob_id());
  part.set_checksum(stored.record.checksum());
  part.set_etag_md5(stored.record.etag_md5());
  part.set_bulk(stored.record.bulk());
  return part;
}

// Finds each wanted part and takes it into `outcome`; its digests into `digests`.
std::expected<void, ApiError> join(const Kind& kind, std::string_view upload_id, std::span<const StoredPart> stored,
                                   const WantedCompletion& wanted, UploadOutcome& outcome, PartDigests& digests) {
  auto next = stored.begin();
  for (const WantedPart& want : wanted.parts) {
    next = std::ranges::lower_bound(next, stored.end(), want.number, {}, &StoredPart::number);
    if (next == stored.end() || next->number != want.number) return std::unexpected(invalid_part(want, upload_id));
    auto md5 = Digest::from_bytes(Algorithm::MD5, next->record.etag_md5());
    auto checksum = Digest::from_bytes(kind.algorithm, next->record.checksum());
    if (!md5 || !checksum) return std::unexpected(corrupt("an uploaded part"));
    if (lower(want.etag) != md5->hex()) return std::unexpected(invalid_part(want, upload_id));
    if (auto good = check_part_checksum(kind, *checksum, want, upload_id); !good) return good;
    digests.md5s.push_back(*md5);
    digests.checksums.push_back({*checksum, next->record.size()});
    outcome.size += next->record.size();
    outcome.parts.push_back(part_of(*next));
  }
  for (std::size_t i = 0; i + 1 < outcome.parts.size(); ++i) {
    std::uint64_t size = outcome.parts[i].size();
    if (size < kPartBytesMin) return std::unexpected(too_small(wanted.parts[i], size));
  }
  return {};
}

std::string etag_bytes(std::span<const Digest> md5s) {
  return std::string(digest::composite_of_parts(Algorithm::MD5, md5s).digest.bytes());
}

}  // namespace

std::expected<void, ApiError> check_part_list(std::span<const WantedPart> parts) {
  if (parts.empty() || parts.size() > kPartNumberMax) return std::unexpected(error(Errc::MalformedXML));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].number == 0) {
      return std::unexpected(invalid_argument("PartNumber must be >= 1", "PartNumber", "0"));
    }
    if (i > 0 && parts[i].number <= parts[i - 1].number) return std::unexpected(error(Errc::InvalidPartOrder));
  }
  return {};
}

std::expected<UploadOutcome, ApiError> judge_completion(const record::Upload& upload, std::string_view upload_id,
                                                        std::span<const StoredPart> stored,
                                                        const WantedCompletion& wanted) {
  auto kind = kind_of(upload);
  if (!kind) return std::unexpected(corrupt("an upload"));
  UploadOutcome outcome;
  PartDigests digests;
  if (auto good = join(*kind, upload_id, stored, wanted, outcome, digests); !good) return std::unexpected(good.error());
  if (wanted.size && *wanted.size != outcome.size) {
    return std::unexpected(
        error(Errc::InvalidRequest,
              fmt::format("The provided 'x-amz-mp-object-size' header value {} does not match what was computed: {}",
                          *wanted.size, outcome.size)));
  }
  Digest checksum = object_checksum(*kind, digests);
  if (auto good = check_object_checksum(*kind, wanted, checksum); !good) return std::unexpected(good.error());
  outcome.checksum = checksum.bytes();
  outcome.etag_md5 = etag_bytes(digests.md5s);
  return outcome;
}

std::optional<std::string> etag_of_parts(std::span<const WantedPart> parts) {
  std::vector<Digest> md5s;
  md5s.reserve(parts.size());
  for (const WantedPart& part : parts) {
    auto bytes = unhex(part.etag);
    if (!bytes) return std::nullopt;
    auto md5 = Digest::from_bytes(Algorithm::MD5, *bytes);
    if (!md5) return std::nullopt;
    md5s.push_back(*md5);
  }
  return etag_bytes(md5s);
}

}  // namespace skerry::s3
