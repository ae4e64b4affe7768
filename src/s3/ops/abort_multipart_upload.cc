#include "s3/api/ops.h"
#include "s3/errors.h"
#include "s3/front.h"
#include "s3/ops/multipart.h"

namespace skerry::s3 {
namespace {

class AbortMultipartUpload {
 public:
  explicit AbortMultipartUpload(MultipartStore& uploads) : uploads_(uploads) {}

  Task<std::expected<AbortMultipartUploadOutput, wire::ApiError>> operator()(
      wire::Context& context, AbortMultipartUploadRequest request) const {
    if (request.if_match_initiated_time) {
      co_return std::unexpected(not_implemented_header("x-amz-if-match-initiated-time"));  // of directory buckets
    }
    FoundBucket& bucket = bucket_of(context);
    auto upload = co_await uploads_.find(bucket, std::move(request.key), std::move(request.upload_id));
    if (!upload) co_return std::unexpected(upload.error());
    auto aborted = co_await uploads_.abort(bucket, std::move(*upload));
    if (!aborted) co_return std::unexpected(aborted.error());
    co_return AbortMultipartUploadOutput{};
  }

 private:
  MultipartStore& uploads_;
};

}  // namespace

void bind_abort_multipart_upload(wire::Registry& registry, MultipartStore& uploads) {
  registry.bind<AbortMultipartUploadOp>(AbortMultipartUpload(uploads));
}

}  // namespace skerry::s3
