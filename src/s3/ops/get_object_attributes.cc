#include <algorithm>

#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/checksum_fields.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"
#include "s3/part_table.h"

namespace skerry::s3 {
namespace {

constexpr std::int32_t kPartsMax = 1000;

std::expected<void, wire::ApiError> check_not_negative(std::optional<std::int32_t> value, std::string_view name) {
  if (value.value_or(0) >= 0) return {};
  return std::unexpected(
      invalid_argument("Argument must be an integer between 0 and 2147483647", name, std::to_string(*value)));
}

ObjectPart shown_part(const record::VersionRow& row, const record::Part& part) {
  ObjectPart out;
  out.part_number = static_cast<std::int32_t>(part.number());
  out.size = static_cast<std::int64_t>(part.size());
  record::VersionRow of_part;
  of_part.mutable_checksum()->set_algorithm(row.checksum().algorithm());
  if (auto shown = shown_checksum(of_part, part.checksum())) checksum_field(out, shown->algorithm) = shown->text;
  return out;
}

class GetObjectAttributes {
 public:
  GetObjectAttributes(ObjectIndex& index, storage::MetaStore& meta) : index_(index), meta_(meta) {}

  Task<std::expected<GetObjectAttributesOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                            GetObjectAttributesRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    if (auto good = check_not_negative(request.max_parts, "x-amz-max-parts"); !good) {
      co_return std::unexpected(good.error());
    }
    if (auto good = check_not_negative(request.part_number_marker, "x-amz-part-number-marker"); !good) {
      co_return std::unexpected(good.error());
    }
    for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
      auto object = co_await load_object(index_, bucket, request.key, *id, "GET");
      if (!object) co_return std::unexpected(as_told(context, bucket, std::move(object.error())));
      GetObjectAttributesOutput out = describe(bucket, request, *object);
      const record::VersionRow& row = object->found.row;
      if (!wants(request, "ObjectParts") || row.etag_parts() == 0) co_return out;
      PartTableReader table(meta_, bucket, request.key, row, object->detail);
      auto after = static_cast<std::uint32_t>(request.part_number_marker.value_or(0));
      auto limit = static_cast<std::size_t>(std::min(request.max_parts.value_or(kPartsMax), kPartsMax));
      auto page = co_await table.load_page(after, limit);
      if (!page) co_return std::unexpected(page.error());
      if (!*page) continue;  // gone since its detail was read
      out.object_parts = shown_parts(row, **page, after, limit);
      co_return out;
    }
    co_return std::unexpected(operation_aborted());
  }

 private:
  static bool wants(const GetObjectAttributesRequest& request, std::string_view attribute) {
    return std::ranges::find(request.object_attributes, attribute) != request.object_attributes.end();
  }

  static GetObjectAttributesOutput describe(const FoundBucket& bucket, const GetObjectAttributesRequest& request,
                                            const DescribedVersion& object) {
    const record::VersionRow& row = object.found.row;
    GetObjectAttributesOutput out;
    out.last_modified = Time(seconds(modified_seconds(row)));
    out.version_id = shown_version_id(bucket, row);
    if (wants(request, "ETag")) out.etag = etag(row);  // here without quotes
    if (wants(request, "StorageClass")) out.storage_class = std::string(storage_class_name(row.storage_class()));
    if (wants(request, "ObjectSize")) out.object_size = static_cast<std::int64_t>(row.size());
    if (wants(request, "Checksum")) {
      if (auto shown = shown_checksum(row, object.detail.checksum())) show_checksum(out.checksum.emplace(), *shown);
    }
    return out;
  }

  // Parts without checksums are only counted, as on AWS.
  static GetObjectAttributesParts shown_parts(const record::VersionRow& row, const PartTableReader::Page& page,
                                              std::uint32_t after, std::size_t limit) {
    GetObjectAttributesParts out;
    out.total_parts_count = static_cast<std::int32_t>(row.etag_parts());
    bool checked =
        std::ranges::any_of(page.parts, [](const FoundPart& found) { return !found.part.checksum().empty(); });
    if (!checked && !page.parts.empty()) return out;
    out.part_number_marker = static_cast<std::int32_t>(after);
    out.max_parts = static_cast<std::int32_t>(limit);
    out.is_truncated = page.truncated;
    if (page.parts.empty()) return out;
    out.next_part_number_marker = static_cast<std::int32_t>(page.parts.back().part.number());
    auto& parts = out.parts.emplace();
    for (const FoundPart& found : page.parts) parts.push_back(shown_part(row, found.part));
    return out;
  }

  ObjectIndex& index_;
  storage::MetaStore& meta_;
};

}  // namespace

void bind_get_object_attributes(wire::Registry& registry, ObjectIndex& index, storage::MetaStore& meta) {
  registry.bind<GetObjectAttributesOp>(GetObjectAttributes(index, meta));
}

}  // namespace skerry::s3
