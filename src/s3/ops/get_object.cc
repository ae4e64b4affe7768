#include "s3/api/ops.h"
#include "s3/front.h"
#include "s3/ops/objects.h"

namespace skerry::s3 {
namespace {

class GetObject {
 public:
  explicit GetObject(ObjectReader reader) : reader_(reader) {}

  Task<std::expected<GetObjectOutput, wire::ApiError>> operator()(wire::Context& context,
                                                                  GetObjectRequest request) const {
    const FoundBucket& bucket = bucket_of(context);
    auto query = read_object_query(request, "GET");
    if (!query) co_return std::unexpected(std::move(query.error()));
    auto opened = co_await reader_.open(bucket, *query);
    if (!opened) co_return std::unexpected(as_told(context, bucket, std::move(opened.error())));
    GetObjectOutput out;
    show_object(out, bucket, opened->view, request);
    if (out.tag_count && !may_see_tags(context, opened->view)) out.tag_count.reset();
    out.body.bytes = std::move(opened->content);
    co_return out;
  }

 private:
  ObjectReader reader_;
};

}  // namespace

void bind_get_object(wire::Registry& registry, ObjectReader reader) { registry.bind<GetObjectOp>(GetObject(reader)); }

}  // namespace skerry::s3
