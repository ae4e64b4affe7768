#pragma once
#include "s3/ops/acl_reader.h"
#include "s3/ops/bind.h"
#include "s3/ops/read_object.h"

// The operations on objects, one file each; bind_objects() binds them all. What `reader` and the others refer to
// outlives the registry.
namespace skerry::s3 {

void bind_put_object(wire::Registry& registry, ObjectIndex& index, ContentStore& contents, AclReader acls);
void bind_get_object(wire::Registry& registry, ObjectReader reader);
void bind_head_object(wire::Registry& registry, ObjectReader reader);
void bind_delete_object(wire::Registry& registry, ObjectIndex& index);
void bind_delete_objects(wire::Registry& registry, ObjectIndex& index);
void bind_copy_object(wire::Registry& registry, ObjectReader reader, ObjectIndex& index, ContentStore& contents,
                      AclReader acls);
void bind_get_object_attributes(wire::Registry& registry, ObjectIndex& index, storage::MetaStore& meta);
void bind_object_acl(wire::Registry& registry, ObjectIndex& index, AclReader acls);
void bind_object_tagging(wire::Registry& registry, ObjectIndex& index);
void bind_post_object(wire::Registry& registry, const ObjectParts& parts);

}  // namespace skerry::s3
