#pragma once
#include "base/clock.h"
#include "s3/bucket_registry.h"
#include "s3/content_store.h"
#include "s3/object_index.h"
#include "wire/registry.h"

// The operations on objects, one file each; bind_objects() binds them all.
namespace skerry::s3 {

void bind_put_object(wire::Registry& registry, ObjectIndex& index, ContentStore& contents);
void bind_get_object(wire::Registry& registry, ObjectIndex& index, ContentStore& contents, const Clock& clock);
void bind_head_object(wire::Registry& registry, ObjectIndex& index, const Clock& clock);
void bind_delete_object(wire::Registry& registry, ObjectIndex& index);

}  // namespace skerry::s3
