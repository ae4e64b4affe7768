#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/objects.h"
#include "s3/ops/read_object.h"

namespace skerry::s3 {
namespace {

// What AWS takes hours to bring back before it can be read.
std::expected<void, wire::ApiError> check_not_archived(const record::VersionRow& row) {
  if (row.storage_class() != record::GLACIER && row.storage_class() != record::DEEP_ARCHIVE) return {};
  return std::unexpected(
      error(Errc::InvalidObjectState).with("StorageClass", std::string(storage_class_name(row.storage_class()))));
}

class GetObject {
 public:
  GetObject(ObjectIndex& index, ContentStore& contents, const Clock& clock)
      : index_(index), contents_(contents), clock_(clock) {}

  Task<std::expected<GetObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                  GetObjectRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto query = read_object_query(request, "GET");
    if (!query) co_return std::unexpected(std::move(query.error()));
    for (int attempt = 0; attempt < kLookupsMax; ++attempt) {
      auto view = co_await view_object(index_, clock_, bucket, *query);
      if (!view) co_return std::unexpected(std::move(view.error()));
      if (auto good = check_not_archived(view->row()); !good) co_return std::unexpected(std::move(good.error()));
      auto opened = co_await contents_.open(bucket, view->row(), std::move(view->segments), view->bytes.offset,
                                            view->bytes.length);
      if (!opened) {
        if (auto* failed = std::get_if<wire::ApiError>(&opened.error())) co_return std::unexpected(std::move(*failed));
        continue;  // gone since its row was read
      }
      GetObjectOutput out;
      show_object(out, bucket, *view, request);
      out.body.bytes = std::move(*opened);
      co_return out;
    }
    co_return std::unexpected(operation_aborted());
  }

 private:
  ObjectIndex& index_;
  ContentStore& contents_;
  const Clock& clock_;
};

}  // namespace

void bind_get_object(wire::Registry& registry, ObjectIndex& index, ContentStore& contents, const Clock& clock) {
  registry.bind<GetObjectOp>(GetObject(index, contents, clock));
}

}  // namespace skerry::s3
