#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/objects.h"
#include "s3/ops/read_object.h"

namespace skerry::s3 {
namespace {

class HeadObject {
 public:
  HeadObject(ObjectIndex& index, const Clock& clock) : index_(index), clock_(clock) {}

  Task<std::expected<HeadObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                   HeadObjectRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto query = read_object_query(request, "HEAD");
    if (!query) co_return std::unexpected(std::move(query.error()));
    auto view = co_await view_object(index_, clock_, bucket, *query);
    if (!view) co_return std::unexpected(std::move(view.error()));
    HeadObjectOutput out;
    show_object(out, bucket, *view, request);
    out.content_length = static_cast<std::int64_t>(view->bytes.length);
    co_return out;
  }

 private:
  ObjectIndex& index_;
  const Clock& clock_;
};

}  // namespace

void bind_head_object(wire::Registry& registry, ObjectIndex& index, const Clock& clock) {
  registry.bind<HeadObjectOp>(HeadObject(index, clock));
}

}  // namespace skerry::s3
