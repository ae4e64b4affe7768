#pragma once
#include <optional>

#include "google/protobuf/repeated_ptr_field.h"
#include "iam/api/types.h"
#include "iam/records.pb.h"
#include "iam/service/errors.h"
#include "iam/service/paging.h"

// Tags of users, roles, policies and providers. Their keys are told apart without regard to case, and kept as written.
namespace skerry::iam {

inline constexpr std::size_t kTagsMax = 50;

using StoredTags = google::protobuf::RepeatedPtrField<record::Tag>;

// Adds them, or gives those that are there a new value. Errors: InvalidInput for two of one key and for aws:…;
// LimitExceeded.
Result<void> add_tags(StoredTags& stored, const wire::List<Tag>& tags);
// … of a new entity, that may have none.
Result<void> add_tags(StoredTags& stored, const std::optional<wire::List<Tag>>& tags);
// Those that are not there are no error.
void remove_tags(StoredTags& stored, const wire::List<std::string>& keys);

wire::List<Tag> to_tags(const StoredTags& stored);
// Nothing where there are none: AWS leaves the list out.
std::optional<wire::List<Tag>> to_optional_tags(const StoredTags& stored);
// Ascending by key.
Page<Tag> page_of_tags(const StoredTags& stored, const Paging& paging);

}  // namespace skerry::iam
