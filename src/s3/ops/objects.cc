#include "s3/ops/objects.h"

#include "s3/ops/bind.h"

namespace skerry::s3 {

void bind_objects(wire::Registry& registry, BucketRegistry&, ObjectIndex& index, ContentStore& contents,
                  const Clock& clock) {
  bind_put_object(registry, index, contents);
  bind_get_object(registry, index, contents, clock);
  bind_head_object(registry, index, clock);
  bind_delete_object(registry, index);
}

}  // namespace skerry::s3
