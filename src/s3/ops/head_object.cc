#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

class HeadObject {
 public:
  explicit HeadObject(ObjectReader reader) : reader_(reader) {}

  Task<std::expected<HeadObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                   HeadObjectRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto query = read_object_query(request, "HEAD");
    if (!query) co_return std::unexpected(std::move(query.error()));
    auto view = co_await reader_.view(bucket, *query);
    if (!view) co_return std::unexpected(as_told(context, bucket, std::move(view.error())));
    HeadObjectOutput out;
    show_object(out, bucket, *view, request);
    if (out.tag_count && !may_see_tags(context, *view)) out.tag_count.reset();
    out.content_length = static_cast<std::int64_t>(view->bytes.length);
    co_return out;
  }

 private:
  ObjectReader reader_;
};

}  // namespace

void bind_head_object(wire::Registry& registry, ObjectReader reader) {
  registry.bind<HeadObjectOp>(HeadObject(reader));
}

}  // namespace skerry::s3
