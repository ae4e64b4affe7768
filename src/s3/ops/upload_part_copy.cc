#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/copy_source.h"
#include "s3/ops/find_object.h"
#include "s3/ops/multipart.h"
#include "s3/ops/object_headers.h"
#include "s3/ops/range.h"
#include "s3/ops/read_conditions.h"
#include "s3/ops/store_object.h"
#include "s3/part_table.h"
#include "wire/text.h"

namespace skerry::s3 {
namespace {

constexpr std::string_view kRangeHeader = "x-amz-copy-source-range";

// `bytes=first-last` and no other form. Errors: InvalidArgument.
std::expected<ByteRange, wire::ApiError> parse_copy_range(const std::optional<std::string>& sent, std::uint64_t size) {
  if (!sent) return ByteRange{0, size};
  auto malformed = [&] {
    return std::unexpected(
        invalid_argument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last "
                         "are the zero-based offsets of the first and last bytes to copy",
                         kRangeHeader, *sent));
  };
  constexpr std::string_view kUnit = "bytes=";
  std::string_view text = *sent;
  if (!text.starts_with(kUnit)) return malformed();
  text.remove_prefix(kUnit.size());
  auto dash = text.find('-');
  if (dash == text.npos) return malformed();
  auto first = wire::parse_integer(text.substr(0, dash), 0, INT64_MAX);
  auto last = wire::parse_integer(text.substr(dash + 1), 0, INT64_MAX);
  if (!first || !last || *first > *last) return malformed();
  if (static_cast<std::uint64_t>(*last) >= size) {
    return std::unexpected(invalid_argument(
        fmt::format("Range specified is not valid for source object of size: {}", size), kRangeHeader, *sent));
  }
  return ByteRange{static_cast<std::uint64_t>(*first), static_cast<std::uint64_t>(*last - *first) + 1};
}

std::expected<void, wire::ApiError> check_conditions(const UploadPartCopyRequest& request,
                                                     const record::VersionRow& row, Time now) {
  ReadConditions conditions{
      .if_match = request.copy_source_if_match ? &*request.copy_source_if_match : nullptr,
      .if_none_match = request.copy_source_if_none_match ? &*request.copy_source_if_none_match : nullptr,
      .if_modified_since = request.copy_source_if_modified_since,
      .if_unmodified_since = request.copy_source_if_unmodified_since};
  ReadJudgement judged = judge(conditions, row, now);
  if (judged.verdict == ReadVerdict::Proceed) return {};
  return std::unexpected(precondition_failed(std::string("x-amz-copy-source-").append(judged.condition)));
}

std::expected<void, wire::ApiError> check_source(const record::VersionRow& row, const ByteRange& range) {
  if (row.storage_class() == record::GLACIER || row.storage_class() == record::DEEP_ARCHIVE) {
    return std::unexpected(
        error(Errc::InvalidObjectState).with("StorageClass", std::string(storage_class_name(row.storage_class()))));
  }
  if (range.length <= kOneRequestBytesMax) return {};
  return std::unexpected(
      error(Errc::InvalidRequest,
            fmt::format("The specified copy source is larger than the maximum allowable size for a copy source: {}",
                        kOneRequestBytesMax)));
}

// The source's bytes, and which version they are of.
struct OpenedSource {
  record::VersionRow row;
  std::unique_ptr<ByteSource> bytes;
  std::uint64_t length = 0;
};

class UploadPartCopy {
 public:
  explicit UploadPartCopy(const MultipartParts& parts) : parts_(parts) {}

  Task<std::expected<UploadPartCopyOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                       UploadPartCopyRequest request) const {
    FoundBucket& bucket = bucket_of(context);
    auto number = read_part_number(request.part_number);
    if (!number) co_return std::unexpected(number.error());
    auto named = parse_copy_source(request.copy_source);
    if (!named) co_return std::unexpected(named.error());
    std::string key = request.key, upload_id = request.upload_id;
    auto upload = co_await parts_.uploads.find(bucket, std::move(key), std::move(upload_id));
    if (!upload) co_return std::unexpected(upload.error());
    const FoundBucket& from = source_of(context);
    auto source = co_await open(from, *named, request);
    if (!source) co_return std::unexpected(as_told(context, from, std::move(source.error())));

    digest::Algorithm kept = checksum_of(*upload);
    std::vector<digest::Algorithm> algorithms{digest::Algorithm::MD5};
    if (kept != digest::Algorithm::MD5) algorithms.push_back(kept);
    auto content = co_await parts_.contents.store(bucket, *source->bytes, source->length, algorithms);
    if (!content) co_return std::unexpected(store_failure(content.error()));
    record::UploadedPart record = make_part(*content, kept);
    FoundUpload into = *upload;
    auto part =
        co_await parts_.uploads.put_part(bucket, std::move(into), *number, std::move(record), std::move(*content));
    if (!part) co_return std::unexpected(part.error());

    UploadPartCopyOutput out;
    out.copy_source_version_id = shown_version_id(from, source->row);
    out.server_side_encryption = kEncryption;
    CopyPartResult& result = out.copy_part_result.emplace();
    result.etag = quoted_etag(*part);
    result.last_modified = modified(*part);
    show_part_checksum(result, *upload, *part);
    co_return out;
  }

 private:
  Task<std::expected<OpenedSource, wire::ApiError>> open(const FoundBucket& bucket, const CopySource& source,
                                                         const UploadPartCopyRequest& request) const {
    for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
      auto found = co_await load_object(parts_.index, bucket, source.key, source.version, "GET");
      if (!found) co_return std::unexpected(as_of_source(std::move(found.error())));
      const record::VersionRow& row = found->found.row;
      if (auto good = check_conditions(request, row, parts_.clock.now()); !good) {
        co_return std::unexpected(good.error());
      }
      auto range = parse_copy_range(request.copy_source_range, row.size());
      if (!range) co_return std::unexpected(range.error());
      if (auto good = check_source(row, *range); !good) co_return std::unexpected(good.error());
      auto bytes = co_await open_range(bucket, source.key, *found, *range);
      if (!bytes) co_return std::unexpected(bytes.error());
      if (*bytes) co_return OpenedSource{row, std::move(*bytes), range->length};
    }
    co_return std::unexpected(operation_aborted());
  }

  // Null: the version has gone since its row was read.
  Task<std::expected<std::unique_ptr<ByteSource>, wire::ApiError>> open_range(const FoundBucket& bucket,
                                                                              const std::string& key,
                                                                              const DescribedVersion& version,
                                                                              ByteRange range) const {
    std::vector<storage::Segment> segments;
    if (version.found.row.place() == record::VersionRow::PARTS) {
      PartTableReader reader(parts_.meta, bucket, key, version.found.row, version.detail);
      auto loaded = co_await reader.load_range(range.offset, range.length);
      if (!loaded) co_return std::unexpected(loaded.error());
      if (!*loaded) co_return std::unique_ptr<ByteSource>();
      segments = std::move((*loaded)->segments);
      range.offset -= (*loaded)->offset;
    }
    auto opened =
        co_await parts_.contents.open(bucket, version.found.row, std::move(segments), range.offset, range.length);
    if (!opened) {
      if (auto* failed = std::get_if<wire::ApiError>(&opened.error())) co_return std::unexpected(std::move(*failed));
      co_return std::unique_ptr<ByteSource>();
    }
    if (auto* whole = std::get_if<std::string>(&*opened)) {
      co_return std::unique_ptr<ByteSource>(std::make_unique<StringSource>(std::move(*whole)));
    }
    co_return std::move(std::get<std::unique_ptr<ByteSource>>(*opened));
  }

  // A delete marker that is named is no method that the copy may not use, but a bad source.
  static wire::ApiError as_of_source(wire::ApiError failed) {
    if (!failed.is(info(Errc::MethodNotAllowed))) return failed;
    return error(Errc::InvalidRequest,
                 "The source of a copy request may not specifically refer to a delete marker by version id.");
  }

  const MultipartParts parts_;
};

}  // namespace

void bind_upload_part_copy(wire::Registry& registry, const MultipartParts& parts) {
  registry.bind_late<UploadPartCopyOp>(UploadPartCopy(parts));
}

}  // namespace skerry::s3
