#include "s3/ops/objects.h"

namespace skerry::s3 {

void bind_objects(wire::Registry& registry, const ObjectParts& parts) {
  ObjectReader reader({parts.index, parts.contents, parts.meta, parts.clock});
  AclReader acls(parts.meta, parts.buckets);
  bind_put_object(registry, parts.index, parts.contents, acls);
  bind_get_object(registry, reader);
  bind_head_object(registry, reader);
  bind_delete_object(registry, parts.index);
  bind_delete_objects(registry, parts.index);
  bind_copy_object(registry, reader, parts.index, parts.contents, acls);
  bind_get_object_attributes(registry, parts.index, parts.meta);
  bind_object_acl(registry, parts.index, acls);
  bind_object_tagging(registry, parts.index);
  bind_post_object(registry, parts);
}

}  // namespace skerry::s3
