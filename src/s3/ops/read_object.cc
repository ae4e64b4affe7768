#include "s3/ops/read_object.h"

#include <fmt/format.h>

namespace skerry::s3 {
namespace {

constexpr std::int32_t kPartNumberMax = 10'000;

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
      return std::unexpected(not_modified(bucket, row));
    case ReadVerdict::Failed:
      return std::unexpected(precondition_failed(judged.condition));
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

// Parts are counted in the object's order, whatever numbers they were uploaded under, so that a client can fetch them
// from 1 to the count that it is told.
std::expected<void, wire::ApiError> select_part(ObjectView& view, std::int32_t number) {
  const auto& parts = view.detail.parts();
  std::int32_t count = std::max(parts.size(), 1);
  if (number > count) {
    return std::unexpected(error(Errc::InvalidPartNumber)
                               .with("PartNumberRequested", std::to_string(number))
                               .with("ActualPartCount", std::to_string(count)));
  }
  if (!parts.empty()) {
    view.bytes = {};
    for (std::int32_t i = 0; i < number - 1; ++i) view.bytes.offset += parts[i].size();
    view.bytes.length = parts[number - 1].size();
    view.parts_count = static_cast<std::uint32_t>(count);
    view.part = &parts[number - 1];
  }
  view.partial = view.bytes.length > 0;
  return {};
}

}  // namespace

std::expected<void, wire::ApiError> check_part_number(std::optional<std::int32_t> part_number, bool with_range) {
  if (!part_number) return {};
  if (*part_number < 1 || *part_number > kPartNumberMax) {
    return std::unexpected(invalid_argument("Part number must be an integer between 1 and 10000, inclusive",
                                            "partNumber", std::to_string(*part_number)));
  }
  if (!with_range) return {};
  return std::unexpected(
      error(Errc::InvalidRequest, "Cannot specify both Range header and partNumber query parameter"));
}

Task<std::expected<ObjectView, wire::ApiError>> view_object(ObjectIndex& index, const Clock& clock,
                                                            const FoundBucket& bucket, const ObjectQuery& query) {
  for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
    auto found = co_await find_object(index, bucket, query.key, query.version, query.method);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (auto good = check_conditions(bucket, query, found->row, clock); !good) {
      co_return std::unexpected(std::move(good.error()));
    }
    auto detail = co_await index.load_detail(bucket, query.key, found->row);
    if (!detail) co_return std::unexpected(std::move(detail.error()));
    if (!*detail) continue;
    ObjectView view{.found = std::move(*found), .detail = std::move(**detail)};
    view.bytes.length = view.row().size();
    std::expected<void, wire::ApiError> selected;
    if (query.range) selected = select_range(view, *query.range);
    if (query.part_number) selected = select_part(view, *query.part_number);
    if (!selected) co_return std::unexpected(std::move(selected.error()));
    co_return view;
  }
  co_return std::unexpected(operation_aborted());
}

std::string content_range(const ObjectView& view) {
  return fmt::format("bytes {}-{}/{}", view.bytes.offset, view.bytes.offset + view.bytes.length - 1, view.row().size());
}

}  // namespace skerry::s3
