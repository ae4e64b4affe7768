#include "s3/ops/read_object.h"

#include <fmt/format.h>

#include "s3/api/ops.h"
#include "s3/part_table.h"
#include "s3/permissions.h"

namespace skerry::s3 {
namespace {

wire::ApiError not_modified(const FoundBucket& bucket, const record::VersionRow& row) {
  wire::ApiError answer = error(Errc::NotModified);
  answer.headers.emplace_back("etag", quoted_etag(row));
  answer.headers.emplace_back("last-modified", last_modified(row));
  if (auto id = shown_version_id(bucket, row)) answer.headers.emplace_back("x-amz-version-id", std::move(*id));
  return answer;
}

std::expected<void, wire::ApiError> check_conditions(const FoundBucket& bucket, const ObjectQuery& query,
                                                     const record::VersionRow& row, const Clock& clock) {
  if (!query.conditions.any()) return {};
  ReadJudgement judged = judge(query.conditions, row, clock.now());
  switch (judged.verdict) {
    case ReadVerdict::Proceed:
      return {};
    case ReadVerdict::Unchanged:
      if (query.condition_prefix.empty()) return std::unexpected(not_modified(bucket, row));
      [[fallthrough]];
    case ReadVerdict::Failed:
      return std::unexpected(precondition_failed(std::string(query.condition_prefix).append(judged.condition)));
  }
  std::unreachable();
}

std::expected<void, wire::ApiError> select_range(ObjectView& view, const std::string& range) {
  auto resolved = resolve_range(range, view.row().size());
  if (!resolved) {
    return std::unexpected(error(Errc::InvalidRange)
                               .with("RangeRequested", range)
                               .with("ActualObjectSize", std::to_string(view.row().size())));
  }
  if (!*resolved) return {};
  view.bytes = **resolved;
  view.partial = true;
  return {};
}

wire::ApiError no_such_part(std::int32_t number, std::uint32_t count) {
  return error(Errc::InvalidPartNumber)
      .with("PartNumberRequested", std::to_string(number))
      .with("ActualPartCount", std::to_string(count));
}

// What takes hours to bring back on AWS before it can be read.
std::expected<void, wire::ApiError> check_not_archived(const record::VersionRow& row) {
  if (row.storage_class() != record::GLACIER && row.storage_class() != record::DEEP_ARCHIVE) return {};
  return std::unexpected(
      error(Errc::InvalidObjectState).with("StorageClass", std::string(storage_class_name(row.storage_class()))));
}

}  // namespace

std::expected<void, wire::ApiError> check_part_number(std::optional<std::int32_t> part_number, bool with_range) {
  if (!part_number) return {};
  if (*part_number < 1 || *part_number > static_cast<std::int32_t>(kPartNumberMax)) {
    return std::unexpected(invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                                            "partNumber", std::to_string(*part_number)));
  }
  if (!with_range) return {};
  return std::unexpected(
      error(Errc::InvalidRequest, "Cannot specify both Range header and partNumber query parameter"));
}

std::optional<ShownChecksum> ObjectView::checksum() const {
  if (bytes.length == row().size()) return shown_checksum(row(), detail.checksum());
  if (!part) return std::nullopt;
  record::VersionRow of_part;
  of_part.mutable_checksum()->set_algorithm(row().checksum().algorithm());
  return shown_checksum(of_part, part->checksum());
}

Task<ObjectReader::MaybeGone<std::monostate>> ObjectReader::select_part(const FoundBucket& bucket,
                                                                        const ObjectQuery& query,
                                                                        ObjectView& view) const {
  using Selected = MaybeGone<std::monostate>;
  std::int32_t number = *query.part_number;
  view.partial = true;
  if (view.row().place() != record::VersionRow::PARTS) {
    std::uint32_t count = std::max(view.row().etag_parts(), 1u);
    if (number != 1) co_return std::unexpected(no_such_part(number, count));
    view.partial = view.bytes.length > 0;  // there is no range of nothing
    co_return Selected(std::monostate());
  }
  PartTableReader table(parts_.meta, bucket, query.key, view.row(), view.detail);
  auto found = co_await table.find(static_cast<std::uint32_t>(number));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return Selected(std::nullopt);
  if (!(*found)->part) co_return std::unexpected(no_such_part(number, view.row().etag_parts()));
  FoundPart& part = *(*found)->part;
  view.bytes = {part.offset, part.part.size()};
  view.partial = view.bytes.length > 0;
  view.part = std::move(part.part);
  co_return Selected(std::monostate());
}

Task<ObjectReader::MaybeGone<ObjectView>> ObjectReader::try_view(const FoundBucket& bucket,
                                                                 const ObjectQuery& query) const {
  auto found = co_await find_object(parts_.index, bucket, query.key, query.version, query.method);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (auto good = check_conditions(bucket, query, found->row, parts_.clock); !good) {
    co_return std::unexpected(std::move(good.error()));
  }
  auto detail = co_await parts_.index.load_detail(bucket, query.key, found->row);
  if (!detail) co_return std::unexpected(std::move(detail.error()));
  if (!*detail) co_return std::optional<ObjectView>();

  ObjectView view{.found = std::move(*found), .detail = std::move(**detail)};
  view.bytes.length = view.row().size();
  if (query.range) {
    if (auto good = select_range(view, *query.range); !good) co_return std::unexpected(std::move(good.error()));
  }
  if (query.part_number) {
    auto selected = co_await select_part(bucket, query, view);
    if (!selected) co_return std::unexpected(std::move(selected.error()));
    if (!*selected) co_return std::optional<ObjectView>();
  }
  co_return std::optional<ObjectView>(std::move(view));
}

Task<ObjectReader::MaybeGone<ContentStore::Content>> ObjectReader::try_open(const FoundBucket& bucket,
                                                                            const std::string& key,
                                                                            const ObjectView& view) const {
  std::vector<storage::Segment> segments;
  std::uint64_t offset = view.bytes.offset;
  if (view.row().place() == record::VersionRow::PARTS && view.bytes.length > 0) {
    PartTableReader table(parts_.meta, bucket, key, view.row(), view.detail);
    auto range = co_await table.load_range(view.bytes.offset, view.bytes.length);
    if (!range) co_return std::unexpected(std::move(range.error()));
    if (!*range) co_return std::optional<ContentStore::Content>();
    segments = std::move((*range)->segments);
    offset -= (*range)->offset;
  }
  auto opened = co_await parts_.contents.open(bucket, view.row(), std::move(segments), offset, view.bytes.length);
  if (opened) co_return std::optional<ContentStore::Content>(std::move(*opened));
  if (auto* failed = std::get_if<wire::ApiError>(&opened.error())) co_return std::unexpected(std::move(*failed));
  co_return std::optional<ContentStore::Content>();
}

Task<std::expected<ObjectView, wire::ApiError>> ObjectReader::view(const FoundBucket& bucket,
                                                                   const ObjectQuery& query) const {
  for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
    auto found = co_await try_view(bucket, query);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (*found) co_return std::move(**found);
  }
  co_return std::unexpected(operation_aborted());
}

Task<std::expected<ObjectReader::Opened, wire::ApiError>> ObjectReader::open(const FoundBucket& bucket,
                                                                             const ObjectQuery& query) const {
  for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
    auto found = co_await try_view(bucket, query);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (!*found) continue;
    if (auto good = check_not_archived((*found)->row()); !good) co_return std::unexpected(std::move(good.error()));
    auto content = co_await try_open(bucket, query.key, **found);
    if (!content) co_return std::unexpected(std::move(content.error()));
    if (*content) co_return Opened{std::move(**found), std::move(**content)};
  }
  co_return std::unexpected(operation_aborted());
}

bool may_see_tags(const wire::Context& context, const ObjectView& view) {
  Thing thing = target_of(context);
  thing.detail = &view.detail;
  return may(context, GetObjectTaggingOp::descriptor(), thing);
}

std::string content_range(const ObjectView& view) {
  return fmt::format("bytes {}-{}/{}", view.bytes.offset, view.bytes.offset + view.bytes.length - 1, view.row().size());
}

}  // namespace skerry::s3
