#pragma once
#include <optional>

#include "google/protobuf/repeated_ptr_field.h"
#include "iam/api/types.h"
#include "iam/records.pb.h"
#include "iam/service/errors.h"
#include "iam/service/paging.h"

// Tags of users, roles, policies and providers.
namespace skerry::iam {

// Whether two keys are different that differ in case alone: not of users and roles, which keep one as it was written.
enum class KeyCase { Ignored, Matters };

inline constexpr std::size_t kTagsMax = 50;

using StoredTags = google::protobuf::RepeatedPtrField<record::Tag>;

// Adds them, or gives those that are there a new value. Errors: InvalidInput for two of one key and for aws:…;
// LimitExceeded.
Result<void> add_tags(StoredTags& stored, const wire::List<Tag>& tags, KeyCase key_case = KeyCase::Ignored);
// … of a new entity, that may have none.
Result<void> add_tags(StoredTags& stored, const std::optional<wire::List<Tag>>& tags,
                      KeyCase key_case = KeyCase::Ignored);
// Those that are not there are no error.
void remove_tags(StoredTags& stored, const wire::List<std::string>& keys, KeyCase key_case = KeyCase::Ignored);

wire::List<Tag> to_tags(const StoredTags& stored);
// Nothing where there are none: AWS leaves the list out.
std::optional<wire::List<Tag>> to_optional_tags(const StoredTags& stored);
// Ascending by key.
Page<Tag> page_of_tags(wire::List<Tag> tags, const Paging& paging);

}  // namespace skerry::iam
