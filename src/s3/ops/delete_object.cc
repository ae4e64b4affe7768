#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/find_object.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

// Conditions that AWS serves for directory buckets only.
std::expected<void, wire::ApiError> check_served(const net::Request& request) {
  for (std::string_view name : {"x-amz-if-match-size", "x-amz-if-match-last-modified-time"}) {
    if (request.headers.find(name) || request.query().find(name) != std::string_view::npos) {
      return std::unexpected(not_implemented_header(name));
    }
  }
  return {};
}

class DeleteObject {
 public:
  explicit DeleteObject(ObjectIndex& index) : index_(index) {}

  Task<std::expected<DeleteObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                     DeleteObjectRequest request) const {
    if (auto good = check_served(context.request); !good) co_return std::unexpected(good.error());
    auto id = read_version_id(request.version_id);
    if (!id) co_return std::unexpected(id.error());
    WriteCondition condition{.if_match = request.if_match.value_or("")};

    FoundBucket& bucket = bucket_of(context);
    if (*id) {
      auto removed = co_await index_.remove_version(bucket, std::move(request.key), **id, std::move(condition));
      co_return answer(std::move(removed));
    }
    auto removed = co_await index_.remove(bucket, std::move(request.key), std::move(condition));
    co_return answer(std::move(removed));
  }

 private:
  static std::expected<DeleteObjectOutput, wire::ApiError> answer(std::expected<Removed, wire::ApiError> removed) {
    if (!removed) return std::unexpected(std::move(removed.error()));
    DeleteObjectOutput out;
    if (removed->delete_marker) out.delete_marker = true;
    out.version_id = std::move(removed->version_id);
    return out;
  }

  ObjectIndex& index_;
};

}  // namespace

void bind_delete_object(wire::Registry& registry, ObjectIndex& index) {
  registry.bind<DeleteObjectOp>(DeleteObject(index));
}

}  // namespace skerry::s3
